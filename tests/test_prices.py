"""Prices: whose price it is, and what tokens cost by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.prices import Price, cached_tokens, find_price


@pytest.mark.parametrize(
    ("model", "input_", "output"),
    [
        ("gpt-4o", 2.5, 10),
        ("gpt-4o-2024-08-06", 2.5, 10),
        ("gpt-4o-mini", 0.15, 0.6),
        ("gpt-4o-mini-2024-07-18", 0.15, 0.6),
        ("gpt-5-nano-2025-08-07", 0.05, 0.4),
        ("gpt-4.1-2025-04-14", 2, 8),
    ],
)
def test_a_price_is_that_of_the_longest_name_that_fits(model: str, input_: float, output: float) -> None:
    price = find_price(model, None)
    assert price
    assert (price.input, price.output, price.batch_discount) == (input_, output, 0.5)


@pytest.mark.parametrize(
    "model", ["", "external-llm", "gpt", "gpt-4", "gpt-4o-audio-preview", "my-gpt-4o", "gpt-5.1"]
)
def test_a_model_that_only_sounds_like_a_known_one_has_no_price(model: str) -> None:
    assert find_price(model, None) is None


@pytest.mark.parametrize("model", ["gpt-4o", "m"])
def test_ones_own_price_wins(model: str) -> None:
    assert find_price(model, (1, 0.5, 4)) == Price(1, 0.5, 4, 0.5)
    assert find_price(model, (0, 0, 0)) == Price(0, 0, 0)


def test_cost_is_in_dollars_a_million_tokens() -> None:
    assert Price(2, 0.5, 8).cost(1_000_000, 0, 500_000) == pytest.approx(6)


def test_input_from_the_providers_cache_costs_its_own_price() -> None:
    assert Price(2, 0.5, 8).cost(1_000_000, 400_000, 0) == pytest.approx(1.2 + 0.2)


def test_a_batch_costs_what_the_discount_leaves_of_it() -> None:
    assert Price(2, 0.5, 8).cost(1_000_000, 0, 1_000_000, batch=True) == pytest.approx(5)
    assert Price(2, 0.5, 8, 0.25).cost(1_000_000, 0, 0, batch=True) == pytest.approx(1.5)


tokens = st.integers(0, 10**9)
dollars = st.floats(0, 1000)


@given(tokens, tokens, tokens, st.builds(Price, dollars, dollars, dollars, st.floats(0, 1)))
def test_no_cost_is_negative_and_no_batch_costs_more(cached: int, fresh: int, got: int, price: Price) -> None:
    told = cached + fresh, cached, got
    assert 0 <= price.cost(*told, batch=True) <= price.cost(*told)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({}, 0),
        ({"prompt_tokens_details": None}, 0),
        ({"prompt_tokens_details": {}}, 0),
        ({"prompt_tokens_details": {"cached_tokens": None}}, 0),
        ({"prompt_tokens_details": {"cached_tokens": 7}}, 7),
        ({"prompt_tokens_details": {"cached_tokens": "7"}}, 0),
        ({"prompt_tokens_details": [7]}, 0),
    ],
)
def test_tokens_from_the_providers_cache_are_those_that_the_reply_tells(
    usage: dict[str, object], expected: int
) -> None:
    assert cached_tokens(usage) == expected
