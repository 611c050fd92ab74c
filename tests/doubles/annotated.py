"""Annotations of made-up texts: one short article's, and any that an annotator could make."""

from typing import Any

from hypothesis import strategies as st

from extractor.evaluation.reference import Reference

PORT = "Selon Anne, le port\nrouvre lundi. Le maire nie.\n\nBravo !"


def span(text: str, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "text": text[start:end]}


ODD = st.sampled_from(
    ["A \\n b", "deux\nlignes", "tab\tici", "x | role: y", " | when: ", "|", "c1: d", "", " ", "\u2028a\x85",
     "a\\", "\\u0020", "\xa0bord\xa0", "| apart: 1"]
)  # fmt: skip
"""Words that the notes' own form could take for its own."""


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, Reference]:
    """A messy text of words and its annotations, in the order in which an annotator would make them."""
    word = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6)
    gap = st.sampled_from([" ", "\n", "\r\n", "\t", "\u2028", "  ", "\n\n ", "\x85", ""])
    words = draw(st.lists(word, min_size=4, max_size=12))
    starts: list[int] = []
    text = draw(st.sampled_from(["", "\n", " "]))
    for each in words:
        starts.append(len(text))
        text += each + draw(gap)
    border = starts[draw(st.integers(1, len(words) - 1))]

    def places(at_most: int) -> list[dict[str, Any]]:
        """Spans of whole words in order, which may touch."""
        ends = draw(st.lists(st.integers(0, len(words)), min_size=2, max_size=2 * at_most, unique=True))
        flat = sorted(ends)[: len(ends) // 2 * 2]
        return [
            span(text, starts[one], starts[other - 1] + len(words[other - 1]))
            for one, other in zip(flat[::2], flat[1::2], strict=True)
        ]

    told = word | ODD
    sources = [
        {
            "id": f"s{number}", "name": name, "kind": draw(st.sampled_from(["person", "media", "unknown"])),
            "named": draw(st.booleans()), "role": draw(st.none() | told),
            "anonymity": draw(st.none() | told), "speaks_for": draw(st.none() | told),
        }
        for number, name in enumerate(draw(st.lists(told, min_size=1, max_size=3)), start=1)
    ]  # fmt: skip

    def hop() -> dict[str, Any]:
        return {
            "source": draw(st.sampled_from(sources))["id"],
            "relation": draw(st.sampled_from(["says", "carries"])),
            "style": draw(st.sampled_from(["direct", "mixed", "indirect"])),
            "source_span": draw(st.none() | st.just(places(1)[0])),
            "cue_span": draw(st.none() | st.just(places(1)[0])),
        }

    def said() -> dict[str, Any]:
        evidence = places(3)
        return {
            "evidence": [{**each, "match": "exact"} for each in evidence],
            "segment": "body" if evidence[0]["start"] < border else "comment",
            "stance": draw(st.sampled_from(["affirms", "denies"])),
            "certainty": draw(st.sampled_from(["certain", "unknown"])),
            "hearsay": draw(st.booleans()),
            "said_when": draw(st.none() | told),
            "chain": [hop() for _ in range(draw(st.integers(0, 3)))],
            "checks": [],
        }

    claims: list[dict[str, Any]] = [
        {
            "id": f"c{number}", "text": draw(told), "kind": draw(st.sampled_from(["fact", "opinion"])),
            "assertions": [said() for _ in range(draw(st.integers(1, 3)))],
        }
        for number in range(1, draw(st.integers(1, 4)))
    ]  # fmt: skip
    speaking = {each["source"] for claim in claims for one in claim["assertions"] for each in one["chain"]}
    segments = [
        {"label": "body", "start": 0, "end": border},
        {"label": "comment", "start": border, "end": len(text)},
    ]
    known = [each for each in sources if each["id"] in speaking]
    return text, Reference.model_validate({"segments": segments, "sources": known, "claims": claims})


def port_reference() -> Reference:
    """Who says what in ``PORT``, with a hop."""
    return Reference.model_validate(
        {
            "segments": [
                {"label": "body", "start": 0, "end": 49}, {"label": "comment", "start": 49, "end": 56},
            ],
            "sources": [
                {
                    "id": "s1", "name": "Anne", "kind": "person", "named": True, "role": None,
                    "anonymity": None, "speaks_for": None,
                }
            ],
            "claims": [
                {
                    "id": "c1", "text": "Le port rouvre lundi.", "kind": "fact",
                    "assertions": [
                        {
                            "evidence": [{**span(PORT, 12, 32), "match": "exact"}], "segment": "body",
                            "stance": "affirms", "certainty": "certain", "hearsay": False, "said_when": None,
                            "chain": [
                                {
                                    "source": "s1", "relation": "says", "style": "indirect",
                                    "source_span": span(PORT, 6, 10), "cue_span": span(PORT, 0, 5),
                                }
                            ],
                            "checks": [],
                        }
                    ],
                }
            ],
        }
    )  # fmt: skip
