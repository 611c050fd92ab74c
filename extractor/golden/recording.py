"""Ask a live model about a case and keep every exchange."""

import asyncio
from collections.abc import Iterator

from extractor.errors import ReplyMissing
from extractor.golden.cases import Case, load_case
from extractor.models.call import Model, Reply, Request
from extractor.models.replay import Recorder, Replay
from extractor.models.stack import model_name, open_model
from extractor.pipeline import extract_article
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import Options, Settings


def record_case(case: Case, options: Options, *, only_missing: bool = False) -> Extraction:
    """Extract a case's article with a live model, keep its replies and accept the result.

    What the replies were asked with is added to ``case.toml``, so that a replay asks the same.

    Args:
        case: its article and settings.
        options: how to reach the model, and settings the case leaves open.
        only_missing: ask only what has no recorded reply, and remove the replies that nothing uses any more.

    Raises:
        InvalidSetting: an option contradicts the case.
        ReplyMissing: a reply did not come, so that the recording cannot be replayed; nothing is accepted.
        ExtractorError: as ``Extractor.extract``; the replies that came are kept.
    """
    settings = case.live_settings(options)
    name = model_name(settings)
    case.remember(settings)
    if case.sample > 1:
        # a cached reply would make every sample the same
        settings = settings.model_copy(update={"cache": False})
    result = asyncio.run(_record(case, settings, name, only_missing=only_missing))
    recorded = load_case(case.folder).at(case.sample)
    if only_missing:
        recorded.prune()
    replayed = recorded.replay()
    if case.sample == 1:
        case.accept(replayed)
    return result


def record_samples(case: Case, options: Options, samples: int) -> Iterator[tuple[Case, Extraction]]:
    """Ask for what is missing of so many samples of each reply; each sample when it is complete.

    Raises:
        InvalidSetting, ReplyMissing, ExtractorError: as ``record_case``.
    """
    for number in range(1, samples + 1):
        sample = load_case(case.folder).at(number)
        yield sample, record_case(sample, options, only_missing=True)


async def _record(case: Case, settings: Settings, name: str, *, only_missing: bool) -> Extraction:
    async with open_model(settings) as stack:
        recorder: Model = Recorder(stack.model, case.replies)
        if only_missing:
            recorder = _Recorded(case, recorder)
        return await extract_article(case.article, recorder, settings, name)


class _Recorded:
    """Answers from the case's recordings, and asks the layer below for what is missing."""

    def __init__(self, case: Case, inner: Model) -> None:
        self._replay = Replay(case.replies)
        self._inner = inner

    async def __call__(self, request: Request) -> Reply:
        try:
            return await self._replay(request)
        except ReplyMissing:
            return await self._inner(request)
