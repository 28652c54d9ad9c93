"""Whoever runs ``yiyang`` beside the database."""

import json
import os
import subprocess
from typing import Any

from tests import commands


class Operator:
    """Runs a group of commands on a database.

    Parameters:
        settings: variables beside the database's.
    """

    def __init__(self, database_url: str | None, group: str = "client", **settings: str) -> None:
        named = {} if database_url is None else {"YIYANG_DATABASE_URL": database_url}
        self._environment = {"PATH": os.environ["PATH"], **named, **settings}
        self._group = group

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return commands.run(self._group, *words, environment=self._environment)

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
