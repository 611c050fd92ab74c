import pytest

from extractor.grounding.figures import figure_at
from extractor.grounding.folding import fold
from extractor.grounding.words import Words


def keys(text: str) -> list[str]:
    return [key for key in Words(fold(text).text).keys if key.startswith("#")]


@pytest.mark.parametrize(
    ("value", "ways"),
    [
        (
            "#3000000",
            [
                "3 millions",
                "3 000 000",
                "trois millions",
                "3,000,000",
                "3.000.000",
                "three million",
                "3M",
                "3 M€",
            ],
        ),
        (
            "#40%",
            [
                "40 %",
                "40%",
                "40 pour cent",
                "40 percent",
                "40 per cent",
                "quarante pour cent",
                "forty per cent",
            ],
        ),
        (
            "#1200",
            [
                "1 200",
                "1\u202f200",
                "1,200",
                "mille deux cents",
                "twelve hundred",
                "one thousand two hundred",
            ],
        ),
        ("#97", ["quatre-vingt-dix-sept", "ninety-seven", "nonante-sept", "97", "९७"]),
        ("#80", ["quatre-vingts", "quatre vingt", "eighty", "80"]),
        ("#71", ["soixante et onze", "soixante-et-onze", "71", "septante et un"]),
        ("#205", ["two hundred and five", "deux cent cinq", "205"]),
        ("#200000", ["deux cent mille", "200 000", "two hundred thousand", "200k"]),
        ("#2500000000", ["2,5 milliards", "2.5 billion", "2,5 Md€", "2.5bn"]),
        ("#1.5", ["1,5", "1.5", "1,50"]),
        ("#1000000", ["un million", "one million", "1 million"]),
        ("#21", ["vingt et un", "twenty-one", "vingt-et-un", "21"]),
        ("#2", ["2e", "2nd", "deux", "two", "2"]),
        ("#~1000", ["milliers", "thousands"]),
        ("#~15", ["quinzaine"]),
    ],
)
def test_a_figure_is_known_by_its_value(value: str, ways: list[str]) -> None:
    assert {way: keys(way) for way in ways} == {way: [value] for way in ways}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("40 morts, 14 blessés", ["#40", "#14"]),
        ("en 2012 300 personnes", ["#2012", "#300"]),
        ("le 1er mai 2012", ["#1", "#2012"]),
        ("3 ou 4, cinq ou six", ["#3", "#4", "#5", "#6"]),
        ("un homme et une femme, one by one", []),
        ("F16 et G20", []),
        ("des millions", ["#~1000000"]),
        ("12345678901234567890 et 12345678901234567891", ["#12345678901234567890", "#12345678901234567891"]),
    ],
)
def test_figures_of_a_sentence(text: str, found: list[str]) -> None:
    assert keys(text) == found


def test_where_a_figure_stands() -> None:
    text = "soit 3 millions d'obus"
    figure = figure_at(text, 5)
    assert figure is not None
    assert text[figure.start : figure.end] == "3 millions"
    assert figure_at(text, 0) is None


def test_a_page_of_digits_or_number_words_takes_linear_time() -> None:
    assert len(keys("1 " * 50_000)) == 50_000
    assert len(keys("deux " * 50_000)) == 1
    assert len(keys("7" * 100_000)) == 1
