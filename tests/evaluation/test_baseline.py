from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.article import Article, read_article
from extractor.evaluation.baseline import baseline
from extractor.schemas.extraction.v1 import Assertion, Extraction, Hop, Span

GOLDEN = sorted(Path(__file__).parents[2].joinpath("golden").glob("*/article.txt"))
LONG = (
    "Le gouvernement a présenté mardi un plan de relance de deux milliards d'euros pour les régions du nord "
    "du pays et de sa capitale. "
)
WORDS = [
    "Selon X, ",
    "d'après la police",
    "a déclaré ",
    ", a-t-il dit",
    " said that ",
    '," Kohn said.',
    "dit-il",
    "nie ",
]
LINES = [
    "LIRE AUSSI : ",
    "Publicité",
    "2 comments",
    "Ana - 3 mai 2012 à 08:14",
    "© AFP",
    "Image: AFP.",
    "\n",
    "\r\n",
]
MARKS = [*' \u202f«»"“”é😀', "e\u0301", ". ", "? ", ", ", ": ", "il", "l'", "le X", "12 "]
PIECES = st.sampled_from([*WORDS, *LINES, *MARKS])
TEXTS = st.text() | st.lists(PIECES, max_size=30).map("".join)


def only(text: str) -> Assertion:
    """The one assertion of a text of one sentence."""
    (claim,) = baseline(Article(text)).claims
    (assertion,) = claim.assertions
    return assertion


def hop(assertion: Assertion) -> Hop:
    (found,) = assertion.chain
    return found


def frame(text: str) -> tuple[str, str, list[str]]:
    """Source, cue and evidence of the one sentence."""
    said = only(text)
    found = hop(said)
    assert found.source_span is not None
    assert found.cue_span is not None
    return found.source_span.text, found.cue_span.text, [span.text for span in said.evidence]


def labels(text: str) -> list[tuple[str, str]]:
    segments = baseline(Article(text)).segments
    return [(segment.label, text[segment.start : segment.end].strip()) for segment in segments]


def assert_slices(result: Extraction, text: str) -> None:
    hops = [each for claim in result.claims for said in claim.assertions for each in said.chain]
    spans: list[Span] = []
    for claim in result.claims:
        spans += [span for said in claim.assertions for span in said.evidence]
    spans += [span for each in hops for span in (each.source_span, each.cue_span) if span]
    spans += [span for source in result.sources for span in source.mentions]
    assert all(text[span.start : span.end] == span.text for span in spans)
    assert all(source.name in text for source in result.sources)
    assert all(claim.text in text for claim in result.claims)


@given(TEXTS.filter(lambda text: bool(text.strip()) and "\0" not in text))
def test_every_text_has_a_valid_result_of_slices(text: str) -> None:
    result = baseline(Article(text))
    assert result.status == "complete"
    assert Extraction.model_validate_json(result.model_dump_json()) == result
    assert_slices(result, text)


def test_golden_articles_have_claims_with_and_without_a_source() -> None:
    chains: set[int] = set()
    for path in GOLDEN:
        article = read_article(path)
        result = baseline(article)
        assert_slices(result, article.text)
        chains |= {len(said.chain) for claim in result.claims for said in claim.assertions}
    assert chains == {0, 1}


@pytest.mark.parametrize(
    "piece", ["a, ", 'said "', "X said it rains. ", "selon ", "« ", "a-t-il ", "il y a 3 h "]
)
def test_a_long_line_of_lead_words_has_a_result_in_time(piece: str) -> None:
    text = piece * 10_000
    assert_slices(baseline(Article(text)), text)


