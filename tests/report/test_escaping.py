"""Text as HTML: a parser gives the same characters back, whatever they are."""

from html.parser import HTMLParser

import pytest
from doubles.hostile import ATTACKS, TEXT
from hypothesis import given
from hypothesis import strategies as st

from extractor.report.escaping import text_html


class _Reader(HTMLParser):
    """Collects text and the names of elements, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.text = ""
        self.elements: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - given
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_charref(self, name: str) -> None:
        self.text += chr(int(name))

    def handle_entityref(self, name: str) -> None:
        self.text += {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[name]


def read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(str(text_html(text)))
    reader.close()
    return reader


@pytest.mark.parametrize("text", [TEXT, *ATTACKS])
def test_an_attack_is_text(text: str) -> None:
    found = read(text)
    assert found.text == text
    assert found.elements <= {"bdi"}


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    found = read(text)
    assert found.text == text
    assert found.elements <= {"bdi"}


def test_a_bidi_control_ends_with_an_element_of_its_own() -> None:
    assert text_html("a\u202eb") == ('a<bdi class="control" data-code="U+202E" title="U+202E">\u202e</bdi>b')


def test_a_carriage_return_is_a_reference() -> None:
    assert text_html("a\r\nb") == "a&#13;\nb"
