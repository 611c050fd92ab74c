"""Recorded replies as a model, and the layer that records."""

from pathlib import Path

from extractor.errors import NoModel, NoSuchFolder, ReplyMissing
from extractor.models.call import Model, Reply, Request
from extractor.models.recordings import KEY_DIGITS, find_recordings, read_recording, write_recording


class Replay:
    """Answers from the ``replies`` folders in and below ``folder``, and from nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths = find_recordings(folder)

    async def __call__(self, request: Request) -> Reply:
        """Answer from a recording."""
        path = self._paths.get(request.key[:KEY_DIGITS])
        if path is None:
            raise ReplyMissing(request.record, request.version, request.key, str(self._folder))
        return read_recording(path).reply

    def model_name(self) -> str:
        """The model that gave the recorded replies.

        Raises:
            NoSuchFolder: there are no recorded replies.
            NoModel: several models gave them.
        """
        names = sorted({str(read_recording(path).body["model"]) for path in self._paths.values()})
        if not names:
            raise NoSuchFolder(str(self._folder), "holds no recorded replies")
        if len(names) > 1:
            raise NoModel(f"the recorded replies are of several models, name one of {', '.join(names)}")
        return names[0]


class Recorder:
    """Writes every exchange to ``folder`` before the reply is used."""

    def __init__(self, inner: Model, folder: Path) -> None:
        self._inner = inner
        self._folder = folder

    async def __call__(self, request: Request) -> Reply:
        """Answer from the layer below."""
        reply = await self._inner(request)
        write_recording(self._folder, request, reply)
        return reply
