"""Schemas of the model's segments reply."""
