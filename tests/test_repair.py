"""What was not found, sent back once, through the whole pipeline with a scripted model."""

from doubles.port import ONE_CLAIM, SEGMENTS, attributed, run, run_model
from doubles.scripted import Scripted, body_reply, claim, hop, saying, source

from extractor.errors import (
    ModelRefused,
)


def test_quotes_that_are_not_found_are_sent_back_once_in_one_call() -> None:
    model = Scripted(
        segments=SEGMENTS,
        claims={
            "claims": [claim("x", (2, "Nous possédons 40 navires")), claim("y", (1, "le port rouvre mardi"))]
        },
        repair={
            "repairs": [
                {"item": 1, "unit": 2, "quote": "Nous avons 40 navires"},
                {"item": 2, "unit": None, "quote": None},
            ]
        },
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    result = run_model(model)
    assert [each.record for each in model.requests] == ["segments", "claims", "repair", "attribution"]
    assert (
        '1. evidence, unit 2: "Nous possédons 40 navires"\n2. evidence, unit 1:' in model.asked("repair")[0]
    )
    assert [each.assertions[0].evidence[0].text for each in result.claims] == ["Nous avons 40 navires"]
    assert [(each.reason, each.value["quotes"]) for each in result.rejected] == [
        ("quote altered: number (lundi -> mardi)", ["le port rouvre mardi"])
    ]
    assert result.status == "complete"


def test_an_invented_repair_is_rejected_too() -> None:
    result = run(
        claims={"claims": [claim("x", (2, "Nous possédons 40 navires"))]},
        repair={"repairs": [{"item": 1, "unit": 2, "quote": "Nous avons 50 navires"}]},
    )
    assert (result.claims, len(result.rejected)) == ((), 1)


def test_a_repair_that_is_another_quote_is_not_used() -> None:
    result = run(
        claims={"claims": [claim("x", (2, "Nous possédons cent avions"))]},
        repair={"repairs": [{"item": 1, "unit": 1, "quote": "le port rouvre lundi"}]},
    )
    assert (result.claims, [each.reason for each in result.rejected]) == (
        (),
        ["quote not found in the article"],
    )


def test_a_repair_that_fails_is_said_and_loses_nothing_else() -> None:
    claims = {"claims": [claim("x", (2, "invented")), claim("y", (1, "le port rouvre lundi"))]}
    result = run(
        claims=claims,
        repair=ModelRefused("no"),
        attribution={"sources": [], "sayings": [saying("c1.1")]},
    )
    assert (result.status, [each.error for each in result.problems]) == ("partial", ["ModelRefused"])
    assert [each.text for each in result.claims] == ["y"]
    assert len(result.rejected) == 1


def test_words_of_a_hop_are_repaired() -> None:
    result = run(
        claims=ONE_CLAIM,
        attribution=attributed(hop("c", 4, "Monsieur le maire", "nie")),
        repair={"repairs": [{"item": 1, "unit": 4, "quote": "Le maire"}]},
    )
    span = result.claims[0].assertions[0].chain[0].source_span
    assert span is not None
    assert (span.text, result.rejected) == ("Le maire", ())


def test_a_repair_may_name_another_unit() -> None:
    text = "Jean parle.\n" + "Rien ici.\n" * 8 + "« Non », dit-il."
    result = run(
        text,
        segments=body_reply(10),
        claims={"claims": [claim("x", (10, "Non"))]},
        attribution={
            "sources": [source("a", "Jean")],
            "sayings": [saying("c1.1", hop("a", 10, "M. Jean", "dit"))],
        },
        repair={"repairs": [{"item": 1, "unit": 1, "quote": "Jean"}]},
    )
    span = result.claims[0].assertions[0].chain[0].source_span
    assert span is not None
    assert (span.start, span.text) == (0, "Jean")


def test_a_repair_shows_the_units_around_the_failing_quote() -> None:
    text = "".join(f"Phrase {at}.\n" for at in range(1, 11))
    model = Scripted(
        segments=body_reply(10), claims={"claims": [claim("x", (5, "absent"))]}, repair={"repairs": []}
    )
    run_model(model, text)
    shown = [
        line.partition("]")[0][1:] for line in model.asked("repair")[0].splitlines() if line.startswith("[")
    ]
    assert shown == ["3", "4", "5", "6", "7"]
