"""What a run would do and cost, and whether the constants of its estimate are what the recordings say."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from doubles.loopback import Answer, Body, completion, serve
from doubles.notices import answer, notice, write_articles

from extractor import Article, Extractor
from extractor.configuration import configuration_fingerprint, input_fingerprint
from extractor.errors import InvalidRow, LedgerDamaged
from extractor.models.recordings import find_recordings, read_recording
from extractor.prices import Price
from extractor.runs.inputs import Entry
from extractor.runs.ledger import LEDGER, Entered
from extractor.runs.plan import GIVEN_A_CHARACTER, GOT_A_CHARACTER, Plan, estimated, plan_run
from extractor.settings import Options, load_settings

SETTINGS = load_settings({})
CONFIGURATION = configuration_fingerprint(SETTINGS, "m")
ARTICLE = Article("Le port rouvre.", "a")
COUNTS = ("new", "again", "changed", "redone", "done", "duplicates", "unreadable")


def entered(**facts: Any) -> Entered:
    told: dict[str, Any] = {
        "status": "complete",
        "input": input_fingerprint(ARTICLE),
        "configuration": CONFIGURATION,
        "offset": 0,
        "calls": 4,
        "tokens": (700, 50),
        "cost": None,
    }
    return Entered(**{**told, **facts})


def entry(article: Article) -> Entry:
    return Entry(article.id, lambda: article)


def plan(
    *articles: Article,
    before: Mapping[str, Entered] | None = None,
    price: Price | None = None,
    **options: Any,
) -> Plan:
    settings = load_settings(Options(**options))  # type: ignore[typeddict-item]
    return plan_run(map(entry, articles), (before or {}).get, settings, "m", price)


def counts(plan: Plan) -> dict[str, int]:
    return {name: count for name in COUNTS if (count := getattr(plan, name))}


def good_or_refused(refused: str) -> Callable[[Body], Answer]:
    def answers(body: Body) -> Answer:
        is_refused = refused in body["messages"][-1]["content"]
        return completion(None, refusal="no") if is_refused else completion(answer(body))

    return answers


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        (None, "new"),
        (entered(), "done"),
        (entered(status="partial"), "again"),
        (entered(status="failed"), "again"),
        (entered(status="failed", input=None, configuration=None), "again"),
        (entered(input="other"), "changed"),
        (entered(input="other", configuration="other"), "changed"),
        (entered(status="partial", input="other"), "again"),
        (entered(configuration="other"), "redone"),
    ],
)
def test_an_article_is_of_the_kind_that_the_ledger_says(before: Entered | None, kind: str) -> None:
    made = plan(ARTICLE, before={"a": before} if before else None)
    assert counts(made) == {kind: 1}
    assert made.to_do == (kind != "done")


@pytest.mark.parametrize("before", [{}, {"a": entered()}])
def test_a_text_that_another_article_has_is_not_asked(before: dict[str, Entered]) -> None:
    made = plan(
        ARTICLE, Article(ARTICLE.text, "b", url="u"), Article(ARTICLE.text, "c", title="T"), before=before
    )
    first = "done" if before else "new"
    assert counts(made) == {**dict.fromkeys({first, "new"}, 1), "new": 1 if before else 2, "duplicates": 1}
    assert made.calls == 3 * made.to_do


def test_what_cannot_be_read_costs_nothing() -> None:
    def read() -> Article:
        raise InvalidRow("a:1", "no JSON")

    made = plan_run([Entry("a:1", read)], lambda _: None, SETTINGS, "m", None)
    assert (counts(made), made.to_do, made.calls) == ({"unreadable": 1}, 0, 0)


def test_tokens_that_were_metered_before_are_counted_where_the_same_text_is_asked_again() -> None:
    done = plan(ARTICLE, before={"a": entered(configuration="other")})
    assert (done.calls, done.input_tokens, done.output_tokens) == (4, 700, 50)


@pytest.mark.parametrize(
    "before",
    [
        entered(status="failed"),
        entered(status="partial", configuration="other"),
        entered(tokens=(0, 0), configuration="other"),
        entered(input="other"),
        None,
    ],
)
def test_tokens_are_estimated_where_what_was_metered_tells_little(before: Entered | None) -> None:
    made = plan(ARTICLE, before={"a": before} if before else None)
    assert (made.calls, made.input_tokens, made.output_tokens) == estimated(len(ARTICLE.text), SETTINGS)


def test_every_window_is_asked_on_its_own_and_given_the_instructions() -> None:
    settings = load_settings({"window": 1000})
    once, twice = estimated(1000, settings), estimated(1001, settings)
    assert (once[0], twice[0], estimated(3000, settings)[0]) == (3, 6, 9)
    given = estimated(0, settings)[1]
    assert twice[1] - once[1] == pytest.approx(given, abs=3)
    assert twice[2] - once[2] <= 2
    text = "Le port rouvre. " * 100
    assert plan(Article(text), window=1000).calls == 6


def test_cost_is_that_of_the_tokens_and_unknown_without_a_price() -> None:
    before = {"a": entered(configuration="other", tokens=(1_000_000, 100_000))}
    made = plan(ARTICLE, before=before, price=Price(2, 1, 8))
    assert made.cost == pytest.approx(2.8)
    assert made.told == "about 4 calls, 1,000,000 tokens in and 100,000 out, $2.80"
    assert plan(ARTICLE).cost is None
    assert "price not known" in plan(ARTICLE).told
    assert plan(ARTICLE, before={"a": entered()}, price=Price(2, 1, 8)).cost == 0


def recorded(golden: Path) -> tuple[int, int, int]:
    """Characters of the golden articles, of the requests beside the instructions, and of the replies."""
    recordings = [read_recording(path) for path in find_recordings(golden).values()]
    told = sum(len(said["content"]) for each in recordings for said in each.body["messages"][1:])
    articles = sum(len(path.read_bytes().decode()) for path in golden.glob("*/article.txt"))
    return articles, told, sum(len(each.reply.content) for each in recordings)


def test_the_constants_of_the_estimate_are_those_of_the_recordings(golden: Path) -> None:
    articles, given, got = recorded(golden)
    assert given / articles == pytest.approx(GIVEN_A_CHARACTER, rel=0.1)
    assert got / articles == pytest.approx(GOT_A_CHARACTER, rel=0.1)


def test_the_instructions_are_counted_as_they_are_sent(golden: Path) -> None:
    recordings = [read_recording(path) for path in find_recordings(golden / "seed").values()]
    sent = sum(
        len(each.body["messages"][0]["content"])
        + len(json.dumps(each.body["response_format"]["json_schema"]["schema"], ensure_ascii=False))
        for each in recordings
    )
    calls, given, got = estimated(0, SETTINGS)
    assert (calls, got) == (3, 0)
    assert given == pytest.approx(sent / 3.5, rel=0.02)


def test_a_plan_says_what_the_run_then_does(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    one, two, three, four = write_articles(folder, 4)
    with serve(good_or_refused(notice(4))) as server:
        options: Any = {"base_url": server.url, "model": "m", "price": (1, 1, 1), "backoff": 0}
        with Extractor(**options) as extractor:
            assert counts(extractor.plan(folder, out=out)) == {"new": 4}
            assert not out.exists()
            extractor.extract_folder(folder, out=out)
            assert counts(extractor.plan(folder, out=out)) == {"done": 3, "again": 1}
            two.write_text(notice(12))
            three.unlink()
            (folder / "000005.txt").write_bytes(one.read_bytes())
            (folder / "000006.txt").write_bytes(b"caf\xe9")
            (folder / "000007.txt").write_text(notice(7))
            before, asked = (out / LEDGER).read_bytes(), len(server.bodies)
            made = extractor.plan(folder, out=out)
        assert (out / LEDGER).read_bytes() == before
        assert len(server.bodies) == asked
        assert counts(made) == {
            "done": 1, "again": 1, "changed": 1, "new": 1, "duplicates": 1, "unreadable": 1,
        }  # fmt: skip
        with Extractor(**options) as extractor:
            summary = extractor.extract_folder(folder, out=out)
        assert summary.articles == made.to_do + made.duplicates + made.unreadable
        assert (summary.skipped, summary.duplicates) == (made.done, made.duplicates)
        with Extractor(**options, temperature=0.5) as extractor:
            again = extractor.plan(folder, out=out)
    assert four.exists()
    assert again.redone + again.again + again.unreadable == 5 - again.duplicates + 1
    assert again.duplicates == 1


def test_redoing_what_was_metered_costs_what_was_metered(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 2)
    with serve(lambda body: completion(answer(body))) as server:
        options: Any = {"base_url": server.url, "model": "m", "price": (1, 1, 10)}
        with Extractor(**options) as extractor:
            extractor.extract_folder(tmp_path / "in", out=tmp_path / "out")
    with Extractor(**options, temperature=0.5) as extractor:
        made = extractor.plan(tmp_path / "in", out=tmp_path / "out")
    assert (made.redone, made.calls, made.input_tokens, made.output_tokens) == (2, 6, 600, 120)
    assert made.cost == pytest.approx((600 + 1200) / 1_000_000)


def test_a_plan_over_damaged_results_names_the_line(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 1)
    (tmp_path / LEDGER).write_text("{}\n")
    with Extractor(base_url="http://127.0.0.1:9/v1", model="m") as extractor, pytest.raises(LedgerDamaged):
        extractor.plan(tmp_path / "in", out=tmp_path)
