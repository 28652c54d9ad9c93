"""The cursor on disk: the old one or the new one, whatever happens in between."""

import os
from pathlib import Path


class CursorFile:
    """Where to go on from.

    Parameters:
        path: the file; its folder must exist. One for each account.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str | None:
        """The cursor; None where there is none yet."""
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None
        return text.strip() or None

    def write(self, cursor: str) -> None:
        """Keep a cursor, so that even a power cut leaves the old or the new one."""
        if cursor == self.read():
            return
        new = self._path.with_name(f"{self._path.name}.new")
        with new.open("w", encoding="utf-8") as file:
            file.write(f"{cursor}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        self._sync_folder()

    def forget(self) -> None:
        """There is none any more."""
        self._path.unlink(missing_ok=True)

    def _sync_folder(self) -> None:
        if os.name != "posix":
            return
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
