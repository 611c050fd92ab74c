"""A yardstick without a model: segments, claims and attributions by rules alone, French and English.

It is no product. It says what a figure is worth: a model that is not clearly better tells no more than layout
and reporting words do. So it stays simple: every sentence of the article is one claim of kind fact, has one
source or none, and nothing is resolved but pronouns and last names.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from extractor.article import Article
from extractor.evaluation import leads
from extractor.schemas.extraction.v1 import (
    ArticleInfo,
    Assertion,
    Claim,
    Evidence,
    Extraction,
    Hop,
    Label,
    Provenance,
    Segment,
    Source,
    Span,
    Style,
)
from extractor.units import Unit, split_units
from extractor.version import __version__

LONG = 120
"""Fewest code points of a paragraph: what stands after the last one is no longer the article."""

CLAIMED = ("headline", "body", "caption")
"""Labels of segments that make claims, as by default in the pipeline."""

Range = tuple[int, int]


def baseline(article: Article) -> Extraction:
    """Extract an article by rules; complete for every text, and every span is a slice of it."""
    pieces = tuple(_pieces(article.text))
    registry = _Registry(article.text)
    claims = tuple(_claims(article.text, pieces, registry))
    return Extraction(
        article=ArticleInfo(
            id=article.id,
            title=article.title,
            url=article.url,
            published=article.published,
            language=article.language,
            author=article.author,
            site=article.site,
            sha256=article.sha256,
            characters=len(article.text),
        ),
        status="complete",
        segments=tuple(_segments(pieces)),
        sources=tuple(registry.sources()),
        claims=claims,
        provenance=Provenance(package=__version__, model="baseline", records={}),
    )


@dataclass(frozen=True)
class _Piece:
    """A sentence and its label; ``opens`` says that it opens a line, ``parts`` a segment of its own."""

    start: int
    end: int
    label: Label
    opens: bool
    parts: bool


def _pieces(text: str) -> Iterator[_Piece]:
    """The sentences of the article, labelled line by line."""
    lines = _lines(split_units(text))
    shown = [text[line[0].start : line[-1].end].strip() for line in lines]
    last_long, tail = _borders(shown)
    has_author = False
    for number, (line, words) in enumerate(zip(lines, shown, strict=True)):
        label = _line_label(shown, number, last_long=last_long, tail=tail)
        is_author = label == "comment" and bool(leads.AUTHOR_TIME.match(words))
        has_author = has_author or is_author
        for index, unit in enumerate(line):
            own = leads.sentence_label(text[unit.start : unit.end].strip(), label)
            parts = index == 0 and (is_author or not has_author) if label == "comment" else own == "comment"
            yield _Piece(unit.start, unit.end, own, opens=index == 0, parts=parts)


def _lines(units: Sequence[Unit]) -> list[list[Unit]]:
    lines: list[list[Unit]] = []
    for unit in units:
        if unit.opens_line or not lines:
            lines.append([])
        lines[-1].append(unit)
    return lines


def _borders(shown: Sequence[str]) -> tuple[int, int]:
    """The last long paragraph, -1 if there is none, and the line that begins the comments."""
    is_long = [len(words) >= LONG and not leads.lead(words) for words in shown]
    first = is_long.index(True) if any(is_long) else 0
    tail = next((n for n in range(first + 1, len(shown)) if _opens_comments(shown[n])), len(shown))
    return max((n for n in range(tail) if is_long[n]), default=-1), tail


def _opens_comments(words: str) -> bool:
    return bool(
        leads.COMMENTS.fullmatch(words) or (len(words) < leads.SHORT and leads.AUTHOR_TIME.match(words))
    )


def _line_label(shown: Sequence[str], number: int, *, last_long: int, tail: int) -> Label:
    words = shown[number]
    is_short = len(words) <= leads.SHORT
    lead = leads.lead(words)
    if number >= tail:
        return "boilerplate" if leads.COMMENTS.fullmatch(words) else lead or "comment"
    if lead and (is_short or lead != "related"):
        return lead
    if number == 0 and is_short and len(shown) > 1 and not words.endswith("."):
        return "headline"
    if is_short and (leads.DATE_LINE.fullmatch(words) or leads.BYLINE.match(words)):
        return "byline"
    if leads.CREDIT.search(words[-80:]):
        return "caption"
    return "comment" if 0 <= last_long < number and not words.endswith(".") else "body"


def _segments(pieces: Sequence[_Piece]) -> Iterator[Segment]:
    starts = [n for n, each in enumerate(pieces) if n == 0 or each.parts or each.label != pieces[n - 1].label]
    for first, after in pairwise([*starts, len(pieces)]):
        yield Segment(label=pieces[first].label, start=pieces[first].start, end=pieces[after - 1].end)


@dataclass(frozen=True)
class _Sentence:
    """A sentence that makes a claim: its frame if it has one, and what is left of it.

    ``begins_quoted`` and ``ends_quoted``: a quotation is open at that border or has its marks there.
    """

    place: Range
    label: Label
    opens: bool
    begins_quoted: bool
    ends_quoted: bool
    content: tuple[Range, ...]
    source: Range | None = None
    cue: Range | None = None


def _claims(text: str, pieces: Iterable[_Piece], registry: "_Registry") -> Iterator[Claim]:
    sentences = _carried([*_sentences(text, pieces)])
    for number, sentence in enumerate(sentences, start=1):
        said = _assertion(text, sentence, registry)
        yield Claim(id=f"c{number}", text=text[slice(*sentence.place)], kind="fact", assertions=(said,))


def _sentences(text: str, pieces: Iterable[_Piece]) -> Iterator[_Sentence]:
    """Every sentence of a claimed segment that is no question and has a letter."""
    is_open = False
    for piece in pieces:
        place = _stripped(text, piece.start, piece.end)
        words = text[slice(*place)]
        is_open = is_open and not piece.opens
        begins = is_open or words.startswith(leads.OPENERS)
        is_open = leads.is_open_after(words, is_open=is_open)
        ends = is_open or words.endswith(leads.CLOSERS)
        is_question = words.rstrip("".join(leads.CLOSERS) + " \u00a0\u202f").endswith("?")
        if piece.label in CLAIMED and not is_question and any(map(str.isalpha, words)):
            yield _framed(text, _Sentence(place, piece.label, piece.opens, begins, ends, (place,)))


def _framed(text: str, sentence: _Sentence) -> _Sentence:
    """The sentence without the first frame that leaves something to say."""
    start, end = sentence.place
    words = text[start:end]
    for found in (match for pattern in leads.FRAMES if (match := pattern.search(words))):
        before = _stripped(text, start, start + found.start(), also=" ,;:")
        after = _stripped(text, start + found.end(), end, also=" ,;:.")
        content = [part for part in (before, after) if any(map(str.isalpha, text[slice(*part)]))]
        if len(content) > 1 and text[before[1] - 1] in leads.CLOSERS and not leads.MARKS.search(text, *after):
            del content[1]  # "..., said X, who asked not to be named"
        if content:
            source, cue = ((start + found.start(n), start + found.end(n)) for n in ("source", "cue"))
            return replace(sentence, content=tuple(content), source=source, cue=cue)
    return sentence


def _stripped(text: str, start: int, end: int, *, also: str = "") -> Range:
    """The range without white space, and without these marks, at either end."""
    while start < end and (text[start].isspace() or text[start] in also):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in also):
        end -= 1
    return start, end


def _carried(sentences: list[_Sentence]) -> list[_Sentence]:
    """A quoted sentence without a frame is said by whoever speaks before it in its line, or else after it."""
    for order in (range(1, len(sentences)), range(len(sentences) - 2, -1, -1)):
        for index in order:
            one, other = sentences[index], sentences[index - order.step]
            later = one if order.step > 0 else other
            if (
                one.begins_quoted
                and one.ends_quoted
                and one.source is None
                and other.source
                and not later.opens
            ):
                sentences[index] = replace(one, source=other.source, cue=other.cue)
    return sentences


def _assertion(text: str, sentence: _Sentence, registry: "_Registry") -> Assertion:
    words = text[slice(*sentence.place)]
    chain: tuple[Hop, ...] = ()
    if sentence.source and sentence.cue:
        chain = (registry.hop(sentence.source, sentence.cue, _style(text, sentence)),)
    return Assertion(
        evidence=tuple(
            Evidence(start=start, end=end, text=text[start:end], match="exact")
            for start, end in sentence.content
        ),
        segment=sentence.label,
        stance="denies" if sentence.cue and leads.DENIES.search(text, *sentence.cue) else "affirms",
        certainty=leads.certainty(words),
        hearsay=bool(leads.HEARSAY.search(words)),
        said_when=None,
        chain=chain,
        checks=(),
    )


def _style(text: str, sentence: _Sentence) -> Style:
    """Direct if the content is in quotation marks or inside a longer quotation, mixed if marks are within."""
    first, last = text[sentence.content[0][0]], text[sentence.content[-1][1] - 1]
    is_whole = sentence.content[-1][1] == sentence.place[1]
    begins = sentence.begins_quoted or first in leads.OPENERS
    if begins and (last in leads.CLOSERS or (is_whole and sentence.ends_quoted)):
        return "direct"
    return "mixed" if any(leads.MARKS.search(text, *part) for part in sentence.content) else "indirect"


@dataclass
class _Registry:
    """The sources of the chains: a pronoun is the last one, a last name the first that ends with it."""

    text: str
    _names: list[str] = field(default_factory=list[str])
    _mentions: list[set[Range]] = field(default_factory=list[set[Range]])
    _endings: dict[str, int] = field(default_factory=dict[str, int])
    _last: int = 0

    def hop(self, source: Range, cue: Range, style: Style) -> Hop:
        """One hop to the source named there, which is registered."""
        self._last = self._index(self.text[slice(*source)])
        self._mentions[self._last].add(source)
        return Hop(
            source=f"s{self._last + 1}",
            relation="says",
            style=style,
            source_span=self._span(source),
            cue_span=self._span(cue),
        )

    def sources(self) -> Iterator[Source]:
        """Every source in the order of appearance."""
        for number, (name, mentions) in enumerate(zip(self._names, self._mentions, strict=True), start=1):
            yield Source(
                id=f"s{number}",
                name=name,
                kind="unknown",
                named=any(word[:1].isupper() for word in name.split()[1:] or [name]),
                role=None,
                anonymity=None,
                speaks_for=None,
                mentions=tuple(self._span(place) for place in sorted(mentions)),
            )

    def _index(self, words: str) -> int:
        found = leads.ARTICLES.match(words)
        name = words[found.end() if found else 0 :].partition(",")[0]
        if self._names and name.lower() in leads.PRONOUNS:
            return self._last
        if name.lower() not in self._endings:
            self._names.append(name)
            self._mentions.append(set())
            parts = name.lower().split(" ")
            for first in range(len(parts)):
                self._endings.setdefault(" ".join(parts[first:]), len(self._names) - 1)
        return self._endings[name.lower()]

    def _span(self, place: Range) -> Span:
        return Span(start=place[0], end=place[1], text=self.text[slice(*place)])
