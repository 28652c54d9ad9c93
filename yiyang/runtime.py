"""What a running demo tells other commands through its data directory."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from yiyang.settings import SettingsError

AUDIT_LOG = "audit.log"
"""File in the data directory that the audit trail's sealed heads go to."""

_FILE = "running.json"


@dataclass(frozen=True)
class Running:
    """Addresses of a running demo; the MQTT addresses carry no login."""

    graphql: str
    ws: str
    mqtt: str
    mqtt5: str
    database: str


def announce(data_dir: Path, running: Running) -> None:
    """Say where everything is; readable by the owner only, since it holds a password."""
    file = data_dir / _FILE
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(running)))


def withdraw(data_dir: Path) -> None:
    """The demo has ended."""
    (data_dir / _FILE).unlink(missing_ok=True)


def running_in(data_dir: Path) -> Running:
    """Where the demo of a data directory runs.

    Raises: SettingsError where none has been started there.
    """
    file = data_dir / _FILE
    if not file.exists():
        raise SettingsError(
            f"no demo runs in {data_dir}: start one with `yiyang demo --data-dir {data_dir}`."
        )
    return Running(**json.loads(file.read_text()))
