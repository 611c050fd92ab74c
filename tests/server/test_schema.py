"""The OpenAPI document: every answer to whatever it allows, and to what it does not, is as it says."""

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from doubles.faults import serve_faults
from doubles.plain import answer
from doubles.service import Service, add_key, serving

PATIENCE = 600
EXAMPLES = 15


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    folder = tmp_path_factory.mktemp("service")
    key = add_key(folder, "desk")
    with serve_faults(answer, plan=lambda _: None) as model:
        options = ["--base-url", model.url, "--model", "m", "--cache", folder / "cache", "--attempts", 1]
        with serving(folder, *options, key=key) as running:
            yield running


def test_schemathesis_finds_no_failure(service: Service, tmp_path: Path) -> None:
    line = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{service.url}/openapi.json",
        "--header", f"Authorization: Bearer {service.key}", "--max-examples", str(EXAMPLES),
        "--phases", "examples,coverage,fuzzing", "--request-timeout", "30", "--no-color",
    ]  # fmt: skip
    done = subprocess.run(
        line, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout[-6000:]


def test_the_document_has_examples(service: Service) -> None:
    document = service.ask("GET", "/openapi.json")[2]
    article = document["paths"]["/v1/extractions"]["post"]["requestBody"]["content"]["application/json"]
    assert "Selon le maire" in json.dumps(article["schema"]["examples"])
    assert document["components"]["schemas"]["JobOut"]["examples"]
