"""Child processes: started, restarted, ended, and never left behind.

`yiyang demo` runs its API, bridge, worker and simulator as children of one supervisor. What a
supervisor promises beyond restarting is that nothing outlives it: a signal ends every child in
order, and the kernel ends them when the supervisor itself is killed (`die_with_parent`).
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol

from yiyang.failures import Failure

GRACE_S = 12.0  # between SIGTERM and SIGKILL; a bridge drains for up to 10 s
SETTLED_S = 30.0  # a child that lived this long starts again without a pause
DELAYS_S = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0)  # before the first restart, the second, …
CRASH_LOOP_DEATHS = 5
CRASH_LOOP_WINDOW_S = 10.0
LOG_LIMIT_BYTES = 16 * 1024 * 1024

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None, use_errno=True)


class ChildFailed(Failure):
    """A child can't be kept running. The message is one sentence, fit to be shown."""


@dataclass(frozen=True, slots=True)
class Child:
    """A program that has to run as long as its supervisor.

    `env` is its whole environment; `None` passes on the supervisor's own. `after` is a file that
    has to be there before it first starts: what others create once they do their work.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    after: Path | None = None


class Watched(Protocol):
    """Something started elsewhere whose end is the end of everything: a database, a broker."""

    @property
    def name(self) -> str: ...
    @property
    def log_file(self) -> Path: ...
    @property
    def is_running(self) -> bool: ...


def die_with_parent(signum: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` that has the kernel send `signum` to the child when its parent ends.

    Linux ties this to the *thread* that forked (prctl(2), PR_SET_PDEATHSIG): a child started by a
    worker thread would get the signal when that thread ends. Hence the main thread only.
    `subprocess` calls `preexec_fn` after `user=` took effect, as it must: a change of user clears
    the setting. Where there is no prctl (macOS) a killed parent leaves its children behind.

    Raises: RuntimeError outside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("die_with_parent works from the main thread only")
    return partial(end_with, os.getpid(), signum)


def end_with(parent: int, signum: signal.Signals) -> None:
    """Have the kernel send `signum` to this process when its parent ends.

    `parent` is the process id that it had when this process was started.
    """
    if sys.platform != "linux":
        return
    if _LIBC.prctl(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it died before the kernel knew
        os._exit(1)


def open_log(path: Path) -> IO[bytes]:
    """Open a log to append to. One past 16 MiB is set aside as `….log.1`, replacing the last."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))
    return path.open("ab")


class Supervisor:
    """Keeps `children` running until a signal, writing each one's output to `logs/<name>.log`.

    A child that ends by itself, with whatever exit code, starts again: at once the first time,
    then after a growing pause of up to 5 s. What is in `watched` isn't restarted: its end is
    reported and ends the rest. A child's own workers die with it, except when the supervisor is
    killed: then the child gets SIGTERM, and they are its to end.
    """

    def __init__(
        self, children: Sequence[Child], *, data_dir: Path, watched: Sequence[Watched] = ()
    ) -> None:
        self._children = tuple(children)
        self._watched = tuple(watched)
        self._logs = data_dir / "logs"
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def run(self, once_started: Callable[[], Awaitable[None]] | None = None) -> None:
        """Run until SIGINT or SIGTERM, then end every child and return. Main thread only.

        `once_started` runs beside the children (wait for readiness, print the addresses); it is
        cancelled when everything stops, and its exception stops everything and is raised.

        Raises: ChildFailed when a child dies 5 times within 10 s or can't be started, or when
            something watched has ended.
        """
        with _stop_requested() as stop:
            stopping = asyncio.create_task(stop.wait())
            work = [asyncio.create_task(self._keep(child)) for child in self._children]
            work.append(asyncio.create_task(self._watch()))
            if once_started is not None:
                work.append(asyncio.create_task(_call(once_started)))
            try:
                await _until(stopping, work)
            finally:
                for task in (stopping, *work):
                    task.cancel()
                await asyncio.gather(stopping, *work, return_exceptions=True)
                await asyncio.gather(*(_end(child) for child in self._running.values()))

    async def _keep(self, child: Child) -> None:
        deaths = Deaths()
        clock = asyncio.get_running_loop().time
        while child.after is not None and not child.after.exists():  # noqa: ASYNC110  # a file
            await asyncio.sleep(0.05)
        while True:
            born = clock()
            process = self._running[child.name] = await self._start(child)
            code = await process.wait()
            _kill_group(process)  # a worker of its own may still hold the port
            del self._running[child.name]
            delay = deaths.pause_after(clock(), lived=clock() - born)
            if delay is None:
                raise ChildFailed(
                    f"{child.name} ended {CRASH_LOOP_DEATHS} times within "
                    f"{CRASH_LOOP_WINDOW_S:.0f} s (last with {_ending(code)}); "
                    f"its log says why: {self._log_of(child)}"
                )
            self._note(child, f"{child.name} ended with {_ending(code)}; again in {delay} s")
            await asyncio.sleep(delay)

    async def _start(self, child: Child) -> asyncio.subprocess.Process:
        try:
            with open_log(self._log_of(child)) as log:
                # A session of its own: Ctrl-C in a terminal reaches the supervisor alone.
                return await asyncio.create_subprocess_exec(
                    *child.argv,
                    env=child.env,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=die_with_parent(signal.SIGTERM),
                )
        except OSError as error:
            raise ChildFailed(f"{child.name} could not be started: {error}") from error

    def _note(self, child: Child, text: str) -> None:
        # A disk without room for one line is no reason to stop restarting.
        with contextlib.suppress(OSError), open_log(self._log_of(child)) as log:
            log.write(f"-- {text}\n".encode())

    async def _watch(self) -> None:
        while self._watched:
            for other in self._watched:
                if not other.is_running:
                    raise ChildFailed(
                        f"{other.name} has ended by itself; its log says why: {other.log_file}"
                    )
            await asyncio.sleep(0.5)

    def _log_of(self, child: Child) -> Path:
        return self._logs / f"{child.name}.log"


class Deaths:
    """When a child may start again, from when it died."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=CRASH_LOOP_DEATHS)
        self._streak = 0

    def pause_after(self, now: float, *, lived: float) -> float | None:
        """Seconds to wait after a death at `now`, or None when it is one too many."""
        self._recent.append(now)
        if len(self._recent) == CRASH_LOOP_DEATHS and now - self._recent[0] <= CRASH_LOOP_WINDOW_S:
            return None
        self._streak = 0 if lived >= SETTLED_S else self._streak + 1
        return DELAYS_S[min(max(self._streak - 1, 0), len(DELAYS_S) - 1)]


@contextlib.contextmanager
def _stop_requested() -> Generator[asyncio.Event]:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    try:
        yield stop
    finally:
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(signum)


async def _call(function: Callable[[], Awaitable[None]]) -> None:
    await function()


async def _until(stopping: asyncio.Task[Any], work: Sequence[asyncio.Task[None]]) -> None:
    """Wait for `stopping`; the first exception of any piece of work is raised instead."""
    pending: set[asyncio.Task[Any]] = {stopping, *work}
    while stopping in pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def _end(process: asyncio.subprocess.Process) -> None:
    """SIGTERM, ``GRACE_S`` at most, then SIGKILL for the child and whatever it has started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await process.wait()
    _kill_group(process)
    await process.wait()


def _kill_group(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _ending(code: int) -> str:
    return f"signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"exit code {code}"
