"""Folders that exports are written to, and one file name for each article in them."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

from extractor.errors import CannotWrite

_LONGEST = 180
"""Bytes of a file's name without its ending: file systems take 255."""

_PLAIN = " ()[]{},;=+@!'&~"
"""What stays as it is beside letters, digits and ``_.-``; no system reserves any of it."""


@contextmanager
def writing_to(folder: Path) -> Generator[None]:
    """Make the folder; what cannot be written in it is an error of ours.

    Raises:
        CannotWrite: the folder or a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise CannotWrite(str(error.filename or folder), error.strerror or str(error)) from error


def file_name(id_: str) -> str:
    """An article's id as a file name, in no other folder and not hidden, percent-encoded where it has to be.

    ``FileNames`` keeps apart those of one folder, also where a file system takes upper and lower case for
    the same.
    """
    name = quote(id_, safe=_PLAIN, errors="surrogatepass")
    if not name or name.startswith("."):
        name = f"%2E{name[1:]}" if name else "%"
    return _marked(name, id_) if len(name) > _LONGEST else name


class FileNames:
    """The names of the articles of one folder, no two alike."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, id_: str, *, without: str = "") -> str:
        """The name of the next article.

        Args:
            id_: the article's id.
            without: an ending that the name does not need, unless it would be another's then.
        """
        for name in self._wanted(id_, without):
            if name.casefold() not in self._taken:
                self._taken.add(name.casefold())
                return name
        raise AssertionError  # the names have no end

    def _wanted(self, id_: str, without: str) -> Iterator[str]:
        yield file_name(id_.removesuffix(without))
        yield file_name(id_)
        yield _marked(file_name(id_), id_)
        yield from (_marked(file_name(id_), f"{id_}/{number}") for number in count(2))


def _marked(name: str, id_: str) -> str:
    from hashlib import sha256  # noqa: PLC0415 - rarely needed

    return f"{name[: _LONGEST - 17]}~{sha256(id_.encode(errors='surrogatepass')).hexdigest()[:16]}"