@pytest.mark.parametrize(
    ("text", "source", "cue", "evidence"),
    [
        ("Selon Dupont, le pont est fermé.", "Dupont", "Selon", ["le pont est fermé"]),
        ("D’après la police, il pleut.", "la police", "D’après", ["il pleut"]),
        ("Pour Marie Dupont, le plan est mort.", "Marie Dupont", "Pour", ["le plan est mort"]),
        ("According to AFP, two died.", "AFP", "According to", ["two died"]),
        ("Trois sont morts, selon la police.", "la police", "selon", ["Trois sont morts"]),
        ("Two died, according to AFP.", "AFP", "according to", ["Two died"]),
        ("Le maire a déclaré que le pont tient.", "Le maire", "a déclaré", ["le pont tient"]),
        ("Mardi, un témoin a dit à Reuters qu'il pleut.", "un témoin", "a dit", ["il pleut"]),
        ("Le syndicat estime, au contraire, que « non ».", "Le syndicat", "estime", ["« non »"]),
        ("Ann Kohn said that it rains.", "Ann Kohn", "said", ["it rains"]),
        ("The minister said it rains.", "The minister", "said", ["it rains"]),
        ("Jeff Lee, the spokesman, said it rains.", "Jeff Lee, the spokesman", "said", ["it rains"]),
        ("But the minister said it rains.", "the minister", "said", ["it rains"]),
        ("Kohn told the press that it rains.", "Kohn", "told", ["it rains"]),
        ("Trois sont morts, a indiqué la police.", "la police", "a indiqué", ["Trois sont morts"]),
        ("« Il pleut », a-t-elle précisé.", "elle", "précisé", ["« Il pleut »"]),
        ("« Il pleut », dit-il.", "il", "dit", ["« Il pleut »"]),
        ('"It rains," said Ann Kohn.', "Ann Kohn", "said", ['"It rains,"']),
        ('"It rains," Kohn said.', "Kohn", "said", ['"It rains,"']),
        ('"It rains," Kohn told Reuters.', "Kohn", "told", ['"It rains,"']),
    ],
)
def test_a_frame_gives_source_and_cue_and_the_rest_is_evidence(
    text: str, source: str, cue: str, evidence: list[str]
) -> None:
    assert frame(text) == (source, cue, evidence)


def test_a_frame_in_the_middle_leaves_two_passages() -> None:
    assert frame("Le pont, a dit le maire, est fermé.") == ("le maire", "a dit", ["Le pont", "est fermé"])


def test_what_is_told_of_the_speaker_behind_a_quotation_is_no_evidence() -> None:
    text = "« Il pleut », a dit un agent, qui ne veut pas être nommé."
    assert frame(text) == ("un agent", "a dit", ["« Il pleut »"])


@pytest.mark.parametrize(
    "text",
    ["Il pleut sur Paris.", "The minister has not said that it rains.", "Pour la première fois, il pleut."],
)
def test_a_sentence_without_a_frame_is_the_outlets_own(text: str) -> None:
    said = only(text)
    assert said.chain == ()
    assert [span.text for span in said.evidence] == [text]


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("Le maire a dit : « Le pont tient. »", "direct"),
        ("Le maire a dit que le pont « tient » bien.", "mixed"),
        ("Le maire a dit que le pont tient.", "indirect"),
    ],
)
def test_style_goes_by_the_quotation_marks(text: str, style: str) -> None:
    assert hop(only(text)).style == style


def test_a_quoted_sentence_is_said_by_the_speaker_next_to_it_in_its_line() -> None:
    text = '"It rains. It snows," said Kohn. "It is cold."\n"Nobody knows who says this."'
    claims = baseline(Article(text)).claims
    assert [len(claim.assertions[0].chain) for claim in claims] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    "text",
    [
        "La Poste a nié toute responsabilité.",
        "Le maire dément que le pont soit fermé.",
        "Kohn denied the claim.",
    ],
)
def test_a_verb_of_denial_denies(text: str) -> None:
    assert only(text).stance == "denies"


