"""Annotation files of a case: read by their form, then held against the article."""

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from extractor.errors import InvalidReference


class Annotations(BaseModel):
    """What somebody says of an article, with offsets into it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @abstractmethod
    def faults(self, text: str) -> Iterator[str]:
        """What does not fit the article, each in a few words."""


A = TypeVar("A", bound=Annotations)


def load_annotations(form: type[A], path: Path, text: str) -> A:
    """Read a file of annotations and hold it against its article.

    Args:
        form: what it has to be.
        path: the file.
        text: the article; offsets count its code points.

    Raises:
        InvalidReference: it cannot be read, is of another form, or says what the article does not bear out.
    """
    try:
        annotations = form.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InvalidReference(str(path), f"{place}: {first['msg']}" if place else first["msg"]) from error
    except OSError as error:
        raise InvalidReference(str(path), error.strerror or "cannot be opened") from error
    if fault := next(annotations.faults(text), None):
        raise InvalidReference(str(path), fault)
    return annotations
