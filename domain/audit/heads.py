"""A log of sealed heads outside the database: what tells that the trail's end was cut off.

One line a head: number of entries, hash, time. Lines are only ever added.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from domain.audit.chain import BEGINNING, Head

_LINE_BYTES = 160
"""More than any line has."""


class BadLine(ValueError):
    """A line of the log that is none; its text says which."""


class HeadLog:
    """The log in one file; several machines have one each.

    Parameters:
        path: made at the first head if there is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, head: Head) -> None:
        """Add a head; it is on the disk when this returns. Raises: OSError."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = f"{head.seq} {head.hash.hex()} {now}\n"
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # Whoever lost its power in the middle of a line has left no end of it.
            start = "" if self._ends_whole() else "\n"
            os.write(file, (start + line).encode())
            os.fsync(file)
        finally:
            os.close(file)

    def last(self) -> Head:
        """The newest head. Raises: OSError."""
        near_the_end = self.heads(after=max(0, self.size() - _LINE_BYTES))
        return next(reversed(list(near_the_end)), BEGINNING)

    def size(self) -> int:
        """Bytes written so far; 0 where there is no file."""
        return self._path.stat().st_size if self._path.exists() else 0

    def heads(self, *, after: int = 0, before: int | None = None) -> Iterator[Head]:
        """The heads, in the order in which they were written; an unfinished line is none.

        Parameters:
            after: byte past which to begin, at the next line.
            before: byte at which to end.
        Raises: BadLine for a whole line that is no head; OSError.
        """
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            if after:
                file.seek(after)
                file.readline()
            for number, line in enumerate(file, start=1):
                if before is not None and file.tell() > before:
                    return
                if line.endswith(b"\n") and (head := _head(line, number)):
                    yield head

    def _ends_whole(self) -> bool:
        size = self.size()
        if size == 0:
            return True
        with self._path.open("rb") as file:
            file.seek(size - 1)
            return file.read(1) == b"\n"


def _head(line: bytes, number: int) -> Head | None:
    """None for what a loss of power has left of a line."""
    parts = line.split()
    if len(parts) != 3:
        return None
    try:
        return Head(int(parts[0]), bytes.fromhex(parts[1].decode()))
    except ValueError as error:
        raise BadLine(f"line {number} is no head") from error