@pytest.mark.parametrize(
    ("text", "hearsay"),
    [
        ("Le pont serait fermé.", True),
        ("Two reportedly died.", True),
        ("Le pont est fermé.", False),
    ],
)
def test_the_conditional_and_adverbs_of_distance_are_hearsay(text: str, *, hearsay: bool) -> None:
    assert only(text).hearsay is hearsay


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("Le pont pourrait fermer.", "possible"),
        ("It will probably rain.", "probable"),
        ("It rains in May.", "certain"),
    ],
)
def test_modals_set_the_certainty(text: str, certainty: str) -> None:
    assert only(text).certainty == certainty


def test_a_claim_is_the_sentence_and_a_question_is_none() -> None:
    claims = baseline(Article("Selon Dupont, il pleut. Pourquoi ? « Vraiment ? » Il neige.")).claims
    assert [claim.text for claim in claims] == ["Selon Dupont, il pleut.", "Il neige."]


def test_a_pronoun_and_a_last_name_are_sources_that_spoke_before() -> None:
    result = baseline(Article("Ann Kohn said it rains. Kohn said it snows. She said it is cold."))
    assert [(source.name, len(source.mentions)) for source in result.sources] == [("Ann Kohn", 3)]


def test_an_article_before_a_name_is_not_part_of_it() -> None:
    (source,) = baseline(Article("Le pont est fermé, rapporte le New York Times.")).sources
    assert (source.name, source.mentions[0].text) == ("New York Times", "le New York Times")


def test_a_short_first_line_is_the_headline_and_dates_and_authors_the_byline() -> None:
    text = f"Un plan pour le nord\nPar Jean Dupont\n29 mai 2012\n{LONG}\n"
    assert [label for label, _ in labels(text)] == ["headline", "byline", "body"]


def test_a_dateline_inside_a_line_is_byline() -> None:
    assert labels(f"29 mai 2012. - {LONG}")[0] == ("byline", "29 mai 2012.")


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("LIRE AUSSI: Qui est Liz Truss", "related"),
        ("À lire aussi : Le prix du timbre", "related"),
        ("Read also: Five things to know", "related"),
        ("Publicité", "advert"),
        ("Story continues below advertisement", "advert"),
        ("Sponsored: save hundreds", "advert"),
        ("Enjoying our reporting? Subscribe from $1 a week.", "promo"),
        ("Recevez chaque soir notre lettre d'information", "promo"),
        ("Follow us on social media", "promo"),
        ("Share on Facebook | Tweet | Print", "boilerplate"),
        ("We use cookies.", "boilerplate"),
        ("© Tous droits réservés", "boilerplate"),
        ("Tags: pont, nord", "boilerplate"),
        ("Le pont hier. Image: AFP.", "caption"),
    ],
)
def test_lead_words_label_a_line(line: str, label: str) -> None:
    assert labels(f"{LONG}\n{line}\n{LONG}")[1] == (label, line)


def test_lead_words_label_a_sentence_that_lost_its_line() -> None:
    text = f"{LONG}Read also: Five things. It rains."
    assert labels(text) == [
        ("body", LONG.strip()),
        ("related", "Read also: Five things."),
        ("body", "It rains."),
    ]


def test_what_stands_after_the_last_long_paragraph_is_a_comment_each() -> None:
    text = f"{LONG}\nBravo\nC'est triste\nIl pleut toujours."
    assert labels(text)[1:] == [
        ("comment", "Bravo"),
        ("comment", "C'est triste"),
        ("body", "Il pleut toujours."),
    ]


def test_a_line_of_author_and_time_opens_a_comment_of_several_lines() -> None:
    first, second = "Ana - 30 mai 2012 à 08:14\nTriste.\n" + LONG.strip(), "Bo - 30 mai 2012 à 09:00\nOui."
    text = f"{LONG}\nCommentaires (2)\n{first}\n{second}"
    assert labels(text)[1:] == [("boilerplate", "Commentaires (2)"), ("comment", first), ("comment", second)]


def test_only_the_articles_own_segments_make_claims() -> None:
    result = baseline(Article(f"{LONG}\nPublicité - Le pont coûte dix euros.\nBravo"))
    assert [claim.text for claim in result.claims] == [LONG.strip()]
