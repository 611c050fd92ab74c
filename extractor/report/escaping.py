"""Article text as HTML that gives the same characters back, hostile words, controls and bidi marks too."""

import re

from markupsafe import Markup, escape

_LOUD = re.compile("[\u202a-\u202e\u2066-\u2069]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r")
"""Characters that would turn the text after them round, or that a parser would drop or change.

The marks U+200E, U+200F and U+061C are letters without a shape, which right-to-left text needs: they stay.
"""


def text_html(text: str) -> Markup:
    """Escaped text whose ``textContent`` is the text again, code point by code point.

    A bidi control that holds on stands in a ``bdi`` of its own, which ends its effect; a carriage return is a
    reference, since a parser makes a line feed of it; other controls are named beside them by a style sheet.
    """
    pieces: list[Markup] = []
    last = 0
    for found in _LOUD.finditer(text):
        pieces.append(escape(text[last : found.start()]))
        pieces.append(_control(found[0]))
        last = found.end()
    pieces.append(escape(text[last:]))
    return Markup("").join(pieces)


def _control(character: str) -> Markup:
    if character == "\r":
        return Markup("&#13;")
    code = f"U+{ord(character):04X}"
    return Markup('<bdi class="control" data-code="{}" title="{}">{}</bdi>').format(code, code, character)
