"""The package's version, for results and requests about them."""

from importlib.metadata import version

__version__ = version("article-extractor")
