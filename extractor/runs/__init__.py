"""A folder of articles: reading, running, writing, summing up."""
