"""Parts of the OpenAPI document that routes which read or write by themselves have to say."""

from typing import Any

from pydantic import BaseModel

from extractor.server.parts import JSON

EVENTS = "text/event-stream"


def body(kind: type[BaseModel], *also_lines: str) -> dict[str, Any]:
    """The request body of a route: JSON of a kind, or lines of such."""
    schema: dict[str, Any] = kind.model_json_schema()
    schema = _inlined(schema, schema.pop("$defs", {}))
    content: dict[str, Any] = {JSON: {"schema": schema}}
    for each in also_lines:
        content[each] = {"schema": {"type": "string", "description": "an article as JSON on each line"}}
    return {"requestBody": {"required": True, "content": content}}


def text(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    """An answer that is text of some kind; of server-sent events each is an object."""
    kind = "object" if media_type == EVENTS else "string"
    content = {media_type: {"schema": {"type": kind}}}
    return {200: {"content": content, "description": description}}


def _inlined(node: Any, definitions: dict[str, Any]) -> Any:
    """A schema with its definitions in their places."""
    if isinstance(node, dict):
        entries: dict[str, Any] = {**node}
        if "$ref" in entries:
            return _inlined(definitions[entries["$ref"].rpartition("/")[2]], definitions)
        return {name: _inlined(value, definitions) for name, value in entries.items()}
    if isinstance(node, list):
        items: list[Any] = [*node]
        return [_inlined(item, definitions) for item in items]
    return node
