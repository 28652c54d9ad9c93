"""Decisions are about what somebody saw: they fail where it has changed since."""

from typing import Protocol

from domain.errors import VersionConflict


class Versioned(Protocol):
    """A row that counts its changes."""

    version: int


def check_version(row: Versioned, expected: int | None) -> None:
    """Let pass a decision about the row as it is.

    Parameters:
        row: locked.
        expected: the version that was decided about; None for whatever it has become.

    Raises: VersionConflict(expected_version).
    """
    if expected is not None and row.version != expected:
        raise VersionConflict("expected_version", version=row.version)
