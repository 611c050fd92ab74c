"""Ray itself: imported when it is used, and the actor that keeps a job's limits."""

from importlib import import_module
from typing import Any

from extractor.distributed.limits import SharedLimits
from extractor.errors import MissingExtra
from extractor.settings import Settings

CORES = 0.5
"""Of a processor core, what a worker books: it waits for most of its time, and others read and write."""

MOST_CALLS = 100_000
"""Calls that may wait at the limits at a time, over the whole cluster."""


def load_ray(module: str = "ray") -> Any:
    """Ray, or a module of it.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtra("ray", "ray") from error


class Held:
    """An actor that lives as long as somebody who made it holds this.

    Those it is sent to find the actor by its name: a worker whose arguments hold the actor itself may not
    come up again when it was lost, as Ray keeps such arguments in its object store.
    """

    def __init__(self, name: str, actor: Any) -> None:
        self.name = name
        self.actor = actor

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by name."""
        return _found, (self.name,)


def _found(name: str) -> Held:
    return Held(name, load_ray().get_actor(name))


def open_limits(ray: Any, settings: Settings, job: str, before: float = 0.0) -> Held:
    """The actor that keeps the limits of a job, named ``extractor-limits-`` and the job's name.

    It lives on the node of whoever starts the job. It is not started again: another would not know what was
    spent.

    Args:
        ray: the module, connected.
        settings: have the limits.
        job: names it.
        before: US dollars that are spent already.
    """
    here = load_ray("ray.util.scheduling_strategies").NodeAffinitySchedulingStrategy(
        node_id=ray.get_runtime_context().get_node_id(), soft=False
    )
    name = f"extractor-limits-{job}"
    actor = ray.remote(
        num_cpus=0,
        max_restarts=0,
        max_concurrency=MOST_CALLS,
        name=name,
        scheduling_strategy=here,
    )(SharedLimits)
    limits = actor.remote(
        rpm=settings.rpm,
        tpm=settings.tpm,
        first_pause=settings.backoff,
        limit=settings.max_cost,
        before=before,
    )
    ray.get(limits.__ray_ready__.remote())
    return Held(name, limits)


def workers_of(ray: Any, settings: Settings) -> int:
    """How many workers a job has: as many as were set, else one for each core of the cluster."""
    return settings.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
