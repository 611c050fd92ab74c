"""Results in other forms: tidy tables, Web Annotations."""
