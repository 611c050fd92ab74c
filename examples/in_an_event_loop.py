"""One article without blocking a running event loop; ``Extractor.aextract`` does the same for many."""

import asyncio
from pathlib import Path

from extractor import aextract, read_article


async def main() -> None:
    result = await aextract(read_article(Path("examples/articles/halloween-madrid.txt")), replay="golden")
    print(result.status, *(claim.text for claim in result.claims), sep="\n")


asyncio.run(main())
