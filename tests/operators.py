"""Whoever runs ``yiyang`` beside the database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("yiyang")

_PATIENCE_SECONDS = 120.0
"""A command that hangs is a failure, not the end of all tests."""


class Operator:
    """Runs `yiyang client` on a database."""

    def __init__(self, database_url: str | None) -> None:
        named = {} if database_url is None else {"YIYANG_DATABASE_URL": database_url}
        self._environment = {"PATH": os.environ["PATH"], **named}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, "client", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_SECONDS,
        )

    def says(self, *words: str) -> list[dict[str, Any]]:
        """The lines of a command that must succeed."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def is_told(self, *words: str) -> str:
        """What a command that must fail says: one sentence, and nothing on stdout."""
        done = self.run(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("yiyang: ")
        assert "Traceback" not in done.stderr
        return done.stderr
