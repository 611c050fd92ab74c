"""Word lists of the yardstick ``evaluation.baseline``: words that lead into a segment or an attribution.

French and English in one list, as everywhere: articles mix them. All patterns are bounded, so that a
hostile line takes no more than linear time.
"""

import re
from typing import Final

from extractor.schemas.extraction.v1 import Certainty, Label

SHORT: Final = 150
"""Most code points of a headline, a byline or a line that one word can mark."""

_BEFORE = ' \t\u00a0-–—•*"«“'
_I = re.IGNORECASE

OPENERS: Final = ("«", "“", '"', "„")
CLOSERS: Final = ("»", "”", '"', "«")
MARKS: Final = re.compile('[«»“”"„]')
"""Quotation marks; news text often closes with an opening guillemet."""

LEADS: Final[tuple[tuple[Label, re.Pattern[str]], ...]] = (
    (
        "related",
        re.compile(
            r"(?:à |a )?(?:(?:sur)?tout )?lire (?:aussi|également|sur)|à (?:voir|écouter|lire) (?:aussi|sur)"
            r"|voir aussi|sur le même (?:sujet|thème)|read (?:also|more)|see also|related(?: articles?)?\s?:"
            r"|more on this|also on ",
            _I,
        ),
    ),
    (
        "advert",
        re.compile(
            r"publicité\b|annonce\s?:|(?:contenu|article) sponsorisé|sponsorisé|partenariat\s?:"
            r"|publireportage|advertisement|advertorial|sponsored|promoted\b|paid (?:post|content)"
            r"|story continues below",
            _I,
        ),
    ),
    (
        "promo",
        re.compile(
            r"abonnez-vous|s['’]abonner|inscrivez-vous|recevez (?:chaque|notre|nos|toute)|suivez-nous"
            r"|téléchargez (?:notre|l['’])|newsletter|(?:notre )?lettre d['’]information|réservé aux abonnés"
            r"|il vous reste|subscribe|sign up|follow us|download (?:our|the) app|support (?:us|our)"
            r"|enjoying",
            _I,
        ),
    ),
    (
        "boilerplate",
        re.compile(
            r"partager|partagez|share (?:on|this)|tweet\b|imprimer|print\b|cookies?\b|nous utilisons des"
            r"|we use cookies|©|\(c\) |copyright|tous droits réservés|all rights reserved|mentions légales"
            r"|conditions générales|terms of (?:use|service)|privacy policy|tags?\s?:|mots[- ]clés"
            r"|filed under|categor(?:y|ies)\s?:|catégories?\s?:|accueil\b|skip to|menu\b|haut de page"
            r"|\d+ (?:vues|views|shares)",
            _I,
        ),
    ),
)
"""At the start of a sentence, or anywhere in a short line where it stands in ``ANYWHERE``."""

ANYWHERE: Final = re.compile(
    r"newsletter|lettre d['’]information|abonnez-vous|inscrivez-vous|suivez-nous|subscribe|sign up|follow us"
    r"|advertisement|sponsored|sponsorisé|tous droits réservés|all rights reserved|©|share on",
    _I,
)
"""Of the leads, those that mark a short line wherever they stand in it."""

_MONTH = (
    r"(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|january|february"
    r"|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?)"
)
_DATE = rf"(?:\d{{1,2}}(?:er|st|nd|rd|th)?\s{_MONTH}(?:\s\d{{4}})?|{_MONTH}\s\d{{1,2}}(?:,?\s\d{{4}})?|\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/\d{{2,4}})"  # noqa: E501 -- one alternation
_TIME = r"\d{1,2}\s?[h:]\s?\d{2}"
_WEEKDAY = (
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
)
DATE_LINE: Final = re.compile(
    rf"(?:(?:le |on )?{_WEEKDAY},?\s)?{_DATE}(?:,?\s(?:à |at |- )?{_TIME})?\.?(?:\s[-–—])?", _I
)
"""A line or sentence that is nothing but a date."""

BYLINE: Final = re.compile(
    r"(?i:par|by)\s(?=[A-ZÀ-Þ])"
    r"|(?i:publié|mis à jour|published|updated|posted|rédigé|temps de lecture|\d+ min\b)"
)
COMMENTS: Final = re.compile(r"(?:\d+\s)?(?:commentaires?|comments?|réactions?)(?:\s?\(\d+\))?\s?:?", _I)
"""A line that says that comments follow."""

