"""Schemas of the model's attribution reply."""
