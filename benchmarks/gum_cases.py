"""Golden cases made from GUM documents get the documents' attributions, at the places of their own texts.

``python benchmarks/gum_cases.py`` writes each ``golden/<case>/gum.json`` anew and says what was left out. The
texts differ by inserted pieces, cuts and typography (golden/README.md), so the document is aligned with the
article character by character, white space aside. An attribution of which a part was cut is left out.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import Match, SequenceMatcher
from functools import cache
from itertools import takewhile
from pathlib import Path

from extractor.article import read_article
from extractor.evaluation.gum import GUM, GumAttribution, GumDocument, Range
from extractor.grounding.folding import fold

ROOT = Path(__file__).parents[1]
DATA = ROOT / "benchmarks" / "data" / "gum-attributions.jsonl"

CASES = {
    "afghan-robotics-team": "GUM_news_afghan",
    "asylum-seekers": "GUM_news_asylum",
    "homeopathy-trial": "GUM_news_homeopathic",
    "korea-quasi-war": "GUM_news_korea",
    "mecca-crane": "GUM_news_crane",
    "new-zealand-flag": "GUM_news_flag",
    "rainy-street-document": "GUM_news_sensitive",
    "scientology-freewinds": "GUM_news_imprisoned",
    "scientology-hackers": "GUM_news_hackers",
    "spacex-dragon-bolden": "GUM_news_nasa",
}
"""The GUM document that each case was made from."""

LEAST = 20
"""Characters that texts must share in a row: between a text that was cut and one that was inserted in its
place, a difference finds words that both happen to have."""


class NewsDocument(GumDocument):
    """A line of gum-attributions.jsonl: the attributions with their text."""

    title: str
    url: str
    text: str


def load_documents(path: Path) -> dict[str, NewsDocument]:
    """The documents of a file like gum-attributions.jsonl, by id.

    Raises:
        ValueError: a line is no such document.
    """
    with path.open(encoding="utf-8") as lines:
        documents = [NewsDocument.model_validate_json(line) for line in lines]
    return {each.id: each for each in documents}


class Alignment:
    """Where the characters of a text stand in an article made from it.

    Args:
        text: as published.
        article: the same with pieces inserted or cut and other typography.
    """

    def __init__(self, text: str, article: str) -> None:
        self._text, self._article = text, article
        self._ours, self._theirs = _visible(text), _visible(article)
        ours, theirs = _folded(text, self._ours), _folded(article, self._theirs)
        self._to: dict[int, int] = {}
        """From the place of a character to the number of the article's visible one."""
        for block in self._settled(_blocks(ours, theirs), ours, theirs):
            self._to.update((self._ours[block.a + step], block.b + step) for step in range(block.size))

    def pieces(self, start: int, end: int) -> tuple[Range, ...]:
        """Where a range of the text stands in the article, in order; nothing if a part of it was cut."""
        wanted = [at for at in range(start, end) if not self._text[at].isspace()]
        found = [self._to[at] for at in wanted if at in self._to]
        if not found or len(found) < len(wanted):
            return ()
        breaks = [index for index in range(1, len(found)) if found[index] != found[index - 1] + 1]
        return tuple(
            (self._theirs[found[first]], self._theirs[found[last - 1]] + 1)
            for first, last in zip([0, *breaks], [*breaks, len(found)], strict=True)
        )

    def _settled(self, blocks: Sequence[Match], ours: Sequence[str], theirs: Sequence[str]) -> list[Match]:
        """The blocks, with what was inserted between two of them taken out at a border of words.

        "A. Ad B. C" is "A. C" with "Ad B." inserted, or with ". Ad B": which one, a difference does not know.
        """
        settled = list(blocks)
        for number in range(1, len(settled)):
            one, other = settled[number - 1], settled[number]
            if one.a + one.size == other.a:
                moves = _moves(one, other, ours, theirs)
                by = max(moves, key=lambda move: self._is_border(other.a + move, other.b + move))
                settled[number - 1] = Match(one.a, one.b, one.size + by)
                settled[number] = Match(other.a + by, other.b + by, other.size - by)
        return settled

    def _is_border(self, ours: int, theirs: int) -> bool:
        """Whether white space stands before a character in the text and in the article."""
        return (
            self._text[self._ours[ours] - 1].isspace() and self._article[self._theirs[theirs] - 1].isspace()
        )


