"""Schemas of the model's repair reply."""
