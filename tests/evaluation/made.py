"""Annotations made by hand: words are found in the text, so that no offset is counted."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extractor.evaluation.gum import GumAttribution, GumDocument, Range
from extractor.evaluation.reference import Reference
from extractor.schemas.extraction.v1 import Assertion, Claim, Evidence, Hop, Label, Segment, Source, Span

TEXT = (
    "Le port rouvre\n"
    "Par Anne Roux\n"
    "Selon l’Écho, le port rouvre lundi, a dit le maire. Les travaux ont coûté 40 millions. "
    "Ils ont duré deux ans et ont employé 300 ouvriers.\n"
    "LIRE AUSSI : la gare ferme\n"
    "Bravo !\n"
)
TILES: tuple[tuple[Label, str], ...] = (
    ("headline", "Le port"),
    ("byline", "Par Anne"),
    ("body", "Selon"),
    ("related", "LIRE"),
    ("comment", "Bravo"),
)


def span(words: str, text: str = TEXT) -> Span:
    """The one place of some words."""
    assert text.count(words) == 1, words
    start = text.index(words)
    return Span(start=start, end=start + len(words), text=words)


def segments(*tiles: tuple[Label, str], text: str = TEXT) -> tuple[Segment, ...]:
    """Segments that each begin with some words and end where the next begins."""
    starts = [0, *(text.index(words) for _, words in tiles[1:]), len(text)]
    return tuple(
        Segment(label=label, start=start, end=end)
        for (label, _), start, end in zip(tiles, starts[:-1], starts[1:], strict=True)
    )


def hop(source: str, words: str | None = None, cue: str | None = None, **facts: Any) -> Hop:
    """A hop whose source is named by some words."""
    spans = {"source_span": words and span(words), "cue_span": cue and span(cue)}
    return Hop.model_validate({"source": source, "relation": "says", "style": "indirect", **spans, **facts})


def said(*evidence: str, chain: Sequence[Hop] = (), text: str = TEXT, **facts: Any) -> Assertion:
    """An assertion that rests on some words."""
    passages = [Evidence(**span(words, text).model_dump(), match="exact") for words in evidence]
    defaults = {"segment": "body", "stance": "affirms", "certainty": "certain", "hearsay": False}
    rest = {"said_when": None, "checks": ()}
    return Assertion.model_validate(
        {"evidence": passages, "chain": tuple(chain), **defaults, **rest, **facts}
    )


def claim(text: str, *assertions: Assertion) -> Claim:
    """A claim; ids mean nothing here."""
    return Claim(id="c", text=text, kind="fact", assertions=assertions)


def source(id_: str, name: str, *mentions: str) -> Source:
    """A source that some words name."""
    return Source(
        id=id_,
        name=name,
        kind="person",
        named=True,
        role=None,
        anonymity=None,
        speaks_for=None,
        mentions=tuple(map(span, mentions)),
    )


def annotation(
    *claims: Claim, sources: Sequence[Source] = (), tiles: Sequence[Segment] | None = None
) -> Reference:
    """An annotation of the text."""
    return Reference(
        segments=tuple(segments(*TILES) if tiles is None else tiles), sources=tuple(sources), claims=claims
    )


REOPENS = said(
    "le port rouvre lundi",
    chain=(hop("echo", "l’Écho", "Selon"), hop("mayor", "le maire", "a dit")),
)
OPENING = claim("Le port rouvre lundi.", REOPENS)
COST = claim("Les travaux du port ont coûté 40 millions.", said("Les travaux ont coûté 40 millions"))
LENGTH = claim("Les travaux du port ont duré deux ans.", said("Ils ont duré deux ans"))
WORKERS = claim("Les travaux du port ont employé 300 ouvriers.", said("ont employé 300 ouvriers"))
ECHO = source("echo", "Écho", "l’Écho")
MAYOR = source("mayor", "le maire", "le maire")
WHOLE = annotation(OPENING, COST, LENGTH, WORKERS, sources=(ECHO, MAYOR))
"""All there is to find."""


GUM_TEXT = "Ann Kohn said AFP reported that the bridge fell and two people died."


def place(words: str, text: str = GUM_TEXT) -> Range:
    """The range of the first place of some words."""
    start = text.index(words)
    return start, start + len(words)


def gum_attribution(
    source: str, cue: str | None, content: str, *, nested_in: int | None = None, text: str = GUM_TEXT
) -> GumAttribution:
    """An attribution of an entity that has its words as its name."""
    return GumAttribution(
        source=place(source, text),
        name=source,
        entity=len(source),
        cue=place(cue, text) if cue else None,
        content=(place(content, text),),
        nested_in=nested_in,
        polarity="positive",
    )


GUM_DOCUMENT = GumDocument(
    id="bridge",
    attributions=(
        gum_attribution("Ann Kohn", "said", "AFP reported that the bridge fell and two people died"),
        gum_attribution("AFP", "reported", "the bridge fell and two people died", nested_in=0),
    ),
)


def uncheck(result: Reference) -> Reference:
    """What a result says, as an annotator would: without the extractor's checks."""
    data = result.model_dump(mode="json")
    for each in data["claims"]:
        for one in each["assertions"]:
            one["checks"] = []
    return Reference.model_validate(data)


def write_case(folder: Path, reference: Reference = WHOLE, second: Reference | None = None) -> Path:
    """A case with a reference, and with a second annotator's; it has no replies."""
    folder.mkdir(parents=True)
    (folder / "article.txt").write_bytes(TEXT.encode())
    (folder / "case.toml").write_text('model = "m"\n', encoding="utf-8")
    write_reference(folder / "reference.json", reference)
    if second:
        write_reference(folder / "reference-b.json", second)
    return folder


def write_reference(path: Path, reference: Reference) -> None:
    """A reference file."""
    path.write_text(json.dumps(reference.model_dump(mode="json"), ensure_ascii=False), encoding="utf-8")


PORT_DOCUMENT = GumDocument(
    id="port",
    attributions=(
        gum_attribution("l’Écho", "Selon", "le port rouvre lundi, a dit le maire", text=TEXT),
        gum_attribution("le maire", "a dit", "le port rouvre lundi", nested_in=0, text=TEXT),
    ),
)
"""What GUM would have of the text."""


def write_gum(folder: Path, document: GumDocument = PORT_DOCUMENT) -> Path:
    """The gum.json of a case."""
    path = folder / "gum.json"
    path.write_text(document.model_dump_json(), encoding="utf-8")
    return path
