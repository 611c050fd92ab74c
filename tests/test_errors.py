import inspect
import re

import pytest

from extractor import errors
from extractor.errors import ExtractorError

CLASSES = [
    value for value in vars(errors).values() if inspect.isclass(value) and value.__module__ == errors.__name__
]


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    assert errors.__doc__ is not None
    drawn = set(re.findall(r"\b[A-Z][A-Za-z]+", errors.__doc__.split("\n\n")[1])) - {"HTTP"}
    assert drawn == {each.__name__ for each in CLASSES}


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_is_of_the_package_and_documented(kind: type[Exception]) -> None:
    assert issubclass(kind, ExtractorError)
    assert kind.__doc__


@pytest.mark.parametrize("kind", [each for each in CLASSES if "__dataclass_fields__" in vars(each)])
def test_an_error_is_a_value_and_says_its_facts_in_one_line(kind: type[Exception]) -> None:
    given = {
        name: {"int": 7, "str": "fact", "tuple[str, ...]": ("fact",)}.get(str(parameter.annotation), "fact")
        if parameter.annotation not in (int, float)
        else 7
        for name, parameter in inspect.signature(kind).parameters.items()
        if parameter.default is inspect.Parameter.empty
    }
    error = kind(**given)
    assert error == kind(**given)
    assert hash(error) == hash(kind(**given))
    assert len(str(error).splitlines()) == 1
