"""Schemas of the model's claims reply."""
