"""The supervisor, with real processes: what restarts, what stops, and that nothing is left."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.yiyang.watching import gone, wait_until
from yiyang.processes import Child, ChildFailed, Deaths, Supervisor, die_with_parent, open_log

# Writes its own and its worker's process ids, a line at every start; then waits. `stubborn` ones
# ignore SIGTERM.
PROGRAM = """
import os, signal, subprocess, sys
path, manner = sys.argv[1:]
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
if manner == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(path, "a") as file:
    file.write(f"{os.getpid()} {worker.pid}\\n")
print("started", flush=True)
worker.wait()
"""

SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from yiyang import processes
processes.GRACE_S = 0.5
data_dir, *children = sys.argv[1:]
supervisor = processes.Supervisor(
    [
        processes.Child(f"child{n}", [sys.executable, "-c", program, path, manner])
        for n, (program, path, manner) in enumerate(zip(*[iter(children)] * 3))
    ],
    data_dir=Path(data_dir),
)
asyncio.run(supervisor.run())
print("ended in order", flush=True)
"""


def starts(file: Path) -> list[list[int]]:
    """The process ids that PROGRAM has written, start by start."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [[int(pid) for pid in line.split()] for line in lines]


def supervised(tmp_path: Path, manners: Sequence[str]) -> tuple[subprocess.Popen[str], list[int]]:
    """A supervisor in a process of its own, and the process ids of all that it runs."""
    files = [tmp_path / f"pids{n}" for n in range(len(manners))]
    children = [
        word
        for file, manner in zip(files, manners, strict=True)
        for word in (PROGRAM, str(file), manner)
    ]
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path / "data"), *children],
        stdout=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: all(starts(file) for file in files))
    return supervisor, [pid for file in files for pid in starts(file)[0]]


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_everything_in_order(tmp_path: Path, signum: signal.Signals) -> None:
    supervisor, pids = supervised(tmp_path, ["obedient", "stubborn"])
    assert not any(map(gone, pids))
    supervisor.send_signal(signum)
    output, _ = supervisor.communicate(timeout=20)
    assert (supervisor.returncode, output) == (0, "ended in order\n")
    wait_until(lambda: all(map(gone, pids)))


def test_ctrl_c_in_the_terminal_reaches_the_supervisor_alone(tmp_path: Path) -> None:
    supervisor, pids = supervised(tmp_path, ["obedient"])
    assert os.getsid(pids[0]) != os.getsid(supervisor.pid)
    supervisor.terminate()
    supervisor.communicate(timeout=20)


def test_killed_supervisor_leaves_no_child(tmp_path: Path) -> None:
    supervisor, pids = supervised(tmp_path, ["obedient", "obedient"])
    supervisor.kill()
    supervisor.communicate()
    wait_until(lambda: gone(pids[0]) and gone(pids[2]))
    for worker in (pids[1], pids[3]):  # a child's own workers are the child's to end
        os.kill(worker, signal.SIGKILL)


def test_dead_child_starts_again_without_its_workers(tmp_path: Path) -> None:
    supervisor, (child, worker) = supervised(tmp_path, ["obedient"])
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: len(starts(tmp_path / "pids0")) == 2)
    wait_until(lambda: gone(worker))
    log = tmp_path / "data/logs/child0.log"
    wait_until(lambda: log.read_text().count("started\n") == 2)
    assert "child0 ended with signal 9 (Killed); again in 0.0 s" in log.read_text()
    supervisor.terminate()
    supervisor.communicate(timeout=20)
    wait_until(lambda: all(gone(pid) for start in starts(tmp_path / "pids0") for pid in start))


async def test_child_that_keeps_dying_stops_everything(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    dying = Child("bridge", [sys.executable, "-c", "print('no broker'); raise SystemExit(3)"])
    other = Child("worker", [sys.executable, "-c", PROGRAM, str(pids), "obedient"])
    log = tmp_path / "data/logs/bridge.log"
    with pytest.raises(ChildFailed, match=rf"bridge ended 5 times .*exit code 3.*{log}"):
        await Supervisor([dying, other], data_dir=tmp_path / "data").run()
    assert log.read_text().count("no broker\n") == 5
    wait_until(lambda: all(gone(pid) for start in starts(pids) for pid in start))


async def test_program_that_is_not_there(tmp_path: Path) -> None:
    missing = Child("bridge", [str(tmp_path / "nowhere")])
    with pytest.raises(ChildFailed, match=r"bridge could not be started: .*nowhere"):
        await Supervisor([missing], data_dir=tmp_path).run()


async def test_environment_is_the_one_given(tmp_path: Path) -> None:
    child = Child(
        "api", [sys.executable, "-c", "import os; print(dict(os.environ))"], {"ONLY": "this"}
    )
    with pytest.raises(ChildFailed):
        await Supervisor([child], data_dir=tmp_path).run()
    said = (tmp_path / "logs/api.log").read_text()
    assert "'ONLY': 'this'" in said
    assert "PATH" not in said


async def test_what_runs_once_started_may_fail_and_stops_everything(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    child = Child("api", [sys.executable, "-c", PROGRAM, str(pids), "obedient"])

    async def announce() -> None:
        await asyncio.to_thread(wait_until, lambda: bool(starts(pids)))
        raise LookupError("not ready")

    with pytest.raises(LookupError, match="not ready"):
        await Supervisor([child], data_dir=tmp_path).run(announce)
    wait_until(lambda: all(map(gone, starts(pids)[0])))


async def test_what_runs_once_started_may_end_and_a_signal_still_stops(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    child = Child("api", [sys.executable, "-c", PROGRAM, str(pids), "obedient"])

    async def announce() -> None:
        await asyncio.to_thread(wait_until, lambda: bool(starts(pids)))
        asyncio.get_running_loop().call_later(0.1, os.kill, os.getpid(), signal.SIGTERM)

    await Supervisor([child], data_dir=tmp_path).run(announce)
    wait_until(lambda: all(map(gone, starts(pids)[0])))


@dataclass
class Service:
    """Stands for an embedded service, which runs as long as it holds the file."""

    alive: Path
    name: str = "the embedded database"
    log_file: Path = Path("database.log")

    @property
    def is_running(self) -> bool:
        return self.alive.exists()


async def test_end_of_something_watched_stops_everything(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    child = Child("api", [sys.executable, "-c", PROGRAM, str(pids), "obedient"])
    service = Service(tmp_path / "alive")
    service.alive.touch()

    async def break_it() -> None:
        await asyncio.to_thread(wait_until, lambda: bool(starts(pids)))
        service.alive.unlink()

    with pytest.raises(ChildFailed, match=r"the embedded database has ended .*database\.log"):
        await Supervisor([child], data_dir=tmp_path, watched=[service]).run(break_it)
    wait_until(lambda: all(map(gone, starts(pids)[0])))


def test_pauses_grow_to_five_seconds_and_start_over() -> None:
    deaths = Deaths()
    pauses = [deaths.pause_after(now, lived=4) for now in range(0, 70, 10)]
    assert pauses == [0, 0.25, 0.5, 1, 2, 5, 5]
    assert deaths.pause_after(200, lived=30) == 0
    assert deaths.pause_after(210, lived=4) == 0
    assert deaths.pause_after(220, lived=4) == 0.25


def test_fifth_death_within_ten_seconds_is_one_too_many() -> None:
    deaths = Deaths()
    assert all(deaths.pause_after(now, lived=1) is not None for now in (0, 2, 4, 6))
    assert deaths.pause_after(10.1, lived=1) is not None
    assert deaths.pause_after(11.9, lived=1) is None


def test_die_with_parent_refuses_other_threads() -> None:
    refused: list[str] = []

    def ask() -> None:
        try:
            die_with_parent(signal.SIGTERM)
        except RuntimeError as error:
            refused.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert refused == ["die_with_parent works from the main thread only"]


def test_full_log_is_set_aside(tmp_path: Path) -> None:
    log = tmp_path / "logs/api.log"
    with open_log(log) as file:
        file.truncate(16 * 1024 * 1024 + 1)
    with open_log(log) as file:
        file.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "logs/api.log.1").stat().st_size == 16 * 1024 * 1024 + 1
