"""The request that a case waits for: the first to which no reply is recorded."""

import asyncio
from dataclasses import dataclass

from extractor.errors import ReplayError, ReplyMissing
from extractor.golden.cases import Case
from extractor.models.call import Reply, Request
from extractor.models.replay import Replay
from extractor.pipeline import extract_article


def waiting_request(case: Case, model: str) -> Request | None:
    """The request of a model's name that a case waits for next; None when it replays to its end."""
    try:
        asyncio.run(extract_article(case.article, _Waiting(case), case.settings(), model))
    except _Pending as pending:
        return pending.request
    return None


@dataclass(unsafe_hash=True)
class _Pending(ReplayError):
    request: Request


class _Waiting:
    """Recorded replies; the first request without one ends the extraction."""

    def __init__(self, case: Case) -> None:
        self._replay = Replay(case.replies)

    async def __call__(self, request: Request) -> Reply:
        try:
            return await self._replay(request)
        except ReplyMissing:
            raise _Pending(request) from None
