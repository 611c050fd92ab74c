"""What a summary says to do: something for every error that an article can end with."""

import pytest

from extractor.errors import ArticleError, ExtractorError, ModelError, ReplyError
from extractor.runs.summary import ADVICE, Cause


def leaves(error: type[ExtractorError]) -> list[type[ExtractorError]]:
    below = error.__subclasses__()
    return [leaf for each in below for leaf in leaves(each)] if below else [error]


@pytest.mark.parametrize(
    "error", [leaf for root in (ArticleError, ModelError, ReplyError) for leaf in leaves(root)]
)
def test_every_error_of_an_article_has_advice(error: type[ExtractorError]) -> None:
    assert error.__name__ in ADVICE


def test_an_unknown_error_is_to_be_reported() -> None:
    assert Cause("Surprise").advice.endswith("please report it with its message")
