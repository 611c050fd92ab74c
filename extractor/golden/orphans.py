"""What an edited prompt or schema would cost: the replies that no request would use any more."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from extractor.addresses import RedisURL
from extractor.golden.cases import Case, find_cases
from extractor.models.cache import count_cached
from extractor.models.recordings import Recording, find_recordings, read_recording


@dataclass(frozen=True)
class Orphans:
    """Replies to one prompt version.

    Args:
        replies: how many are recorded for each case.
        tokens: what those cost, as far as the replies say.
        cached: how many the reply cache holds.
    """

    replies: dict[str, int]
    tokens: int
    cached: int

    def __str__(self) -> str:
        cases = ", ".join(f"{case} ({count})" for case, count in self.replies.items())
        cost = f" that cost {self.tokens} tokens" if self.tokens else ""
        recorded = f"{sum(self.replies.values())} recorded replies{cost}{f': {cases}' if cases else ''}"
        return f"{recorded}; {self.cached} cached replies"


def orphans(folder: Path, prompt: str, cache: Path | RedisURL | Literal[False]) -> Orphans:
    """The replies to a prompt such as ``claims@v1``: in a folder's cases, every sample, and in the cache.

    Raises:
        NoSuchCase: the folder holds no case.
        RecordingUnreadable: a reply is damaged.
        CacheUnusable, MissingExtra: the cache cannot be read.
    """
    replies: Counter[str] = Counter()
    tokens = 0
    for case in find_cases(folder):
        for recording in _recordings(case):
            if f"{recording.record}@v{recording.version}" == prompt:
                replies[case.folder.name] += 1
                tokens += sum(
                    (recording.reply.usage or {}).get(key) or 0
                    for key in ("prompt_tokens", "completion_tokens")
                )
    return Orphans(dict(replies), tokens, count_cached(cache, prompt) if cache else 0)


def _recordings(case: Case) -> Iterator[Recording]:
    for sample in case.samples():
        yield from map(read_recording, find_recordings(sample.replies).values())
