"""The results of a run as a static site that needs no network."""
