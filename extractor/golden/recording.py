"""Ask a live model about a case and keep every exchange."""

import asyncio

from extractor.golden.cases import Case, load_case
from extractor.models.replay import Recorder
from extractor.models.stack import model_name, open_model
from extractor.pipeline import extract_article
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import Options, Settings


def record_case(case: Case, options: Options) -> Extraction:
    """Extract a case's article with a live model, keep its replies and accept the result.

    What the replies were asked with is added to ``case.toml``, so that a replay asks the same.

    Args:
        case: its article and settings.
        options: how to reach the model, and settings the case leaves open.

    Raises:
        InvalidSetting: an option contradicts the case.
        ReplyMissing: a reply did not come, so that the recording cannot be replayed; nothing is accepted.
        ExtractorError: as ``Extractor.extract``; the replies that came are kept.
    """
    settings = case.live_settings(options)
    name = model_name(settings)
    case.remember(settings)
    result = asyncio.run(_record(case, settings, name))
    case.accept(load_case(case.folder).replay())
    return result


async def _record(case: Case, settings: Settings, name: str) -> Extraction:
    async with open_model(settings) as model:
        recorder = Recorder(model, case.replies)
        return await extract_article(case.article, recorder, settings, name)
