"""What asks benchmarks/server.py, each in a process of its own: extractor and peers over the same articles.

``python benchmarks/clients.py NAME --url URL --folder FOLDER --in-flight N`` prints a report as JSON, or
``null`` if what it needs is not installed. The other benchmarks call it.
"""

import argparse
import asyncio
import importlib
import json
import os
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replies import LAST_LINE, Case, load_cases

RECORDS = ("segments", "claims", "attribution")
KIBIBYTES_A_MEBIBYTE = 1024
_WARM_UP = 999_999


@dataclass(frozen=True)
class Task:
    """What to do.

    Args:
        url: base URL of the server.
        in_flight: calls in flight.
        folder: articles as benchmarks/articles.py writes them.
        out: folder of the results.
        cache: folder of extractor's cache, None for none.
        rpm: requests a minute that extractor is told to keep to.
        warm: whether to ask about one more article before the clock starts, so that imports do not count.
    """

    url: str
    in_flight: int
    folder: Path
    out: Path
    cache: Path | None
    rpm: float | None
    warm: bool


class Clock:
    """Wall-clock and processor seconds of this process since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), _cpu_seconds()

    def report(self, articles: int, calls: int, **more: Any) -> dict[str, Any]:
        """The figures of a client that is done."""
        seconds, cpu = time.perf_counter() - self._wall, _cpu_seconds() - self._cpu
        return {"articles": articles, "calls": calls, "seconds": seconds, "cpu_seconds": cpu, **more}


def _cpu_seconds() -> float:
    """Of this process and those that it started and that have ended, as extractor's workers do."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def ours(task: Task) -> dict[str, Any]:
    """A folder run of extractor."""
    from extractor import Extractor  # noqa: PLC0415 - the peers do without

    options: dict[str, Any] = {"concurrency": task.in_flight, "cache": task.cache or False}
    if task.rpm:
        options["rpm"] = task.rpm
    with Extractor(model="bench", base_url=task.url, api_key="k", **options) as extractor:
        if task.warm:
            extractor.extract(f"{load_cases()[0].text.rstrip()}\n{LAST_LINE.format(number=_WARM_UP)}\n")
        clock = Clock()
        summary = extractor.extract_folder(task.folder, out=task.out)
        return clock.report(
            summary.articles,
            summary.usage.calls,
            complete=summary.statuses["complete"],
            claims=summary.claims,
            cached=summary.usage.cached,
            failures=summary.failures[:3],
        )


def bare_sdk(task: Task) -> dict[str, Any]:
    """The calls of extractor through openai's SDK, replies not parsed."""
    import openai  # noqa: PLC0415

    return asyncio.run(_sdk(task, openai.AsyncOpenAI(base_url=task.url, api_key="k", max_retries=0)))


def bare_sdk_aiohttp(task: Task) -> dict[str, Any]:
    """The same over aiohttp."""
    return asyncio.run(_over_aiohttp(task, _sdk))


