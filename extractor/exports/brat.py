"""Annotations in brat's standoff format (https://brat.nlplab.org/standoff.html), for people to correct.

A segment, the evidence of an assertion, and the source and the cue of a hop are text-bound annotations; a hop
is a relation from its evidence to its source, ``Says`` or ``Carries``. The claim stands in the note of its
evidence, what is known of a source in the note of the source. docs/results.md says it for annotators.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from extractor.errors import CannotWrite
from extractor.evaluation.reference import Reference
from extractor.exports.annotations import file_name
from extractor.schemas.extraction.v1 import Assertion, Claim, Extraction, Hop, Source

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
Place\tArg:Source, Value:1|2|3|4|5|6|7|8
Style\tArg:Source, Value:direct|indirect|mixed
SourceKind\tArg:Source, Value:person|organisation|media|document|group|place|unknown
Named\tArg:Source
NoWords\tArg:Source
"""
"""``annotation.conf``: what an annotator may draw."""

WHEN = " | when: "
FACTS = {"role": " | role: ", "anonymity": " | anonymity: ", "speaks_for": " | speaks for: "}
"""What stands in a note after a claim, and after a source's name, and before what."""

BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
"""Characters that no line of the format can hold: an annotation over them is in pieces."""


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

    def note(self, of: str, text: str) -> None:
        self.add("#", f"AnnotatorNotes {of}\t{escaped(text)}")


def standoff(reference: Reference, text: str) -> str:
    """The ``.ann`` file of an article; ``imported`` reads it back."""
    return "".join(f"{line}\n" for line in _Writer(reference, text).written())


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
        self._out.note(
            name, f"{claim.id}: {claim.text}" + (f"{WHEN}{said.said_when}" if said.said_when else "")
        )
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
        self._out.note(name, f"{source.id}: {source.name}{''.join(_facts(source))}")
        self._out.add("R", f"{hop.relation.capitalize()} Arg1:{evidence} Arg2:{name}")
        if hop.cue_span:
            cue = self._bound("Cue", [(hop.cue_span.start, hop.cue_span.end)])
            self._out.add("R", f"CueOf Arg1:{name} Arg2:{cue}")

    def _bound(self, kind: str, ranges: Iterable[tuple[int, int]]) -> str:
        pieces = [piece for start, end in ranges for piece in _pieces(self._text, start, end)]
        places = ";".join(f"{start} {end}" for start, end in pieces)
        words = " ".join(self._text[start:end] for start, end in pieces)
        return self._out.add("T", f"{kind} {places}\t{words}")


def _facts(source: Source) -> Iterator[str]:
    for name, before in FACTS.items():
        if (told := getattr(source, name)) is not None:
            yield f"{before}{told}"


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


def escaped(text: str) -> str:
    """A note on one line: a backslash before n, r or t stands for a break, two for one."""
    for plain, told in (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(plain, told)
    return BREAKS.sub(" ", text)


def write_results(results: Iterable[tuple[Extraction, str]], folder: Path) -> list[Path]:
    """Write results with their texts as ``write_brat`` does; what failed has nothing to correct.

    Raises:
        CannotWrite: the folder or a file cannot be written.
    """
    wanted = ((each.article.id, Reference.of(each), text) for each, text in results if each.segments)
    return write_brat(wanted, folder)


def write_brat(references: Iterable[tuple[str, Reference, str]], folder: Path) -> list[Path]:
    """Write ``<id>.txt`` and ``<id>.ann`` for each article, and ``annotation.conf``: a brat collection.

    Args:
        references: id, annotations and text of each article.
        folder: made if it is missing.

    Raises:
        CannotWrite: the folder or a file cannot be written.
    """
    paths: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "annotation.conf").write_text(CONFIGURATION, encoding="utf-8", newline="")
        for id_, reference, text in references:
            path = folder / f"{file_name(id_.removesuffix('.txt'))}.ann"
            path.write_text(standoff(reference, text), encoding="utf-8", newline="")
            path.with_suffix(".txt").write_text(text, encoding="utf-8", newline="")
            paths.append(path)
    except OSError as error:
        raise CannotWrite(str(error.filename or folder), error.strerror or str(error)) from error
    return paths
