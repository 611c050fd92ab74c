"""What tokens cost, from a small dated table that settings override."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """US dollars a million tokens; ``cached`` is for input that the provider served from its prompt cache."""

    input: float
    cached: float
    output: float
    batch_discount: float = 0.5

    def cost(self, given: int, cached: int, got: int, *, batch: bool = False) -> float:
        """US dollars.

        Args:
            given: input tokens, ``cached`` of them from the provider's prompt cache.
            cached: see there.
            got: output tokens.
            batch: whether the reply came from a batch.
        """
        told = (given - cached) * self.input + cached * self.cached + got * self.output
        return told / _MILLION * (1 - self.batch_discount if batch else 1)


def find_price(model: str, own: tuple[float, float, float] | None) -> Price | None:
    """The price of a model: one's own, else that of the longest known name that the model's begins with.

    Args:
        model: the model's name, as the endpoint knows it.
        own: input, cached input and output, in US dollars a million tokens.
    """
    if own is not None:
        return Price(*own)
    table = _table()
    fits = [name for name in table["models"] if model == name or model.startswith(f"{name}-2")]
    name = max(fits, key=len, default=None)
    return Price(**table["models"][name], batch_discount=table["batch_discount"]) if name else None


def cached_tokens(usage: Mapping[str, Any]) -> int:
    """Input tokens that the provider served from its prompt cache, as its reply says."""
    details: Any = usage.get("prompt_tokens_details") or {}
    told: Any = details.get("cached_tokens") if hasattr(details, "get") else None
    return told if isinstance(told, int) else 0


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("extractor").joinpath("prices.toml").read_text(encoding="utf-8"))
