"""The program that `tests.commands` starts: it has imported all, and forks to be ``yiyang``.

An order is a line of JSON: the words after ``yiyang``, the environment, and where the two outputs
go. The answer is a line too: the exit code. Each order is a process of its own, which ends as
every Python does.
"""

import gc
import json
import os
import sys
import threading
from typing import Any

from yiyang import serve, worker
from yiyang.cli import main
from yiyang.commands import admin, audit, clients, devices, keys, upstream, wechat

IMPORTED = (serve, worker, admin, audit, clients, devices, keys, upstream, wechat)


def become(order: dict[str, Any]) -> None:
    """Be the process that was ordered."""
    os.environ.clear()
    os.environ.update(order["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT, 0o600), number)
    sys.argv = ["yiyang", *order["words"]]


def is_a_command() -> bool:
    """True in each process that was ordered; False where all orders are done."""
    for line in sys.stdin.buffer:
        order = json.loads(line)
        child = os.fork()
        if not child:
            become(order)
            return True
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return False


if __name__ == "__main__":
    assert threading.active_count() == 1, "a fork would lose a thread"
    gc.freeze()
    if is_a_command():
        main()
