import asyncio
import threading
from pathlib import Path

import pytest
from doubles.loopback import Answer, failure, serve

import extractor
from extractor import Article, Extraction, Extractor, aextract, extract
from extractor.errors import EmptyArticle, InvalidSetting, ReplyMissing

ROOT = Path(__file__).parent.parent


@pytest.fixture
def seed(golden: Path) -> str:
    return (golden / "seed" / "article.txt").read_bytes().decode()


def test_the_public_names_are_the_documented_ones() -> None:
    assert extractor.__all__ == sorted(extractor.__all__)
    assert set(extractor.__all__) == {
        "Article", "Extraction", "Extractor", "ExtractorError", "Inputs", "Plan", "Progress", "Settings",
        "Summary", "__version__", "aextract", "extract", "read_article", "read_claims", "read_results",
        "read_table",
    }  # fmt: skip
    assert dir(extractor) == extractor.__all__
    assert all(
        getattr(extractor, name).__name__ == name for name in extractor.__all__ if name != "__version__"
    )
    with pytest.raises(AttributeError, match="no attribute 'extrac'"):
        getattr(extractor, "extrac")  # noqa: B009 - a type checker knows better


def test_the_first_sentence_of_the_seed_article(golden: Path, seed: str) -> None:
    result = extract(seed, replay=golden)
    (first,) = [each for each in result.claims if each.assertions[0].evidence[0].start < seed.index("\n")]
    assert first.text == (
        "Moscou achète des millions d’obus d’artillerie et de roquettes à la Corée du Nord."
    )
    (assertion,) = first.assertions
    outer, inner = assertion.chain
    assert (result.source(outer).name, result.source(outer).kind) == ("New York Times", "media")
    assert result.source(inner).name == "services de renseignement américains"
    assert outer.cue_span is not None
    assert inner.cue_span is not None
    assert (outer.cue_span.text, inner.cue_span.text) == ("rapporte", "Selon")
    assert outer.source_span is not None
    assert outer.source_span.text == "le New York Times"
    assert (assertion.stance, assertion.certainty, assertion.hearsay) == ("affirms", "certain", False)


def test_the_segments_of_the_seed_article(golden: Path, seed: str) -> None:
    result = extract(seed, replay=golden)
    labels = {
        line: next(each.label for each in result.segments if each.start <= seed.index(line) < each.end)
        for line in seed.splitlines()
    }
    assert list(labels.values()) == [
        *["body"] * 4, "related", *["body"] * 6, "related", "comment", "comment",
    ]  # fmt: skip
    assert (
        labels["Le premier navire ukrainien destiné à la Corne de l’Afrique accoste dans le port de Djibouti"]
        == "related"
    )
    last = result.segments[-1]
    assert (last.label, last.start, last.end, seed[last.start : last.end]) == (
        "comment",
        2466,
        2475,
        "Bravo 👏🏿🔥",
    )


def test_certainty_and_the_medium_in_the_seed_article(golden: Path, seed: str) -> None:
    result = extract(seed, replay=golden)
    said = {
        assertion.evidence[0].text: assertion for claim in result.claims for assertion in claim.assertions
    }
    (tries,) = [each for words, each in said.items() if "pourrait essayer" in words]
    (plans,) = [each for words, each in said.items() if "très probablement" in words]
    assert (tries.certainty, plans.certainty) == ("possible", "probable")
    (drones,) = [each for words, each in said.items() if "nombreuses défaillances" in words]
    assert [(result.source(hop).name, hop.relation) for hop in drones.chain] == [
        ("Reuters", "carries"),
        ("responsable américain", "says"),
    ]


def test_a_result_is_typed_to_the_last_span(golden: Path, seed: str) -> None:
    result: Extraction = extract(seed, replay=golden)
    span = result.claims[0].assertions[0].chain[0].source_span
    assert span is not None
    assert seed[span.start : span.end] == span.text


def test_it_can_be_called_where_an_event_loop_runs(golden: Path, seed: str) -> None:
    async def notebook() -> tuple[Extraction, Extraction]:
        return extract(seed, replay=golden), await aextract(seed, replay=golden)

    plain, awaited = asyncio.run(notebook())
    assert plain == awaited == extract(seed, replay=golden)


def test_one_extractor_serves_several_event_loops_and_threads(golden: Path, seed: str) -> None:
    results: list[Extraction] = []
    with Extractor(replay=golden) as extractor_:
        results += [asyncio.run(extractor_.aextract(seed)) for _ in range(2)]
        threads = [
            threading.Thread(target=lambda: results.append(extractor_.extract(seed))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(results) == 6
    assert len({result.model_dump_json() for result in results}) == 1


def test_many_at_once_give_the_same_as_one_by_one(golden: Path) -> None:
    articles = [
        Article(path.read_bytes().decode(), id=path.parent.name)
        for path in sorted(golden.glob("*/article.txt"))
    ]
    with Extractor(replay=golden) as extractor_:

        async def at_once() -> list[Extraction]:
            return await asyncio.gather(*(extractor_.aextract(each) for each in reversed(articles * 3)))

        together = {result.model_dump_json() for result in asyncio.run(at_once())}
        alone = {extractor_.extract(each).model_dump_json() for each in articles}
    assert together == alone
    assert len(alone) == len(articles) >= 4


def test_errors_come_out_by_their_names(golden: Path) -> None:
    with pytest.raises(EmptyArticle):
        extract(" ", replay=golden)
    with pytest.raises(ReplyMissing, match="segments@v1"):
        extract("Un texte sans réponse.", replay=golden)
    with pytest.raises(InvalidSetting, match="modle"):
        extract("x", modle="m")  # type: ignore[call-arg]  # what a caller without a type checker writes
    with pytest.raises(EmptyArticle):
        asyncio.run(aextract("", replay=golden))


def test_closing_twice_is_harmless_and_ends_the_thread(golden: Path) -> None:
    before = threading.active_count()
    extractor_ = Extractor(replay=golden)
    assert threading.active_count() == before + 1
    extractor_.close()
    extractor_.close()
    assert threading.active_count() == before


def test_closing_ends_what_another_thread_waits_for() -> None:
    started, ended = threading.Event(), threading.Event()

    def hang(_: object) -> Answer:
        started.set()
        ended.wait(30)
        return failure(500, "late")

    with serve(hang) as server:
        extractor_ = Extractor(base_url=server.url, model="m", cache=False, attempts=1)
        outcome: list[BaseException] = []

        def wait() -> None:
            try:
                extractor_.extract("Le port rouvre.")
            except BaseException as error:  # noqa: BLE001 - whatever ends it is what the test is about
                outcome.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        assert started.wait(30)
        extractor_.close()
        thread.join(10)
        ended.set()
    assert [type(error).__name__ for error in outcome] == ["CancelledError"]


def test_a_failed_start_leaves_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    (tmp_path / "cache").touch()
    with pytest.raises(extractor.ExtractorError):
        Extractor(model="m", api_key="k", cache=tmp_path / "cache" / "x")
    assert threading.active_count() == before
