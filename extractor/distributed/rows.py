"""Rows of a dataset to articles, and results to rows."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from extractor.runs.inputs import Entry, row_entry
from extractor.schemas.extraction.v1 import Extraction

COLUMNS = ("id", "status", "extraction", "claims", "sources", "calls", "cost", "error")
"""What each row has after the extraction.

``extraction`` is the line that a folder run writes of the article; ``claims``, ``sources`` and ``calls`` are
counts, ``cost`` US dollars or null, ``error`` the name of the first problem or null.
"""

_DIGITS = 16


def entry_of(row: Mapping[str, Any], columns: Mapping[str, str]) -> Entry:
    """The article of a row.

    It is named by its id, else as an article without one is: by its text; a row without a text by all that it
    holds.
    """
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
    id_ = told.get(columns.get("id", "id"))
    if id_ in (None, ""):
        text = told.get(columns.get("text", "text"))
        named_by = text if isinstance(text, str) and text else json.dumps(told, default=str, sort_keys=True)
        id_ = sha256(named_by.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
    return row_entry(told, str(id_), columns)


def row_of(result: Extraction) -> dict[str, Any]:
    """The row of a result."""
    return {
        "id": result.article.id,
        "status": result.status,
        "extraction": result.model_dump_json(),
        "claims": len(result.claims),
        "sources": len(result.sources),
        "calls": result.usage.calls,
        "cost": result.usage.cost,
        "error": result.problems[0].error if result.problems else None,
    }


def table_of(pyarrow: Any, results: Sequence[Extraction]) -> Any:
    """The rows of results as an Arrow table; its types do not depend on what the first of them lack."""
    count, text = pyarrow.int64(), pyarrow.string()
    types = (text, text, pyarrow.large_string(), count, count, count, pyarrow.float64(), text)
    schema = pyarrow.schema(list(zip(COLUMNS, types, strict=True)))
    return pyarrow.Table.from_pylist([row_of(result) for result in results], schema=schema)
