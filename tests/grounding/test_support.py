import pytest

from extractor.grounding.support import Known, support_checks

ARTICLE = (
    "Selon Anne Roux, ministre du Budget, 12 morts et 30 blessés sont à déplorer à Lyon le 22 mai 2012. "
    "Paul Stein a accusé Marie Berg. La banque aurait perdu 3 millions d'euros. "
    "Il a dit qu'il viendrait lundi. "
    "Le pont n'est pas fermé. Le port pourrait rouvrir. Les experts quitteront la ville avec le maire. "
    "Kherson, que la Russie a occupée, est libre. L'absence de preuves inquiète."
)


def checks(
    claim: str,
    *evidence: str,
    sentence: str | None = None,
    denied: bool = False,
    hearsay: bool = False,
    reported: bool = False,
    article: str = ARTICLE,
) -> tuple[str, ...]:
    known = Known(article, "2012-05-23")
    around = sentence if sentence is not None else " ".join(evidence)
    return support_checks(claim, evidence, around, known, denied=denied, hearsay=hearsay, reported=reported)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("12 personnes sont mortes à Lyon le 22 mai 2012.", "12 morts"),
        ("Douze morts sont à déplorer à Lyon.", "12 morts"),
        ("La banque a perdu 3 000 000 d'euros.", "perdu 3 millions d'euros"),
        ("Le pont de Lyon n'est pas fermé.", "Le pont n'est pas fermé"),
        ("Le port peut rouvrir.", "Le port pourrait rouvrir"),
        ("Marie Berg a été accusée par Paul Stein.", "Paul Stein a accusé Marie Berg"),
        ("La Russie a occupé Kherson.", "Kherson, que la Russie a occupée"),
        ("Anne Roux est ministre du Budget depuis mai 2012.", "Anne Roux, ministre du Budget"),
        ("Les preuves ne sont pas là.", "L'absence de preuves inquiète"),
        ("Les experts quitteront Lyon.", "Les experts quitteront la ville"),
    ],
)
def test_an_honest_claim_passes(claim: str, evidence: str) -> None:
    assert checks(claim, evidence) == ()


@pytest.mark.parametrize(
    ("claim", "evidence", "check"),
    [
        ("Il y a 14 morts à Lyon.", "12 morts", "number"),
        ("Il y a 30 morts à Lyon.", "12 morts et 30 blessés", "number"),
        ("La banque a perdu 3 milliards d'euros.", "perdu 3 millions d'euros", "number"),
        ("La banque a perdu 3 millions d'euros.", "perdu plus de 3 millions d'euros", "number"),
        ("Nearly 12 people died.", "12 people died", "number"),
        ("Le pont est fermé.", "Le pont n'est pas fermé", "negation"),
        ("Le pont n'est pas libre.", "Kherson est libre", "negation"),
        ("Marie Berg a accusé Paul Stein.", "Paul Stein a accusé Marie Berg", "name"),
        ("Anne Roux a accusé Marie Berg.", "Paul Stein a accusé Marie Berg", "name"),
        ("Hier, Jacques Durand a accusé Marie Berg.", "a accusé Marie Berg", "name"),
        ("Le port rouvre.", "Le port pourrait rouvrir", "modality"),
        ("Le port pourrait être libre.", "Kherson est libre", "modality"),
        ("La banque a perdu 3 millions d'euros.", "La banque aurait perdu 3 millions d'euros", "modality"),
        (
            "Le pont n'est pas fermé et accueille désormais plusieurs cyclistes étrangers.",
            "Le pont n'est pas fermé",
            "addition",
        ),
    ],
)
def test_a_claim_that_its_evidence_does_not_bear_out_is_named(claim: str, evidence: str, check: str) -> None:
    assert check in checks(claim, evidence)


def test_a_denial_differs_in_polarity() -> None:
    assert checks("Le pont est fermé.", "Le pont n'est pas fermé", denied=True) == ()


def test_hearsay_turns_the_conditional_indicative() -> None:
    claim, evidence = "La banque a perdu 3 millions d'euros.", "La banque aurait perdu 3 millions d'euros"
    assert checks(claim, evidence, hearsay=True) == ()
    english = "The bank reportedly lost 3 million euros."
    assert checks("The bank lost 3 million euros.", english, hearsay=True, article=english) == ()
    assert checks("The bank lost 3 million euros.", english, article=english) == ("modality",)


def test_reported_speech_turns_a_conditional_into_a_future() -> None:
    assert checks("Il viendra lundi.", "il viendrait lundi", reported=True) == ()
    assert checks("Il viendra lundi.", "il viendrait lundi") == ("modality",)
    english = "He said the bank would close."
    assert checks("The bank will close.", "the bank would close", reported=True, article=english) == ()


def test_a_negation_or_modal_beside_the_evidence_counts() -> None:
    assert checks("Le pont n'est pas fermé.", "fermé", sentence="Le pont n'est pas fermé") == ()
    assert checks("Le port pourrait rouvrir.", "rouvrir", sentence="Le port pourrait rouvrir") == ()


def test_a_figure_from_elsewhere_counts_with_its_noun_or_as_a_date() -> None:
    assert checks("Les 30 blessés de Lyon ont accusé Marie Berg.", "accusé Marie Berg") == ()
    assert checks("Les 30 experts ont accusé Marie Berg.", "accusé Marie Berg") == ("number",)
    assert checks("Le 23 mai 2012, Paul Stein a accusé Marie Berg.", "Paul Stein a accusé Marie Berg") == ()


@pytest.mark.parametrize("claim", ["", " ", "…", "她说", "12", "Non."])
def test_any_claim_can_be_checked(claim: str) -> None:
    assert isinstance(checks(claim, "12 morts"), tuple)
    assert isinstance(checks("12 morts", claim), tuple)
