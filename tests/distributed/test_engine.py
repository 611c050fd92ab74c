"""``extractor run --engine ray``: a folder run whose articles are extracted on a cluster."""

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from doubles.cluster import LocalCluster
from doubles.command import run as command_run
from doubles.faults import serve_faults
from doubles.notices import answer, write_articles
from doubles.running import answered, bytes_of, command, replies_of, run

from extractor import Extractor
from extractor.distributed import Cluster, extract_dataset
from extractor.errors import InvalidSetting, MissingExtra


def on(
    cluster: LocalCluster, folder: Path, out: Path, url: str, *options: object
) -> "subprocess.CompletedProcess[str]":
    line = [
        *command(folder, out, url, "--engine", "ray", "--ray-address", cluster.address),
        *map(str, options),
    ]
    environment = {**cluster.environment, "COLUMNS": "200"}
    return subprocess.run(
        line, capture_output=True, encoding="utf-8", env=environment, timeout=60, check=False
    )


@pytest.mark.parametrize("killed", [False, True])
def test_the_file_is_that_of_a_run_without_a_cluster(
    tmp_path: Path, cluster: LocalCluster, *, killed: bool
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    paths = write_articles(folder, 32)
    paths[4].write_bytes(paths[3].read_bytes())  # a text that another has
    paths[5].write_bytes(b"")
    with serve_faults(answer, plan=lambda _: None) as server:
        run(folder, tmp_path / "alone", server.url, cache=tmp_path / "cache")
    options = ("--cache", tmp_path / "other", "--workers", 2, "--concurrency", 4)
    with serve_faults(answer, plan=lambda _: None, latency=0.05) as server:
        killing: Any = cluster.killing("Worker", lambda: len(server.log) >= 20) if killed else nullcontext([])
        with killing as ended:
            ran = on(cluster, folder, out, server.url, *options)
        assert (ran.returncode, len(ended)) == (1, int(killed)), ran.stderr
        assert bytes_of(out) == bytes_of(tmp_path / "alone")
        assert len(replies_of(out).splitlines()) == 3 * 30
        assert sum(answered(server.log).values()) <= 3 * 30 + (4 if killed else 0)
        if not killed:
            before = len(server.log)
            ran = on(cluster, folder, out, server.url, *options)
            assert "done before" in ran.stdout
            assert len(server.log) == before
    assert bytes_of(out) == bytes_of(tmp_path / "alone")


def test_without_the_package_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    missing = MissingExtra("ray", "ray")
    rows: Any = None
    with pytest.raises(MissingExtra) as caught:
        extract_dataset(rows, model="m", base_url="http://127.0.0.1:9/v1")
    assert caught.value == missing
    (tmp_path / "ray.py").write_text("raise ImportError")
    write_articles(tmp_path / "in", 1)
    told = ("--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--no-cache", "--engine", "ray")
    ran = command_run("run", tmp_path / "in", "--out", tmp_path / "out", *told, PYTHONPATH=str(tmp_path))
    assert ran.returncode == 2
    assert str(missing) in ran.stderr
    assert not list((tmp_path / "out").glob("*.jsonl"))


@pytest.mark.parametrize(
    "options", [("--engine", "spark"), ("--ray-address", "auto"), ("--engine", "ray", "--batch")]
)
def test_options_that_do_not_go_together_are_refused(tmp_path: Path, options: tuple[str, ...]) -> None:
    assert command_run("run", tmp_path, "--out", tmp_path / "out", *options).returncode == 2
    assert not (tmp_path / "out").exists()


def test_recorded_replies_are_read_by_one_process(tmp_path: Path, golden: Path) -> None:
    write_articles(tmp_path / "in", 1)
    with Extractor(replay=golden) as extractor, pytest.raises(InvalidSetting, match="replay"):
        extractor.extract_folder(tmp_path / "in", out=tmp_path / "out", engine=Cluster())


def test_ray_is_imported_when_it_is_used() -> None:
    code = (
        "import sys, extractor.cli.app, extractor.library, extractor.distributed; print('ray' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout == "False\n"
