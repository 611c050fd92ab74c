"""Schemas of the result."""