AUTHOR_TIME: Final = re.compile(
    rf"(?!{_WEEKDAY}|le |on |in )[^\s,:]{{1,30}}(?:\s[^\s,:]{{1,20}}){{0,2}}"
    r"(?:\s[-–—|·•]\s|,\s|\s(?:wrote|a écrit|says|dit)\s)"
    rf"(?:on |le |at |à )?(?:il y a \d|\d+ (?:min|hour|day|week|h\b)|{_TIME}|{_DATE})"
    r"[^,.]{0,20}?(?::|$)",
    _I,
)
"""Author and time, as they open a reader's comment."""

CREDIT: Final = re.compile(
    r"(?:\b(?:image|photo|picture|illustration|video|vidéo|crédits?(?: photos?)?|file photo|getty images)"
    r"\s?[:©]\s?[^:©]{1,60})$",
    _I,
)
"""How a caption ends."""

PRONOUNS: Final = frozenset(("il", "elle", "ils", "elles", "on", "lui", "he", "she", "they", "it", "i", "we"))
ARTICLES: Final = re.compile(r"(?:les?|la|un|une|des|l['’]|the|an?|d['’])\s?(?=\S)(?<=[\s'’])", _I)

_ENDS = (
    r"(?:\.?\s*$|\s*[,;:(«»\"“”]|\s(?:to|in|on|at|after|during|when|who|qui|lors|dans|sur|à|ce|au|en|as)\s)"
)
_NAME = (
    r"(?!(?:que|that|to|à|it|if|as|and|et|the same)\b|qu['’])"
    r"[^\s,;:!?«»\"“”()](?:[^,;:!?«»\"“”()]{0,90}?[^\s,;:!?«»\"“”()])??"
)
_ADVERBS = r"(?:(?:aussi|également|en outre|encore|ensuite|notamment|\w{3,12}ment)\s)?"
_FRENCH_PARTICIPLE = (
    r"(?:déclaré|affirmé|annoncé|indiqué|ajouté|précisé|expliqué|assuré|souligné|rapporté|estimé|dit|révélé|raconté"
    r"|confié|répondu|reconnu|soutenu|averti|nuancé|relevé|rappelé|confirmé|écrit|noté|martelé|lancé|conclu|poursuivi"
    r"|promis|prévenu|insisté|démenti|nié|contesté)e?s?"
)
_FRENCH_PRESENT = (
    r"(?:déclare|affirme|annonce|indique|ajoute|précise|explique|assure|souligne|rapporte|estime|révèle|raconte|confie"
    r"|répond|soutient|avertit|nuance|relève|rappelle|confirme|écrit|note|conclut|poursuit|dit|nie|dément|conteste"
    r"|juge|pense|croit)(?:nt)?"
)
_FRENCH = rf"(?:(?:a|ont|avait|avaient)\s{_ADVERBS}{_FRENCH_PARTICIPLE}|{_FRENCH_PRESENT})"
_BARE = r"(?:said|says|say|claims?|claimed|believes?|believed|thinks?|thought|estimated?|estimates)"
_ENGLISH = (
    r"(?:(?:has|have|had|also|later|then|further)\s){0,2}"
    rf"(?:{_BARE}|adds?|added|states?|stated|announced|announces|explains?|explained|notes?|noted|reports?|reported"
    r"|argues?|argued|warns?|warned|insists?|insisted|suggests?|suggested|reveals?|revealed|asserts?|asserted|observed"
    r"|observes|writes?|wrote|commented|comments|confirms?|confirmed|replied|replies|declared|declares|tweeted"
    r"|admitted|admits|acknowledged|concluded|concludes|found|shows?|showed|indicates?|indicated|alleges?|alleged"
    r"|testified|predicted|predicts|promised|told|tells|learned|ruled|rules|denied|denies|disputed|disputes)"
)
_OPENING = r"[\"“«‘]"
_TO_WHOM = (
    r"(?:\s(?:à|au|aux|lors|dans|sur|devant|to|in|on|at|during|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
    r"[^,:;\"“«]{0,60}?)?"
)
_LEAD_IN = (
    r"(?:[^,;:\"“«»”]{1,80},\s){0,2}?"
    r"(?:(?:But|And|As|Mais|Et|Or|but|and|although|as|while|mais|et|alors que|[-–—])\s)?"
)
_SUBJECT = (
    rf"{_LEAD_IN}(?P<source>{_NAME}(?:,\s[^,;:\"“«»”]{{1,80}}(?=,))?),?(?:\s(?:who|qui))?"
    r"(?<!\bnot)(?<!n['’]t)(?<!\bpas)"
)
_CONTENT_FOLLOWS = rf"(?:,?\s(?:that|que)\s|,?\squ['’]|\s?:\s|,\s(?={_OPENING})|\s(?={_OPENING}))"

