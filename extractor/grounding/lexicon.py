"""Closed lists of French and English words on which the meaning of a sentence turns.

One list for both languages: an article may mix them, and the checks compare two texts with the same
list, so that a word that means something else in the other language weighs the same on both sides. Words
are in lower case, with apostrophes taken off ("n'" is "n", "isn't" is "isn" and "t").
"""

# "ne" and "n" are half a negation, see grounding.polarity; "t" is what is left of "n't".
NEGATIONS = frozenset(
    """
    ne n pas jamais aucun aucune aucuns aucunes rien nul nulle ni non sans guère nullement aucunement
    not no never none nobody nothing nowhere neither nor without cannot t hardly barely scarcely
    """.split()
)
PARTICLES = frozenset(("ne", "n"))
"""French negates in two words; these are the first, which alone negates rarely ("il ne cesse")."""

NEGATIVE = frozenset(
    "absen manqu faute refus nie nient nier denie denia demen lack faile fails unabl impos incap".split()
)
"""How words begin that negate without a negation ("l'absence de"), without accents."""

TURNING = frozenset("par by que qu dont whom which that".split())
"""Words that let two names change places without a change of meaning: passives and relative clauses."""

POSSIBLE = frozenset(
    """
    peut peuvent pourrait pourraient pourra pourront pouvait pouvaient puisse puissent possible possibles
    possiblement probable probables probablement éventuel éventuelle éventuellement semble semblent
    semblait paraît apparemment risque risquent vraisemblable vraisemblablement présumé présumée
    may might could can possibly possible perhaps maybe probably probable likely potentially seems seem
    seemed appears appear appeared apparently allegedly alleged reportedly suspected presumably should would
    """.split()
)
"""Words that make a statement less than certain."""

HEARSAY = frozenset("apparemment présumé présumée allegedly alleged reportedly apparently".split())
"""Of these, the words by which an outlet keeps its distance."""

NECESSARY = frozenset(
    """
    doit doivent devait devaient devra devront devrait devraient faut faudra faudrait must shall ought
    """.split()
)
FUTURE = frozenset("will shall won va vont ira iront".split())

CONDITIONALS = frozenset(
    stem + ending
    for stem in """
    ser aur fer ir pourr devr voudr faudr viendr tiendr verr saur prendr mettr vaudr recevr obtiendr
    deviendr reviendr permettr comprendr rendr perdr vendr attendr dépendr répondr mourr enverr suivr vivr
    dir lir écrir boir croir connaîtr paraîtr naîtr battr
    """.split()
    for ending in ("ait", "aient", "ais")
) - {"irais"}
NO_CONDITIONALS = frozenset(
    stem + ending
    for stem in """
    tir retir attir étir admir inspir respir aspir expir désir soupir conspir transpir vir chavir déchir mir
    """.split()
    for ending in ("ait", "aient", "ais")
)
"""Imperfects of verbs in -irer, which look like conditionals."""

MONTHS = frozenset(
    """
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    january february march april may june july august september october november december
    """.split()
)
CALENDAR = (MONTHS - {"may"}) | frozenset(
    """
    lundi mardi mercredi jeudi vendredi samedi dimanche hier aujourd demain
    monday tuesday wednesday thursday friday saturday sunday yesterday today tomorrow
    """.split()
)
"""Months, days and their like; not the English "may", which is seldom a month where it matters."""

FUNCTION_WORDS = frozenset(
    """
    le la les l un une des du de d au aux à a en et ou où y ce cet cette ces c se s sa son ses leur leurs
    mon ma mes ton ta tes notre nos votre vos qu que qui quoi dont il elle ils elles on nous vous je j tu
    me m te lui est sont était étaient ont avait avaient été être avoir dans sur par pour avec
    the an of to in on at by for from with and or that this these those which who it its his her their our
    he she they we you i is are was were be been being has have had as
    """.split()
)
"""Words without content of their own."""

SLIGHT = frozenset("le la les l un une des du de d au aux ce cet cette ces que qu the a an of that".split())
"""Of these, the words whose loss or change is a slip of copying, not another statement. Not pronouns,
auxiliaries, "and" and "or", nor prepositions that say who does what to whom ("par", "by", "with")."""

QUALIFIERS = frozenset(
    """
    près environ plus moins presque quelque jusqu autour quasi
    nearly about over under almost than least most around approximately roughly some up
    """.split()
)
"""Words before a figure that make it another one ("près de 300", "at least 300")."""

EXCEPTIONS = frozenset("sauf excepté hormis sinon seulement except unless but only".split())
"""Words that limit a statement: it is another one without them."""


def _counted(names: str, first: int, step: int = 1) -> dict[str, int]:
    return {name: first + step * place for place, name in enumerate(names.split())}


UNITS = {
    "zéro": 0,
    "zero": 0,
    **_counted("deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize", 2),
    **_counted("two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen", 2),
    **_counted("sixteen seventeen eighteen nineteen", 16),
    **_counted("vingt trente quarante cinquante soixante septante octante nonante", 20, 10),
    **_counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10),
    "vingts": 20,
    "huitante": 80,
}
ONES = {"un": 1, "une": 1, "one": 1}
"""Count only inside a number ("vingt et un", "one million"): alone they are articles."""

MULTIPLIERS = {
    **dict.fromkeys(("cent", "cents", "hundred"), 100),
    **dict.fromkeys(("mille", "thousand"), 1_000),
    **dict.fromkeys(("million", "millions"), 10**6),
    **dict.fromkeys(("milliard", "milliards", "billion", "billions"), 10**9),
    **dict.fromkeys(("trillion", "trillions"), 10**12),
}
ROUND = {
    **_counted("dizaine vingtaine trentaine quarantaine cinquantaine soixantaine", 10, 10),
    **dict.fromkeys(("dizaines",), 10),
    **dict.fromkeys(("douzaine", "douzaines", "dozen", "dozens"), 12),
    **dict.fromkeys(("quinzaine",), 15),
    **dict.fromkeys(("centaine", "centaines", "hundreds"), 100),
    **dict.fromkeys(("millier", "milliers", "thousands"), 1_000),
}
"""Words for about so many."""

ABBREVIATED = {"k": 1_000, "K": 1_000, "M": 10**6, "mn": 10**6, "Md": 10**9, "Mds": 10**9, "bn": 10**9}
