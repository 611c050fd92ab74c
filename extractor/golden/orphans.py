"""What an edited prompt or schema would cost: the recorded replies that no request would use any more."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from extractor.golden.cases import find_cases
from extractor.models.recordings import find_recordings, read_recording


@dataclass(frozen=True)
class Orphans:
    """Recorded replies to one prompt version.

    Args:
        replies: how many there are for each case.
        tokens: what they cost, as far as the replies say.
    """

    replies: dict[str, int]
    tokens: int

    def __str__(self) -> str:
        cases = ", ".join(f"{case} ({count})" for case, count in self.replies.items())
        cost = f" that cost {self.tokens} tokens" if self.tokens else ""
        return f"{sum(self.replies.values())} recorded replies{cost}: {cases}"


def orphans(folder: Path, prompt: str) -> Orphans:
    """The recorded replies to a prompt such as ``claims@v1`` in the cases of a folder.

    Raises:
        NoSuchCase: the folder holds no case.
        RecordingUnreadable: a reply is damaged.
    """
    replies: Counter[str] = Counter()
    tokens = 0
    for case in find_cases(folder):
        for path in find_recordings(case.replies).values():
            recording = read_recording(path)
            if f"{recording.record}@v{recording.version}" == prompt:
                replies[case.folder.name] += 1
                tokens += sum(
                    (recording.reply.usage or {}).get(key) or 0
                    for key in ("prompt_tokens", "completion_tokens")
                )
    return Orphans(dict(replies), tokens)
