import asyncio
from typing import Any

import pytest
from doubles.scripted import Scripted, body_reply
from hypothesis import given
from hypothesis import strategies as st

from extractor import Article
from extractor.asking import Asker
from extractor.errors import ReplyInvalid
from extractor.segmentation import find_segments
from extractor.settings import Options, load_settings
from extractor.units import split_units

TEXT = "  Le titre\n\nUn corps. LIRE AUSSI : un lien Le corps reprend un jour. Fin.\nBravo\nMerci\n"


def part(first: int, last: int, label: str, starts_with: str | None = None) -> dict[str, Any]:
    return {"first_unit": first, "starts_with": starts_with, "last_unit": last, "label": label}


def segments(model: Scripted, text: str = TEXT, window: int = 24_000) -> list[tuple[str, str]]:
    article = Article(text)
    asker = Asker(model, load_settings(Options(reasks=1)), "m")
    found, _ = asyncio.run(find_segments(asker, article, split_units(text), window))
    return [(each.label, text[each.start : each.end]) for each in found]


def replied(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"language": "fr", "segments": list(parts)}


GOOD = replied(
    part(1, 1, "headline"),
    part(2, 2, "body"),
    part(3, 3, "related"),
    part(3, 4, "body", "Le corps reprend"),
    part(5, 5, "comment"),
    part(6, 6, "comment"),
)


def test_ranges_of_units_become_segments_that_tile_the_text() -> None:
    assert segments(Scripted(segments=GOOD)) == [
        ("headline", "  Le titre\n\n"),
        ("body", "Un corps. "),
        ("related", "LIRE AUSSI : un lien "),
        ("body", "Le corps reprend un jour. Fin.\n"),
        ("comment", "Bravo\n"),
        ("comment", "Merci\n"),
    ]


def test_neighbours_of_one_label_are_joined_but_comments_are_not() -> None:
    parts = [part(1, 1, "body"), part(2, 4, "body"), part(5, 5, "comment"), part(6, 6, "comment")]
    assert [label for label, _ in segments(Scripted(segments=replied(*parts)))] == [
        "body",
        "comment",
        "comment",
    ]


def test_words_that_open_their_unit_are_no_border_inside_it() -> None:
    for words in ("Bravo", " Bravo"):
        parts = [part(1, 4, "body"), part(5, 6, "comment", words)]
        assert segments(Scripted(segments=replied(*parts)))[1] == ("comment", "Bravo\nMerci\n")


def test_an_inserted_piece_may_lie_between_two_of_the_same_unit_and_words() -> None:
    text = "Le port rouvre. Le port PUB Le port rouvre."
    parts = [part(1, 2, "body"), part(2, 2, "advert", "PUB"), part(2, 2, "body", "Le port")]
    assert segments(Scripted(segments=replied(*parts)), text) == [
        ("body", "Le port rouvre. Le port "),
        ("advert", "PUB "),
        ("body", "Le port rouvre."),
    ]


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ([part(1, 5, "body")], "units 6 to 6 are in no segment"),
        ([part(2, 6, "body")], "must begin at unit 1"),
        ([part(1, 2, "body"), part(4, 6, "body")], "must begin at unit 3"),
        ([part(1, 3, "body"), part(3, 6, "comment")], "must begin at unit 4"),
        ([part(1, 2, "body"), part(3, 6, "comment", "Le corps reprend")], "must begin at unit 3"),
        ([part(1, 7, "body")], "is not among units 1 to 6"),
        ([part(1, 3, "body"), part(5, 4, "body")], "is not among units 1 to 6"),
        ([part(1, 6, "body"), part(7, 7, "comment")], "is not among units 1 to 6"),
        ([part(1, 3, "body"), part(3, 6, "comment", "Le corps finit")], "do not stand there in unit 3"),
        ([part(1, 3, "body"), part(3, 6, "comment", "un")], "stand more than once in unit 3"),
        ([part(1, 6, "body", "titre")], "must begin at unit 1"),
    ],
)
def test_a_reply_that_does_not_tile_the_units_is_asked_again(
    parts: list[dict[str, Any]], complaint: str
) -> None:
    model = Scripted(segments=[replied(*parts), GOOD])
    assert len(segments(model)) == 6
    assert complaint in model.asked("segments")[1]


def test_a_reply_that_never_tiles_the_units_is_an_error() -> None:
    with pytest.raises(ReplyInvalid, match="units 6 to 6"):
        segments(Scripted(segments=body_reply(5)))


def test_a_long_article_is_segmented_in_windows() -> None:
    text = "Un mot de plus.\n" * 4
    model = Scripted(
        segments=[replied(part(1, 2, "body")), replied(part(3, 3, "body"), part(4, 4, "comment"))]
    )
    assert segments(model, text, window=30) == [("body", text[:48]), ("comment", text[48:])]
    assert "[3]" not in model.asked("segments")[0]
    assert "[2]" not in model.asked("segments")[1]


@pytest.mark.parametrize(
    ("tag", "language"), [("fr", "fr"), ("pt-BR", "pt-BR"), ("French!", None), ("", None)]
)
def test_the_language_is_a_tag_or_unknown(tag: str, language: str | None) -> None:
    asker = Asker(Scripted(segments={**body_reply(1), "language": tag}), load_settings(Options()), "m")
    assert asyncio.run(find_segments(asker, Article("x"), split_units("x"), 1_000))[1] == language


@given(st.data())
def test_whatever_borders_are_replied_the_segments_tile_the_text(data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(["un", "deux", "trois.", "Quatre"]), min_size=1, max_size=12))
    marked = [f"{word}{at}" for at, word in enumerate(words)]
    text = "".join(word + data.draw(st.sampled_from([" ", "\n", ". "])) for word in marked)
    units = split_units(text)
    borders = sorted(data.draw(st.sets(st.integers(1, len(words) - 1))) if len(words) > 1 else ())
    starts = [0, *(text.index(marked[at]) for at in borders)]
    holders = [next(unit for unit in units if unit.start <= start < unit.end) for start in starts]
    parts: list[dict[str, Any]] = []
    for at, (start, unit) in enumerate(zip(starts, holders, strict=True)):
        following = holders[at + 1] if at + 1 < len(holders) else None
        inside = following is not None and starts[at + 1] > following.start
        last = len(units) if following is None else following.number - (not inside)
        starts_with = text[start : start + 40].split()[0] if start > unit.start else None
        parts.append(part(unit.number, last, "comment", starts_with))
    found = segments(Scripted(segments=replied(*parts)), text)
    assert "".join(words_ for _, words_ in found) == text
    assert len(found) == len(parts)


def test_a_segment_does_not_begin_inside_a_word() -> None:
    parts = [part(1, 3, "body"), part(3, 6, "related", "ien Le corps")]
    with pytest.raises(ReplyInvalid, match="do not stand there"):
        segments(Scripted(segments=replied(*parts)))


def test_lines_that_a_scraper_glued_together_can_be_parted() -> None:
    text = "Le port rouvreLIRE AUSSI : un lien"
    parts = [part(1, 1, "body"), part(1, 1, "related", "LIRE AUSSI")]
    assert segments(Scripted(segments=replied(*parts)), text) == [
        ("body", "Le port rouvre"),
        ("related", "LIRE AUSSI : un lien"),
    ]