async def _over_aiohttp(task: Task, run: Callable[[Task, Any], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    import openai  # noqa: PLC0415

    transport = openai.DefaultAioHttpClient()
    return await run(
        task, openai.AsyncOpenAI(base_url=task.url, api_key="k", max_retries=0, http_client=transport)
    )


async def _sdk(task: Task, client: Any) -> dict[str, Any]:
    async def ask(case: Case, number: int) -> None:
        for record in RECORDS:
            body = {**case.recordings[record].body, "model": "bench"}
            body["messages"] = _messages(case, record, number)
            await client.chat.completions.create(**body)

    async with client:
        return await _each_article(task, ask)


def with_instructor(task: Task) -> dict[str, Any]:
    """The calls of extractor in a loop over instructor, replies parsed to the same types."""
    import openai  # noqa: PLC0415

    return asyncio.run(_instructor(task, openai.AsyncOpenAI(base_url=task.url, api_key="k", max_retries=0)))


def with_instructor_aiohttp(task: Task) -> dict[str, Any]:
    """The same over aiohttp."""
    return asyncio.run(_over_aiohttp(task, _instructor))


async def _instructor(task: Task, client: Any) -> dict[str, Any]:
    from pydantic import create_model  # noqa: PLC0415

    patched: Any = importlib.import_module("instructor")
    asking = patched.from_openai(client, mode=patched.Mode.JSON_SCHEMA)
    # the server knows a record by the name of its schema, which is here the name of the class
    types = {
        record: create_model(
            f"{record}_v1", __base__=importlib.import_module(f"extractor.schemas.{record}.v1").Reply
        )
        for record in RECORDS
    }

    async def ask(case: Case, number: int) -> None:
        for record in RECORDS:
            await asking.chat.completions.create(
                model="bench",
                messages=_messages(case, record, number),
                response_model=types[record],
                max_retries=1,
                max_completion_tokens=16_384,
            )

    async with client:
        return await _each_article(task, ask)


async def _each_article(task: Task, ask: Callable[[Case, int], Awaitable[None]]) -> dict[str, Any]:
    """Ask about every article, as many at a time as calls may be in flight: those of one are in turn."""
    cases = load_cases()
    places = asyncio.Semaphore(task.in_flight)

    async def within(number: int) -> None:
        async with places:
            await ask(cases[number % len(cases)], number)

    if task.warm:
        await ask(cases[0], _WARM_UP)
    count = len(_paths(task))
    clock = Clock()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(within(number))
    return clock.report(count, count * len(RECORDS))


def _messages(case: Case, record: str, number: int) -> Sequence[dict[str, str]]:
    """The recorded messages, with the last line of the article's own."""
    *before, last = case.recordings[record].body["messages"]
    return [*before, {**last, "content": f"{last['content']}\n\n[99] {LAST_LINE.format(number=number)}"}]


def with_langextract(task: Task) -> dict[str, Any]:
    """langextract: one call an article, all in one batch, as many workers as calls may be in flight."""
    langextract: Any = importlib.import_module("langextract")
    data: Any = importlib.import_module("langextract.core.data")
    factory: Any = importlib.import_module("langextract.factory")
    warnings.simplefilter("ignore")
    said = data.Extraction(
        "claim", "the bridge reopens", attributes={"text": "It reopens.", "source": "mayor"}
    )
    example = data.ExampleData(text="The mayor said the bridge reopens on Monday.", extractions=[said])
    config = factory.ModelConfig(
        model_id="gpt-4o-mini",
        provider="OpenAILanguageModel",
        provider_kwargs={"api_key": "k", "base_url": task.url, "max_workers": task.in_flight},
    )
    prompt = load_cases()[0].recordings["claims"].body["messages"][0]["content"]

    def extract(documents: Sequence[Any]) -> list[Any]:
        return list(
            langextract.extract(
                documents,
                prompt_description=prompt,
                examples=[example],
                config=config,
                max_workers=task.in_flight,
                batch_length=max(task.in_flight, len(documents)),
                max_char_buffer=20_000,
                show_progress=False,
            )
        )

    if task.warm:
        extract([data.Document(text=load_cases()[0].text, document_id="warm-up")])
    clock = Clock()
    results = extract(
        [data.Document(path.read_text("utf-8"), document_id=path.stem) for path in _paths(task)]
    )
    found = sum(len(result.extractions or ()) for result in results)
    return clock.report(len(results), len(results), claims=found)


def _paths(task: Task) -> list[Path]:
    return sorted(task.folder.rglob("*.txt"))


CLIENTS: dict[str, Callable[[Task], dict[str, Any]]] = {
    "extractor": ours,
    "openai SDK": bare_sdk,
    "openai SDK over aiohttp": bare_sdk_aiohttp,
    "instructor": with_instructor,
    "instructor over aiohttp": with_instructor_aiohttp,
    "langextract": with_langextract,
}


def _peak_mebibytes() -> float:
    """Most resident memory of this process; getrusage would count the one it was started from."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmHWM:")[2].split()[0]) / KIBIBYTES_A_MEBIBYTE


def main() -> None:
    """Run one client and report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=CLIENTS)
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--cache", type=Path, help="extractor's; none by default")
    parser.add_argument("--rpm", type=float)
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--one-core", action="store_true")
    arguments = parser.parse_args()
    if arguments.one_core:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as out:
        task = Task(
            url=arguments.url,
            in_flight=arguments.in_flight,
            folder=arguments.folder,
            out=Path(out),
            cache=arguments.cache,
            rpm=arguments.rpm,
            warm=arguments.warm,
        )
        try:
            report = CLIENTS[arguments.name](task)
        except ImportError as error:
            if arguments.name == "extractor":
                raise
            print(f"{arguments.name}: {error}", file=sys.stderr)
            print("null")
            return
    print(json.dumps({**report, "mebibytes": _peak_mebibytes()}))


if __name__ == "__main__":
    main()
