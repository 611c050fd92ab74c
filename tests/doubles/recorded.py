"""Golden cases made on the spot: of prepared replies about the port, and of the seed case with edits."""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from doubles.port import ATTRIBUTION, CLAIMS, SEGMENTS, TEXT
from doubles.scripted import Answer, Scripted
from extractor.golden.cases import Case, load_case
from extractor.models.replay import Recorder
from extractor.pipeline import extract_article

Data = dict[str, Any]


def port_case(folder: Path) -> Case:
    """A case about the port with its replies and an expected result."""
    folder.mkdir(parents=True)
    (folder / "article.txt").write_bytes(TEXT.encode())
    (folder / "case.toml").write_text('model = "m"\n', encoding="utf-8")
    case = load_case(folder)
    record(case)
    case.accept(case.replay())
    return case


def record(case: Case, **answers: Answer) -> None:
    """Record prepared replies with a case; by default those about the port."""
    model = Scripted(**{"segments": SEGMENTS, "claims": CLAIMS, "attribution": ATTRIBUTION, **answers})
    recorder = Recorder(model, case.replies)
    asyncio.run(extract_article(case.article, recorder, case.settings(), "m"))


def seed_case(golden: Path, folder: Path, toml: str = "") -> Case:
    """A copy of the seed case, with more settings."""
    shutil.copytree(golden / "seed", folder)
    with (folder / "case.toml").open("a", encoding="utf-8") as file:
        file.write(toml)
    return load_case(folder)


def edit_expected(case: Case, change: Callable[[Data], None]) -> None:
    """Change the accepted result, so that the case gives something else than what is expected."""
    data = json.loads(case.expected.read_bytes())
    change(data)
    case.expected.write_bytes((json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())


def edit_reply(case: Case, record: str, change: Callable[[Data], None]) -> None:
    """Change what the model is recorded to have answered for a record."""

    def edit(exchange: Data) -> None:
        reply = json.loads("".join(exchange["reply"]["content"]))
        change(reply)
        exchange["reply"]["content"] = [json.dumps(reply, ensure_ascii=False)]

    edit_exchange(case, record, edit)


def edit_exchange(case: Case, record: str, change: Callable[[Data], None]) -> None:
    """Change the file of a recorded exchange."""
    (path,) = case.replies.glob(f"{record}-*.json")
    data = json.loads(path.read_bytes())
    change(data)
    path.write_bytes((json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())
