"""Ask a live model about a case and keep every exchange."""

import asyncio

from extractor.golden.cases import Case
from extractor.models.replay import Recorder
from extractor.models.stack import model_name, open_model
from extractor.pipeline import extract_article
from extractor.schemas.extraction.v1 import Extraction
from extractor.settings import Options, Settings, load_settings


def record_case(case: Case, options: Options) -> Extraction:
    """Extract a case's article with a live model, keep its replies and accept the result.

    Args:
        case: its settings win over ``options``, so that a recording answers what a replay asks.
        options: how to reach the model.

    Raises:
        ExtractorError: as ``Extractor.extract``; the replies that came are kept.
    """
    result = asyncio.run(_record(case, load_settings({**options, **case.options})))
    case.accept(result)
    return result


async def _record(case: Case, settings: Settings) -> Extraction:
    async with open_model(settings) as model:
        recorder = Recorder(model, case.replies)
        return await extract_article(case.article, recorder, settings, model_name(settings))
