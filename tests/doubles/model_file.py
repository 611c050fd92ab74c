"""What tests of model files ask, and how they see that a server is gone."""

import socket
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 240
"""Seconds after which a run has hung, also on a machine with much else to do."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"answer": {"type": "string", "maxLength": 20}, "sure": {"type": "boolean"}},
    "required": ["answer", "sure"],
    "additionalProperties": False,
}
"""What a reply has to keep to."""


def is_listening(url: str | None) -> bool:
    """Whether anybody is at an address."""
    place = urlsplit(url or "")
    with socket.socket() as client:
        return client.connect_ex((place.hostname or "", place.port or 0)) == 0
