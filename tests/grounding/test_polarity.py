import pytest

from extractor.grounding.polarity import is_conditional, is_future, is_possible, negations
from extractor.grounding.words import Words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("il n'a pas dit", 1),
        ("il n'a jamais rien dit", 2),
        ("il ne cesse", 1),
        ("ni l'un ni l'autre n'est venu", 3),
        ("aucune victime", 1),
        ("n'a fait aucune victime", 1),
        ("parti sans payer", 1),
        ("it is not signed", 1),
        ("he didn't sign", 1),
        ("never without him", 2),
        ("il a dit", 0),
    ],
)
def test_negations_are_counted_once_each(text: str, count: int) -> None:
    assert negations(Words(text).keys) == count


@pytest.mark.parametrize(
    "word", ["serait", "aurait", "auraient", "pourrait", "montrerait", "finirait", "viendraient", "prendrait"]
)
def test_conditionals_are_known(word: str) -> None:
    assert is_conditional(word)


@pytest.mark.parametrize(
    "word",
    ["montrait", "tirait", "espérait", "déclarait", "inspirait", "était", "portrait", "retrait", "avait"],
)
def test_imperfects_and_nouns_are_no_conditionals(word: str) -> None:
    assert not is_conditional(word)


def test_futures_and_possibilities_are_known() -> None:
    assert all(map(is_future, ["viendra", "seront", "will", "quittera"]))
    assert not any(map(is_future, ["vient", "ont", "par"]))
    assert is_possible(["il", "pourrait"])
    assert not is_possible(["il", "vient"])
