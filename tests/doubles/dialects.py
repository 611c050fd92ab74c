"""How servers that speak OpenAI's protocol differ: what they refuse, what they ignore, how they answer.

Each is told from its documentation and its issues; docs/providers.md has the same by name.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

from doubles.loopback import Answer, Body, completion, failure, tool_call

PROSE = "Hello there, how nice to see you."

_CHARACTERS = 4
"""Of a token, as these servers count."""


@dataclass(frozen=True)
class Dialect:
    """A kind of server.

    Args:
        refuses: parts of a request, and what the server says of them with status 400.
        limits: the names by which it knows the most tokens of a reply.
        schemas: whether an answer is made to keep to the schema of a response format.
        context: tokens of a request that it reads; of a longer one, the end, without a word.
        thinks: words of a reasoning model before its answer.
        fences: whether answers stand in a fence.
        counts: whether token counts come with an answer.
        deaf: whether it answers in prose whatever it is asked.
        path: of the one place where it answers.
        header: in which the key is wanted.
    """

    refuses: tuple[tuple[str, str], ...] = ()
    limits: tuple[str, ...] = ("max_completion_tokens", "max_tokens")
    schemas: bool = True
    context: int | None = None
    thinks: str = ""
    fences: bool = False
    counts: bool = True
    deaf: bool = False
    path: str = "/v1/chat/completions"
    header: str = "authorization"

    def rejection(self, body: Body, path: str, headers: dict[str, str]) -> Answer | None:
        """What is wrong with a request."""
        if path != self.path:
            return failure(404, f"There is no {path}")
        if not headers.get(self.header):
            return failure(401, "Access denied due to missing key")
        flat = json.dumps(body)
        return next((failure(400, told) for part, told in self.refuses if part in flat), None)

    def says(self, body: Body, content: str) -> Answer:
        """The answer with this content; prose instead where nothing makes the model give JSON."""
        is_told = "```" in json.dumps(body["messages"][-1:]) or "json_object" in json.dumps(body)
        if self.deaf:
            answer = completion(PROSE)
        elif tools := body.get("tools"):
            answer = tool_call(tools[0]["function"]["name"], content)
        elif not (("response_format" in body and self.schemas) or is_told):
            answer = completion(PROSE)
        else:
            fenced = f"```json\n{content}\n```" if self.fences else content
            answer = completion(f"{self.thinks}{fenced}")
        return self._limited(body, self._counted(body, answer))

    def _counted(self, body: Body, answer: Answer) -> Answer:
        assert isinstance(answer.body, dict)
        read = len(json.dumps(body["messages"], ensure_ascii=False)) // _CHARACTERS
        written = len(json.dumps(answer.body["choices"])) // _CHARACTERS
        read = min(read, self.context or read)
        usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
        kept = {name: value for name, value in answer.body.items() if name != "usage"}
        return replace(answer, body={**kept, "usage": usage} if self.counts else kept)

    def _limited(self, body: Body, answer: Answer) -> Answer:
        limit = next((body[name] for name in self.limits if name in body), None)
        assert isinstance(answer.body, dict)
        (choice,) = answer.body["choices"]
        message: dict[str, Any] = choice["message"]
        calls = message.get("tool_calls")
        holder, name = (calls[0]["function"], "arguments") if calls else (message, "content")
        if limit is not None and len(holder[name]) > limit * _CHARACTERS:
            holder[name] = holder[name][: limit * _CHARACTERS]
            choice["finish_reason"] = "length"
        return answer


OPENAI = Dialect()
REASONING = Dialect(
    refuses=(
        ('"temperature"', "Unsupported parameter: 'temperature' is not supported with this model."),
        (
            '"max_tokens"',
            "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
        ),
    ),
)
AZURE = Dialect(path="/openai/deployments/m/chat/completions?api-version=2024-10-21", header="api-key")
OLDER = Dialect(
    refuses=(("max_completion_tokens", "Unrecognized request argument supplied: max_completion_tokens"),)
)
VLLM = Dialect(thinks="<think>They want JSON, so {JSON} it is.</think>\n\n")
OLLAMA = Dialect(limits=("max_tokens",), context=4096)
LLAMA_CPP = Dialect()
LM_STUDIO = Dialect(
    refuses=(("json_object", "'response_format.type' must be 'json_schema' or 'text'"),),
    limits=("max_tokens",),
    counts=False,
)
FENCING = Dialect(schemas=False, fences=True)
FENCING_ONLY = Dialect(
    refuses=(('"tools"', "tools are not supported"), ("json_object", "json_object is not supported")),
    schemas=False,
    fences=True,
)
LENIENT = Dialect(refuses=(('"strict": true', "strict is not supported"),))
DEAF = Dialect(schemas=False, refuses=(('"tools"', "tools are not supported"),), deaf=True)


def greeting(body: Body) -> str | None:
    """What a probe is answered, None for other requests."""
    asked: str = body["messages"][-1]["content"]
    if "Say hello" in asked:
        return json.dumps({"greeting": "Hello.", "shouted": False})
    if "whole numbers" in asked:
        return json.dumps({"greeting": "one two three " * 300, "shouted": False})
    return None
