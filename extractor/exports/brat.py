"""Annotations in brat's standoff format (https://brat.nlplab.org/standoff.html), for people to correct.

A segment, the evidence of an assertion, and the source and the cue of a hop are text-bound annotations; a hop
is a relation from its evidence to its source, ``Says`` or ``Carries``. The claim stands in the note of its
evidence, what is known of a source in the note of the source. docs/results.md says it for annotators.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise
from pathlib import Path

from extractor.errors import InvalidInput
from extractor.evaluation.reference import Reference
from extractor.exports.brat_notes import BREAKS, SOURCE_FACTS, Note, is_break
from extractor.exports.folders import FileNames, writing_to
from extractor.schemas.extraction.v1 import Assertion, Claim, Extraction, Hop, Span

CONFIGURATION = """\
[entities]
!Segment
\tHeadline
\tByline
\tBody
\tCaption
\tRelated
\tAdvert
\tPromo
\tComment
\tBoilerplate
\tOther
Evidence
Source
Cue

[relations]
Says\tArg1:Evidence, Arg2:Source
Carries\tArg1:Evidence, Arg2:Source
CueOf\tArg1:Source, Arg2:Cue

[events]

[attributes]
Kind\tArg:Evidence, Value:fact|forecast|opinion|directive
Stance\tArg:Evidence, Value:affirms|denies
Certainty\tArg:Evidence, Value:certain|probable|possible|unknown
Hearsay\tArg:Evidence
Place\tArg:Source, Value:1|2|3|4|5|6|7|8|9|10|11|12
Style\tArg:Source, Value:direct|indirect|mixed
SourceKind\tArg:Source, Value:person|organisation|media|document|group|place|unknown
Named\tArg:Source
NoWords\tArg:Source
"""
"""``annotation.conf``: what an annotator may draw."""

_ID = re.compile(r"[cs][0-9]{1,9}")


@dataclass
class _Lines:
    """The lines of a file, each kind numbered."""

    lines: list[str] = field(default_factory=list[str])
    _numbers: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, kind: str, told: str) -> str:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        name = f"{kind}{self._numbers[kind]}"
        self.lines.append(f"{name}\t{told}")
        return name

    def attribute(self, name: str, of: str, value: str | None = None) -> None:
        self.add("A", f"{name} {of}" + (f" {value}" if value else ""))

    def note(self, of: str, text: Note) -> None:
        self.add("#", f"AnnotatorNotes {of}\t{text}")


def standoff(reference: Reference, text: str) -> str:
    """The ``.ann`` file of an article; ``imported`` reads it back.

    Matches and checks, which are the extractor's remarks on its own work, are not in it.

    Raises:
        InvalidInput: the annotations do not fit the text, or the format has no place for them.
    """
    if fault := _fault(reference, text):
        raise InvalidInput("annotations", fault)
    return "".join(f"{line}\n" for line in _Writer(reference, text).written())


def _fault(reference: Reference, text: str) -> str | None:
    """What keeps annotations from being written so that they come back."""
    return next(chain(reference.faults(text), _unfit(reference)), None)


def _unfit(reference: Reference) -> Iterator[str]:
    """What a file could not tell, so that it would come back otherwise."""
    claims = [each.id for each in reference.claims]
    sources = [each.id for each in reference.sources]
    yield from (f"{id_!r} is no id such as c1 or s1" for id_ in claims + sources if not _ID.fullmatch(id_))
    if len(set(claims)) < len(claims):
        yield "two claims have one id"
    speaking = {hop.source for claim in reference.claims for said in claim.assertions for hop in said.chain}
    yield from (f"source {id_} stands in no chain" for id_ in sources if id_ not in speaking)


class _Writer:
    def __init__(self, reference: Reference, text: str) -> None:
        self._reference = reference
        self._text = text
        self._sources = {each.id: each for each in reference.sources}
        self._out = _Lines()

    def written(self) -> list[str]:
        for segment in self._reference.segments:
            self._bound(segment.label.capitalize(), [(segment.start, segment.end)])
        for claim in self._reference.claims:
            for said in claim.assertions:
                self._assertion(claim, said)
        return self._out.lines

    def _assertion(self, claim: Claim, said: Assertion) -> None:
        name = self._bound("Evidence", [(each.start, each.end) for each in said.evidence])
        for attribute, value in (
            ("Kind", claim.kind),
            ("Stance", said.stance),
            ("Certainty", said.certainty),
        ):
            self._out.attribute(attribute, name, value)
        if said.hearsay:
            self._out.attribute("Hearsay", name)
        facts = {"when": said.said_when, "apart": self._apart(said.evidence)}
        self._out.note(name, Note(claim.id, claim.text, _known(facts)))
        for place, hop in enumerate(said.chain, start=1):
            self._hop(name, said, hop, place)

    def _hop(self, evidence: str, said: Assertion, hop: Hop, place: int) -> None:
        """A hop's source; one that no words name here stands where its evidence stands."""
        spans = [hop.source_span] if hop.source_span else said.evidence
        name = self._bound("Source", [(each.start, each.end) for each in spans])
        if not hop.source_span:
            self._out.attribute("NoWords", name)
        source = self._sources[hop.source]
        self._out.attribute("Place", name, str(place))
        self._out.attribute("Style", name, hop.style)
        self._out.attribute("SourceKind", name, source.kind)
        if source.named:
            self._out.attribute("Named", name)
        facts = {fact: getattr(source, field) for fact, field in SOURCE_FACTS.items()}
        self._out.note(name, Note(source.id, source.name, _known(facts)))
        self._out.add("R", f"{hop.relation.capitalize()} Arg1:{evidence} Arg2:{name}")
        if hop.cue_span:
            cue = self._bound("Cue", [(hop.cue_span.start, hop.cue_span.end)])
            self._out.add("R", f"CueOf Arg1:{name} Arg2:{cue}")

    def _apart(self, evidence: Sequence[Span]) -> str | None:
        """The numbers of the gaps between spans that would be taken for a break inside one."""
        gaps = accumulate(len(list(_pieces(self._text, each.start, each.end))) for each in evidence)
        between = (self._text[one.end : other.start] for one, other in pairwise(evidence))
        return (
            ", ".join(str(gap) for gap, words in zip(gaps, between, strict=False) if is_break(words)) or None
        )

    def _bound(self, kind: str, ranges: Iterable[tuple[int, int]]) -> str:
        pieces = [piece for start, end in ranges for piece in _pieces(self._text, start, end)]
        places = ";".join(f"{start} {end}" for start, end in pieces)
        words = " ".join(self._text[start:end] for start, end in pieces)
        return self._out.add("T", f"{kind} {places}\t{words}")


