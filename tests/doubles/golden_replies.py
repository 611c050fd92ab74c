"""The replies of the golden cases, to whoever asks the same; and articles to ask about."""

from collections.abc import Callable
from pathlib import Path

from doubles.loopback import Answer, Body, completion
from extractor.models.recordings import find_recordings, read_recording

MODEL = "external-llm"
"""The model that the golden replies came from."""

ARTICLES = Path(__file__).parents[2] / "examples" / "articles"
"""The articles of the golden cases as a folder of text files."""


def golden_answers(golden: Path) -> Callable[[Body], Answer]:
    """Answer what was said to the golden model as it answered, whatever model, sampling and schema."""
    recordings = map(read_recording, find_recordings(golden).values())
    contents = {_said(each.body): each.reply.content for each in recordings}
    return lambda body: completion(contents[_said(body)])


def _said(body: object) -> str:
    return repr([(each["role"], each["content"]) for each in body["messages"]])  # type: ignore[index]
