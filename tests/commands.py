"""``yiyang`` as an operator runs it, without the second that each start would import."""

import atexit
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import IO

_one_at_a_time = Lock()


def run(*words: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, from its first word to its exit code.

    Parameters:
        words: what follows ``yiyang``.
        environment: all that it is told.
    """
    with tempfile.TemporaryDirectory() as folder, _one_at_a_time:
        said = {name: str(Path(folder, name)) for name in ("stdout", "stderr")}
        code = _ordered({"words": words, "environment": dict(environment), **said})
        texts = {name: Path(path).read_text(encoding="utf-8") for name, path in said.items()}
    return subprocess.CompletedProcess(words, code, **texts)


def _ordered(order: dict[str, object]) -> int:
    """The exit code of what was ordered."""
    orders, answers = _warm()
    try:
        orders.write(f"{json.dumps(order)}\n")
        orders.flush()
        return int(answers.readline())
    except BaseException:  # such as the end of a test's time: its answer is nobody else's
        _warm.cache_clear()
        raise


@cache
def _warm() -> tuple[IO[str], IO[str]]:
    """Where orders go to `tests.warm` and where answers come from."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.warm"],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    atexit.register(process.kill)
    assert process.stdin
    assert process.stdout
    return process.stdin, process.stdout
