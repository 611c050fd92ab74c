"""Segments: characters by label, boundaries, and what of the article is lost or of the rest let in."""

import pytest
from evaluation.made import TEXT, WHOLE, annotation, claim, said, segments

from extractor.evaluation.counts import Counts
from extractor.evaluation.reference import Reference
from extractor.evaluation.scoring import METRICS
from extractor.evaluation.segments import count_segments

SHORT = "Title\n\nBody text\nBuy now\n"
GIVEN = annotation(tiles=segments(("headline", "Title"), ("body", "Body"), ("advert", "Buy"), text=SHORT))


def figure(name: str, counts: Counts) -> float | None:
    (metric,) = (each for each in METRICS if each.name == name)
    return metric.value(counts)


def of(predicted: Reference) -> Counts:
    return count_segments(predicted, GIVEN, SHORT)


def test_the_same_segments_are_right_in_every_character() -> None:
    counts = of(GIVEN)
    for name in ("segments accuracy", "segments macro f1", "segments body f1", "boundaries exact"):
        assert figure(name, counts) == 1
    for name in ("boundaries distance", "body lost"):
        assert figure(name, counts) == 0


def test_a_label_is_scored_by_its_characters_without_white_space() -> None:
    counts = of(annotation(tiles=segments(("body", "Title"), ("advert", "Buy"), text=SHORT)))
    assert counts["characters headline as body"] == len("Title")
    assert counts["characters body as body"] == len("Bodytext")
    assert figure("segments body precision", counts) == 8 / 13
    assert figure("segments body recall", counts) == 1
    assert figure("segments body f1", counts) == 2 * 8 / (13 + 8)
    assert figure("segments accuracy", counts) == 14 / 19


def test_the_macro_f1_is_the_mean_of_the_labels_that_the_reference_has() -> None:
    counts = of(annotation(tiles=segments(("byline", "Title"), ("body", "Body"), text=SHORT)))
    assert figure("segments headline f1", counts) == 0
    assert figure("segments advert f1", counts) == 0
    assert figure("segments byline f1", counts) == 0
    assert figure("segments macro f1", counts) == pytest.approx((0 + 16 / 22 + 0) / 3)


def test_a_label_that_nobody_gave_has_no_figure() -> None:
    assert figure("segments comment f1", of(GIVEN)) is None


def test_a_boundary_is_as_far_as_the_nearest_predicted_one_white_space_aside() -> None:
    tiles = segments(("headline", "Title"), ("body", "\nBody"), ("advert", "now"), text=SHORT)
    counts = of(annotation(tiles=tiles))
    assert figure("boundaries exact", counts) == 1 / 2
    assert figure("boundaries distance", counts) == len("Buy ") / 2


def test_without_a_predicted_boundary_the_ends_of_the_text_are_nearest() -> None:
    counts = of(annotation(tiles=segments(("body", "Title"), text=SHORT)))
    assert figure("boundaries distance", counts) == (len("Title\n\n") + len("Buy now\n")) / 2


def test_body_is_lost_where_no_claims_are_taken_from_its_label() -> None:
    tiles = segments(("body", "Title"), ("caption", "Body"), ("promo", "text"), text=SHORT)
    assert figure("body lost", of(annotation(tiles=tiles))) == 4 / 8


def test_a_failed_result_loses_all_of_the_body() -> None:
    counts = of(annotation(tiles=()))
    assert figure("body lost", counts) == 1
    assert figure("segments macro f1", counts) == 0


def test_evidence_outside_of_the_article_is_counted_and_claims_that_mostly_rest_on_it() -> None:
    gate = claim("La gare ferme.", said("la gare ferme"))
    mixed = claim("300 ouvriers ont été employés.", said("ont employé 300 ouvriers.\nLIRE"))
    counts = count_segments(annotation(gate, mixed), WHOLE, TEXT)
    assert counts["evidence"] == len("lagareferme" + "ontemployé300ouvriers.LIRE")
    assert counts["evidence outside"] == len("lagareferme" + "LIRE")
    assert counts["claims outside"] == 1
