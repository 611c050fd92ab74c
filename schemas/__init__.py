"""Versioned schemas, one folder a record, one module a version; import them as ``extractor.schemas``."""

if __name__ != "extractor.schemas":
    raise ImportError("import extractor.schemas: a second import name would make second, unequal classes")
