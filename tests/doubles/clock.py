"""An event loop whose clock runs only while everyone waits: a test of hours takes no time and is exact."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Skipping(selectors.DefaultSelector):
    """Waits for nothing: the time it would have waited for has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("everyone waits for something that never comes")
        self.skipped += max(0.0, timeout)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.skipped


def run_in_no_time(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end. ``now`` is the clock meanwhile.

    Raises:
        RuntimeError: everyone waits for something that never comes.
    """
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)


def now() -> float:
    """Seconds since the start of ``run_in_no_time``."""
    return asyncio.get_running_loop().time()
