"""Lines of batch files: a request in, an answer out, in OpenAI's Batch format."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from extractor.models.call import Reply

URL: Literal["/v1/chat/completions"] = "/v1/chat/completions"
"""The endpoint that batch input files name."""

_OK = 200


@dataclass(frozen=True)
class Answer:
    """One line of a batch output file: the reply to a request, or the reason why there is none."""

    custom_id: str
    reply: Reply | None
    reason: str | None


def input_line(custom_id: str, body: Mapping[str, Any]) -> str:
    """A request as a line of a batch input file."""
    line = {"custom_id": custom_id, "method": "POST", "url": URL, "body": body}
    return json.dumps(line, ensure_ascii=False)


def read_answer(line: str) -> Answer:
    """Read a line of a batch output or error file.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: it is none.
    """
    data: Any = json.loads(line)
    custom_id = str(data["custom_id"])
    response: Any = data.get("response") or {}
    if data.get("error") or response.get("status_code") != _OK:
        body: Any = response.get("body") or {}
        reason: Any = data.get("error") or body.get("error") or f"status {response.get('status_code')}"
        return Answer(custom_id, None, str(reason))
    return Answer(custom_id, replace(Reply.from_completion(response["body"]), batch=True), None)
