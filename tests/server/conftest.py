"""A browser for the page of the service."""

from doubles.browsers import axe, browser

__all__ = ["axe", "browser"]