def _known(facts: Mapping[str, str | None]) -> dict[str, str]:
    return {name: told for name, told in facts.items() if told is not None}


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The range without line breaks and tabs, and without white space at the ends of each piece."""
    at = start
    borders = [*((found.start(), found.end()) for found in BREAKS.finditer(text, start, end)), (end, end)]
    for last, following in borders:
        words = text[at:last]
        if words.strip():
            begin = at + len(words) - len(words.lstrip())
            yield begin, begin + len(words.strip())
        at = following


def write_results(
    results: Iterable[tuple[Extraction, str]],
    folder: Path,
    *,
    replace: bool = False,
    left_out: Callable[[str, str], None] | None = None,
) -> list[Path]:
    """Write results with their texts as ``write_brat`` does.

    The extractor's checks are left to it: a reference has none.

    Args:
        results: each with its article's text.
        folder: made if it is missing.
        replace: write over annotations that are there and say something else.
        left_out: is told the id of an article that has nothing to correct, and why.

    Raises:
        CannotWrite: the folder or a file cannot be written.
        InvalidInput: as ``write_brat``.
    """

    def fit() -> Iterator[tuple[str, Reference, str]]:
        for result, text in results:
            reference = Reference.of(result).corrected()
            fault = _fault(reference, text) if result.segments else "it failed"
            if fault and left_out:
                left_out(result.article.id, fault)
            elif fault and result.segments:
                raise InvalidInput(result.article.id, fault)
            elif fault:
                continue  # what failed has nothing to correct
            else:
                yield result.article.id, reference, text

    return write_brat(fit(), folder, replace=replace, left_out=left_out)


def write_brat(
    references: Iterable[tuple[str, Reference, str]],
    folder: Path,
    *,
    replace: bool = False,
    left_out: Callable[[str, str], None] | None = None,
) -> list[Path]:
    """Write ``<id>.txt`` and ``<id>.ann`` for each article, and ``annotation.conf``: a brat collection.

    Args:
        references: id, annotations and text of each article.
        folder: made if it is missing.
        replace: write over annotations that are there and say something else: somebody may have made them.
        left_out: is told of articles that were not written for that reason; without it they are an error.

    Raises:
        CannotWrite: the folder or a file cannot be written.
        InvalidInput: annotations do not fit their text, or others are there and not to be replaced.
    """
    paths: list[Path] = []
    names = FileNames()
    with writing_to(folder):
        configuration = folder / "annotation.conf"
        if replace or not configuration.exists():
            configuration.write_text(CONFIGURATION, encoding="utf-8", newline="")
        for id_, reference, text in references:
            name = names.of(id_, without=".txt")
            path, told = folder / f"{name}.ann", standoff(reference, text)
            if not replace and path.exists() and path.read_bytes() != told.encode():
                error = InvalidInput(
                    str(path), "says something else, perhaps corrections: --replace writes over it"
                )
                if left_out is None:
                    raise error
                left_out(id_, str(error))
                continue
            (folder / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
            path.write_text(told, encoding="utf-8", newline="")
            paths.append(path)
    return paths
