"""What both embedded services stand on: a folder that can be written and a port that is free."""

import contextlib
import errno
import os
import shutil
import socket
from collections.abc import Generator
from pathlib import Path

from yiyang.embedded import EmbeddedError

LOOPBACK = "127.0.0.1"


@contextlib.contextmanager
def writable(folder: Path) -> Generator[None]:
    """Turn what the operating system says about writing below `folder` into one sentence.

    Raises: EmbeddedError for a full disk, missing permission or a file where a folder should be.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(folder) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise EmbeddedError(
                f"{folder} cannot be written ({os.strerror(error.errno)}: {error.filename}); "
                f"choose another folder with --data-dir."
            ) from error
        raise


def disk_full(folder: Path) -> EmbeddedError:
    """The error for a full disk, with what is left on the one that holds `folder`."""
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free_mib = shutil.disk_usage(place).free / 2**20
    return EmbeddedError(
        f"The disk is full: {folder} has {free_mib:.0f} MiB left; "
        f"make room or choose another folder with --data-dir."
    )


def says_disk_full(said: str) -> bool:
    """Whether PostgreSQL's words mean a full disk: it doesn't name the error of a cut-off write."""
    signs = ("No space left on device", "Check free disk space", "Disk quota exceeded")
    return any(sign in said for sign in signs)


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def require_free(port: int, option: str) -> None:
    """Check that a server could listen on `port` of the loopback address.

    `option` is what the user types to choose another one, for instance `--mqtt-port`.

    Raises: EmbeddedError when the port is taken or not for this user to open.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise port_taken(port, option) from error
            raise EmbeddedError(
                f"Port {port} on {LOOPBACK} cannot be opened ({os.strerror(error.errno or 0)}); "
                f"choose another with {option}."
            ) from error


def port_taken(port: int, option: str) -> EmbeddedError:
    """The error for a port that another program holds."""
    return EmbeddedError(
        f"Port {port} on {LOOPBACK} is taken by another program; choose another with {option}."
    )


def write_private(path: Path, text: str, *, owner: tuple[int, int] | None = None) -> None:
    """Write a file that only its owner may read, whole or not at all.

    `owner` is (uid, gid); `None` leaves it to who writes. The file's folder has to be one that
    nobody else may write to.
    """
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        if owner is not None:
            os.fchown(file.fileno(), *owner)
    draft.replace(path)


def last_line(log: Path, *, since: int = 0) -> str:
    """The last line that isn't empty of a log, written after byte `since`; "" if there is none."""
    with contextlib.suppress(FileNotFoundError), log.open("rb") as file:
        file.seek(since)
        lines = file.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
    return ""
