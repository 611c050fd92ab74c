"""Pronouns and deictics that a claim's own words do not explain."""

import pytest

from extractor.evaluation.context import unresolved


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Il a nié les faits.", {"il"}),
        ("Elle a nié les faits.", {"elle"}),
        ("En 2012, ils ont nié les faits.", {"ils"}),
        ("Le 5 mai 2012, elle a démissionné.", {"elle"}),
        ("Ce dernier a démissionné.", {"ce dernier"}),
        ("Celle-ci a démissionné.", {"celle-ci"}),
        ("Nous pensons que la loi passera.", {"nous"}),
        ("He denied it.", {"he"}),
        ("They left for Paris.", {"they"}),
        ("The latter resigned.", {"the latter"}),
        ("Le maire a démissionné hier.", {"hier"}),
        ("Le maire démissionne aujourd’hui.", {"aujourd'hui"}),
        ("Le maire a démissionné l'an dernier.", {"l an dernier"}),
        ("Hier, il a démissionné.", {"hier", "il"}),
        ("The mayor resigned yesterday, not last week.", {"yesterday", "last week"}),
    ],
)
def test_a_pronoun_without_antecedent_and_a_deictic_need_the_article(text: str, words: set[str]) -> None:
    assert unresolved(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "Le maire dit qu'il viendra.",
        "The mayor says he will come.",
        "Le maire a dit : « Il viendra demain ».",
        "The mayor said “they will come tomorrow”.",
        'Le maire a dit : "hier".',
        "« Elle viendra » est un film.",
        "Il y a 40 navires au port.",
        "Il n'y a pas de navire au port.",
        "Il faut 40 navires.",
        "Il s'agit d'un navire.",
        "It rained in the port.",
        "Le ministre et ce dernier ont signé.",
        "Le port rouvre lundi.",
        "",
    ],
)
def test_what_the_claim_explains_itself_or_quotes_does_not(text: str) -> None:
    assert unresolved(text) == set()


def test_a_pronoun_that_could_be_somebody_is_not_impersonal() -> None:
    assert unresolved("Il n'est pas venu.") == {"il"}
