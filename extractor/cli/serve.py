"""``extractor serve``: the service; ``extractor keys``: who may ask it."""

import ipaddress
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.options import with_settings
from extractor.cli.outcome import visible, with_exit_codes

if TYPE_CHECKING:
    from extractor.settings import Options

_Folder = Annotated[Path, typer.Option("--folder", help="Holds keys, jobs and results; made if missing.")]
_FOLDER = Path("extractor-service")

keys = typer.Typer(help="Keys of the service: shown once, kept as hashes.", no_args_is_help=True)


@with_settings
@with_exit_codes
def serve(
    *,
    folder: _Folder = _FOLDER,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.")] = 8000,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Jobs that run at a time.")] = 2,
    most_article: Annotated[
        int, typer.Option(min=1, help="Most bytes of a request with one article.")
    ] = 5_000_000,
    most_job: Annotated[
        int, typer.Option(min=1, help="Most bytes of the articles of a job.")
    ] = 1_000_000_000,
    body_seconds: Annotated[
        float, typer.Option(min=0.1, help="Seconds in which a body has to come.")
    ] = 300.0,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", help="Most calls in flight.", show_default=False)
    ] = None,
    chosen: "Options",
) -> None:
    """Serve extractions and jobs over HTTP, and a page to drop articles on.

    Without keys everybody on this machine may ask, and nobody else.
    """
    from extractor.errors import InvalidSetting, MissingExtra  # noqa: PLC0415 - keeps --help fast

    for package in ("fastapi", "uvicorn", "prometheus_client"):
        if find_spec(package) is None:
            raise MissingExtra(package, "server")
    from extractor.server.parts import Service  # noqa: PLC0415
    from extractor.server.serving import serve as serve_until_told  # noqa: PLC0415
    from extractor.server.store import Store  # noqa: PLC0415

    with closing(Store(folder)) as store:
        is_open = not store.list_keys()
    if is_open and not _is_loopback(host):
        raise InvalidSetting("host", "without keys only this machine may ask; first: extractor keys add NAME")
    if concurrency is not None:
        chosen = {**chosen, "concurrency": concurrency}
    service = Service(
        folder=folder,
        options=chosen,
        is_open=is_open,
        jobs=jobs,
        most_article=most_article,
        most_job=most_job,
        body_seconds=body_seconds,
    )
    who = "anybody on this machine may ask" if is_open else "a key is needed"
    typer.echo(f"http://{host}:{port}/ ({who})")
    serve_until_told(service, host, port)


@keys.command()
@with_exit_codes
def add(
    name: Annotated[str, typer.Argument(help="Whose it is; jobs and logs name it.")],
    *,
    folder: _Folder = _FOLDER,
    rpm: Annotated[float | None, typer.Option(min=0.001, help="Most requests a minute.")] = None,
    max_cost: Annotated[float | None, typer.Option(min=0, help="US dollars a day (UTC).")] = None,
) -> None:
    """Make a key and show it: it cannot be shown again. A service that runs takes it at once."""
    from extractor.errors import InvalidSetting  # noqa: PLC0415
    from extractor.server.secrets import new_key  # noqa: PLC0415
    from extractor.server.store import Key, Store  # noqa: PLC0415

    key, sha256 = new_key()
    with closing(Store(folder)) as store:
        if not store.add_key(sha256, Key(name, rpm, max_cost)):
            raise InvalidSetting("name", "there is a key of that name")
    typer.echo(key)


@keys.command("list")
@with_exit_codes
def list_(*, folder: _Folder = _FOLDER) -> None:
    """Names and limits of the keys, and what they spent today."""
    from extractor.server.store import Store  # noqa: PLC0415

    with closing(Store(folder)) as store:
        for key in store.list_keys():
            rpm = "any" if key.rpm is None else f"{key.rpm:g}"
            dollars = "any" if key.dollars is None else f"{key.dollars:g}"
            spent = store.spent(key.name)
            typer.echo(
                visible(
                    f"{key.name}  {rpm} requests a minute, {dollars} dollars a day, {spent:.4f} spent today"
                )
            )


@keys.command()
@with_exit_codes
def remove(name: str, *, folder: _Folder = _FOLDER) -> None:
    """Forget a key, at once; its jobs stay."""
    from extractor.errors import InvalidSetting  # noqa: PLC0415
    from extractor.server.store import Store  # noqa: PLC0415

    with closing(Store(folder)) as store:
        if not store.remove_key(name):
            raise InvalidSetting("name", "there is no key of that name")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