def _visible(text: str) -> list[int]:
    return [at for at, character in enumerate(text) if not character.isspace()]


def _folded(text: str, places: Sequence[int]) -> list[str]:
    return [_fold(text[at]) for at in places]


@cache
def _fold(character: str) -> str:
    return fold(character).text


def _blocks(ours: Sequence[str], theirs: Sequence[str]) -> list[Match]:
    found = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    return [block for block in found if block.size >= LEAST]


def _moves(one: Match, other: Match, ours: Sequence[str], theirs: Sequence[str]) -> Iterator[int]:
    """By how many characters the border between two blocks can be moved: not at all, on or back."""
    yield 0
    yield from takewhile(
        lambda by: theirs[one.b + one.size + by - 1] == ours[other.a + by - 1], range(1, other.size)
    )
    yield from (
        -by for by in takewhile(lambda by: theirs[other.b - by] == ours[other.a - by], range(1, one.size))
    )


def gum_case(document: NewsDocument, article: str) -> tuple[GumDocument, list[GumAttribution]]:
    """The attributions of a document at their places in an article made from it, and those left out."""
    alignment = Alignment(document.text, article)
    moved = [_moved(each, alignment) for each in document.attributions]
    kept = [index for index, each in enumerate(moved) if each]
    numbers = {index: number for number, index in enumerate(kept)}
    attributions = tuple(
        each.model_copy(update={"nested_in": _kept_outer(index, document, numbers)})
        for index, each in enumerate(moved)
        if each
    )
    left_out = [each for index, each in enumerate(document.attributions) if index not in numbers]
    return GumDocument(id=document.id, attributions=attributions), left_out


def _moved(gold: GumAttribution, alignment: Alignment) -> GumAttribution | None:
    """An attribution at its places in the article; a broken source or cue has all between its ends too."""
    pieces = {each: alignment.pieces(*each) for each in gold.ranges}
    if not all(pieces.values()):
        return None
    hulls = {each: (found[0][0], found[-1][1]) for each, found in pieces.items()}
    return gold.model_copy(
        update={
            "source": hulls[gold.source],
            "cue": hulls[gold.cue] if gold.cue else None,
            "content": tuple(piece for each in gold.content for piece in pieces[each]),
        }
    )


def _kept_outer(index: int, document: GumDocument, numbers: Mapping[int, int]) -> int | None:
    """The number of the nearest attribution around this one that was kept."""
    outer = document.attributions[index].nested_in
    while outer is not None and outer not in numbers:
        outer = document.attributions[outer].nested_in
    return None if outer is None else numbers[outer]


def as_file(document: GumDocument) -> bytes:
    """The bytes of a gum.json."""
    return (json.dumps(document.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n").encode()


def main() -> None:
    """Write the file of each case that keeps an attribution."""
    documents = load_documents(DATA)
    for case, id_ in CASES.items():
        source, folder = documents[id_], ROOT / "golden" / case
        document, left_out = gum_case(source, read_article(folder / "article.txt").text)
        kept = len(document.attributions)
        print(f"{case}: {kept} of {len(source.attributions)} attributions of {id_}")
        for each in left_out:
            content = " ... ".join(source.text[start:end] for start, end in each.content)
            print(f"  left out: {source.text[slice(*each.source)]!r}: {content!r}")
        if kept:
            (folder / GUM).write_bytes(as_file(document))


if __name__ == "__main__":
    main()
