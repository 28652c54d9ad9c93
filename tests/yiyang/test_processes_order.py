"""A child that waits for others' work starts only then."""

import asyncio
import sys
from pathlib import Path

from tests.yiyang.watching import wait_until
from yiyang.processes import Child, Supervisor


async def test_a_child_starts_after_the_file_it_waits_for(tmp_path: Path) -> None:
    ready, first, second = (tmp_path / name for name in ("ready", "first", "second"))
    touch = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
    children = [
        Child("first", [sys.executable, "-c", touch, str(first)]),
        Child("second", [sys.executable, "-c", touch, str(second)], after=ready),
    ]
    running = asyncio.create_task(Supervisor(children, data_dir=tmp_path).run())
    await asyncio.to_thread(wait_until, first.exists)
    assert not second.exists()  # one look at a temporary folder
    ready.touch()
    await asyncio.to_thread(wait_until, second.exists)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