FRAMES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # "Selon X, ..."
        (
            r"^(?P<cue>Selon|D['’]après|According to|(?:Mais|Et|But)\s(?:selon|d['’]après|according to))\s"
            rf"(?!lesquel|laquelle|que\b)(?P<source>{_NAME}),\s"
        ),
        rf"^(?P<cue>Pour)\s(?P<source>(?=[A-ZÀ-Þ]){_NAME}),\s",
        # "X a déclaré que ...", "X said that ...", "X told Y that ..."
        rf"^{_SUBJECT}\s(?P<cue>{_FRENCH}){_TO_WHOM}(?:,\s[^,;\"“«]{{1,60}},)?{_CONTENT_FOLLOWS}",
        rf"^{_SUBJECT}\s(?P<cue>(?:(?:has|have|had|also)\s)?(?:told|tells?))\s[^,:;\"“«]{{1,60}}?{_CONTENT_FOLLOWS}",
        rf"^{_SUBJECT}\s(?P<cue>{_ENGLISH}){_TO_WHOM}{_CONTENT_FOLLOWS}",
        rf"^{_SUBJECT}\s(?P<cue>(?:(?:has|have|had|also)\s)?{_BARE})\s",
        rf"^{_SUBJECT}\s(?P<cue>(?:a|ont)\s{_ADVERBS}(?:nié|démenti|contesté)|nie|dément|conteste|denied|denies)\s",
        # "..., a-t-il déclaré", "..., dit-il"
        (
            r"(?<=[\s,»”\"«])(?:a|ont|avait|avaient)-(?:t-)?(?P<source>ils?|elles?|on)\s"
            rf"(?P<cue>{_ADVERBS}{_FRENCH_PARTICIPLE})\b"
        ),
        rf"(?<=[\s,»”\"«])(?P<cue>{_FRENCH_PRESENT})-(?:t-)?(?P<source>ils?|elles?|on)\b",
        # "..., a indiqué X", "..., said X"
        rf"(?:(?<=[,»”\"«?!])|(?<=[,»”\"«?!]\s))(?P<cue>{_FRENCH}|{_ENGLISH})\s(?P<source>{_NAME})(?={_ENDS})",
        # "..., X said"
        rf"(?:(?<=[,”\"?!]\s))(?P<source>{_NAME})\s(?P<cue>{_ENGLISH})(?={_ENDS}|\s{_NAME}[.,]?$)",
        # "..., according to X"
        (
            r"(?<=[\s,])(?P<cue>selon|d['’]après|according to)\s(?!lesquel|laquelle|que\b)"
            rf"(?P<source>{_NAME})(?={_ENDS})"
        ),
    )
)
"""Attributing frames, tried in this order; what is left of the sentence is what the source says."""

DENIES: Final = re.compile(
    r"\b(?:nient?|nié|démenti|démen(?:t|tent)|conteste(?:nt)?|contesté|denie[sd]|disputed?s?)\b"
)
HEARSAY: Final = re.compile(r"\b(?:aurai(?:t|ent)|serai(?:t|ent)|reportedly|allegedly)\b", _I)
POSSIBLE: Final = re.compile(
    r"\b(?:pourrai(?:t|ent)|[Pp]eut-être|possible|might|could|may|[Pp]erhaps|[Pp]ossibly)\b"
)
PROBABLE: Final = re.compile(
    r"\b(?:[Pp]robable(?:ment)?|[Ss]ans doute|[Vv]raisemblablement|sembl(?:e|ent|erait)|indiquent que"
    r"|[Pp]robably|likely|seems?|appears?|suggests?|indicates? that)\b"
)


def lead(words: str) -> Label | None:
    """What the first words of a line say it is, or one word of a short line."""
    marking = ANYWHERE.search(words) if len(words) <= SHORT else None
    start = words.lstrip(_BEFORE)
    for label, pattern in LEADS:
        if pattern.match(start) or (marking and pattern.match(marking[0])):
            return label
    return None


def sentence_label(words: str, label: Label) -> Label:
    """The label of a sentence in a line: in body it may be residue that lost its line breaks."""
    if label != "body":
        return label
    if DATE_LINE.fullmatch(words):
        return "byline"
    if AUTHOR_TIME.match(words):
        return "comment"
    start = words.lstrip(_BEFORE)
    for found, pattern in LEADS:
        if pattern.match(start):
            return found
    return label


def certainty(words: str) -> Certainty:
    """How sure a sentence is by its modals."""
    if POSSIBLE.search(words):
        return "possible"
    return "probable" if PROBABLE.search(words) else "certain"


def is_open_after(words: str, *, is_open: bool) -> bool:
    """Whether a quotation goes on after these words; a misprinted guillemet closes as well."""
    for mark in MARKS.findall(words):
        is_open = mark in "“„" or (mark in '«"' and not is_open)
    return is_open
