"""A run's results as pandas or polars frames: ``read_claims("out")`` in one line."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from extractor.errors import InvalidInput, MissingExtra
from extractor.exports.rows import TABLES, Row, rows
from extractor.runs.ledger import read_results
from extractor.schemas.extraction.v1 import Assertion, Extraction

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Library = Literal["pandas", "polars"]

CLAIM_COLUMNS = {
    "article": str, "published": str, "claim": str, "assertion": str, "text": str, "kind": str,
    "segment": str, "stance": str, "certainty": str, "hearsay": bool, "said_when": str, "source": str,
    "chain": str, "start": int, "end": int, "evidence": str, "checks": str,
}  # fmt: skip
"""What ``read_claims`` gives of each assertion.

``source`` is the name of the innermost source, null for the outlet's own voice; ``chain`` the names from the
outlet inward, joined by `` > ``; ``start`` and ``end`` span the evidence, whose pieces are joined by
`` [...] ``.
"""


@overload
def read_claims(out: Path | str, *, library: Literal["pandas"] = "pandas") -> "pd.DataFrame": ...
@overload
def read_claims(out: Path | str, *, library: Literal["polars"]) -> "pl.DataFrame": ...
def read_claims(out: Path | str, *, library: Library = "pandas") -> Any:
    """One row an assertion, with its claim, who says it and what it rests on.

    Raises:
        NoSuchFolder: the folder holds no run.
        LedgerDamaged: a line of it is no result.
        MissingExtra: the library is not installed.
        InvalidInput: it is neither pandas nor polars.
    """
    return _frame(
        (row for each in read_results(Path(out)) for row in _claim_rows(each)), CLAIM_COLUMNS, library
    )


@overload
def read_table(out: Path | str, name: str, *, library: Literal["pandas"] = "pandas") -> "pd.DataFrame": ...
@overload
def read_table(out: Path | str, name: str, *, library: Literal["polars"]) -> "pl.DataFrame": ...
def read_table(out: Path | str, name: str, *, library: Library = "pandas") -> Any:
    """One of the tidy tables that ``extractor export`` writes: claims, assertions, hops, sources, ...

    Raises:
        InvalidInput: there is no such table.
        NoSuchFolder, LedgerDamaged, MissingExtra: as ``read_claims``.
    """
    if name not in TABLES:
        raise InvalidInput(name, f"no table; there are {', '.join(TABLES)}")
    wanted = (row for each in read_results(Path(out)) for table, row in rows(each) if table == name)
    return _frame(wanted, TABLES[name], library)


def _claim_rows(result: Extraction) -> Iterator[Row]:
    for claim in result.claims:
        for number, said in enumerate(claim.assertions, start=1):
            yield {
                "article": result.article.id,
                "published": result.article.published,
                "claim": claim.id,
                "assertion": f"{claim.id}.{number}",
                "text": claim.text,
                "kind": claim.kind,
                **_assertion(said, [result.source(hop).name for hop in said.chain]),
            }


def _assertion(said: Assertion, names: list[str]) -> Row:
    return {
        **said.model_dump(include={"segment", "stance", "certainty", "hearsay", "said_when"}),
        "source": names[-1] if names else None,
        "chain": " > ".join(names) or None,
        "start": said.evidence[0].start,
        "end": said.evidence[-1].end,
        "evidence": " [...] ".join(each.text for each in said.evidence),
        "checks": " ".join(said.checks) or None,
    }


def _frame(wanted: Iterator[Row], columns: Mapping[str, type], library: Library) -> Any:
    if library not in _FRAMES:  # nothing else is imported by a name that is handed in
        raise InvalidInput(library, f"no library of frames; there are {' and '.join(_FRAMES)}")
    held: dict[str, list[Any]] = {name: [] for name in columns}
    for row in wanted:
        for name, values in held.items():
            values.append(row.get(name))
    try:
        module: Any = import_module(library)
    except ImportError as error:
        raise MissingExtra(library, "frames") from error
    return _FRAMES[library](module, held, columns)


def _pandas(pandas: Any, held: Mapping[str, list[Any]], columns: Mapping[str, type]) -> Any:
    """Columns of the types that know null."""
    types = {str: "string", int: "Int64", bool: "boolean", float: "Float64"}
    return pandas.DataFrame(
        {name: pandas.array(values, dtype=types[columns[name]]) for name, values in held.items()}
    )


def _polars(polars: Any, held: Mapping[str, list[Any]], columns: Mapping[str, type]) -> Any:
    types = {str: polars.String, int: polars.Int64, bool: polars.Boolean, float: polars.Float64}
    return polars.DataFrame(held, schema={name: types[kind] for name, kind in columns.items()})


_FRAMES = {"pandas": _pandas, "polars": _polars}
