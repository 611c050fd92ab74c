"""A short article with a related line and a comment, how it is segmented, and what holds of any result."""

from typing import Any, cast

from extractor import Extraction

TEXT = (
    "Selon Anne Roux, le port rouvre lundi, rapporte l’Écho.\n"
    "« Nous avons 40 navires« , a dit la ministre.\n"
    "LIRE AUSSI : le port rouvre lundi\n"
    "Le maire nie : « C’est faux. »\n"
    "Bravo 👏🏿🔥"
)
SEGMENTS = {
    "language": "fr",
    "segments": [
        {"first_unit": 1, "starts_with": None, "last_unit": 2, "label": "body"},
        {"first_unit": 3, "starts_with": None, "last_unit": 3, "label": "related"},
        {"first_unit": 4, "starts_with": None, "last_unit": 4, "label": "body"},
        {"first_unit": 5, "starts_with": None, "last_unit": 5, "label": "comment"},
    ],
}


def assert_spans_are_slices(result: Extraction, text: str) -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            entries = cast("dict[str, Any]", node)
            if {"start", "end", "text"} <= set(entries):
                assert entries["text"] == text[entries["start"] : entries["end"]]
            for value in entries.values():
                walk(value)
        elif isinstance(node, list):
            items: list[Any] = [*node]
            for item in items:
                walk(item)

    walk({**result.model_dump(mode="json"), "rejected": []})
