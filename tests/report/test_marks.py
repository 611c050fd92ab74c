"""Runs: the text in pieces, each covered by the same spans from end to end."""

from doubles.hostile import RESULTS, TEXT
from doubles.port import TEXT as PORT
from doubles.port import run

from extractor.report.marks import parts, title_of


def test_the_runs_are_the_text() -> None:
    for result, text in ((run(), PORT), *RESULTS):
        if text is not None:
            found = list(parts(result, text))
            assert "".join(each.text for part in found for each in part.runs) == text
            assert all(text.startswith(each.text, each.start) for part in found for each in part.runs)


def test_each_span_is_covered_by_runs_that_name_it() -> None:
    result = run()
    runs = [each for part in parts(result, PORT) for each in part.runs]
    for claim in result.claims:
        for number, said in enumerate(claim.assertions, start=1):
            name = f"{claim.id}.{number}"
            shown = "".join(each.text for each in runs if name in each.evidence)
            assert shown == "".join(each.text for each in said.evidence)
            for place, hop in enumerate(said.chain, start=1):
                named = "".join(each.text for each in runs if f"{name}:{place}" in each.sources)
                cue = "".join(each.text for each in runs if f"{name}:{place}" in each.cues)
                assert named == (hop.source_span.text if hop.source_span else "")
                assert cue == (hop.cue_span.text if hop.cue_span else "")


def test_nested_evidence_is_a_run_of_both() -> None:
    (result, _), *_ = RESULTS
    runs = [each for part in parts(result, TEXT) for each in part.runs]
    assert [each.text for each in runs if each.evidence == ("c1.1", "c2.1")] == ["port 👏🏿🔥"]


def test_segments_are_parts_in_their_order() -> None:
    assert [(part.label, part.start) for part in parts(run(), PORT)] == [
        (each.label, each.start) for each in run().segments
    ]


def test_an_article_without_a_title_is_named_by_its_headline_or_its_id() -> None:
    result = run()
    assert title_of(result, PORT) == result.article.id
    headed = result.model_copy(
        update={
            "segments": (result.segments[0].model_copy(update={"label": "headline"}), *result.segments[1:])
        }
    )
    assert title_of(headed, PORT) == " ".join(PORT.split("LIRE AUSSI")[0].split())
    assert title_of(headed, None) == result.article.id


def test_a_result_without_segments_is_one_part() -> None:
    (only,) = parts(RESULTS[-1][0], TEXT)
    assert (only.label, only.runs[0].text) == ("other", TEXT)
