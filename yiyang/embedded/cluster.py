"""A cluster's files: made once, checked before every start."""

import contextlib
import os
import secrets
import shutil
import subprocess
import time
from pathlib import Path

import psutil

from yiyang.embedded import EmbeddedError
from yiyang.embedded.ground import disk_full, says_disk_full, write_private
from yiyang.embedded.placement import Place

NAME = "yiyang"  # of the database and of its superuser
PREDECESSOR_S = 15.0  # how long a server that is shutting down may take
# Nothing of the caller's PG… variables, locale or library path reaches PostgreSQL.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
NOT_DURABLE = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]

_INITDB = [
    *("--username", NAME, "--encoding", "UTF8", "--no-instructions"),
    *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    *("--auth-host", "scram-sha-256", "--auth-local", "reject"),
    # Iterations hold up who tries passwords. This one is 192 random bits, which nobody tries; 4096
    # of them are half the time that a connection takes.
    *("--set", "scram_iterations=1"),
]


def prepare(place: Place, home: Path, *, durable: bool) -> str:
    """Make the cluster unless it is there, and return the superuser's password.

    Raises: EmbeddedError for a cluster of another major version, one in use, one whose password
    is lost, or a full disk. OSError where `home` can't be written.
    """
    password_file = home / "password"
    elsewhere = place.cluster.parent != home
    if elsewhere and not password_file.exists() and place.cluster.exists():
        # The data directory was deleted; what it had put elsewhere goes with it.
        shutil.rmtree(place.cluster)
    if (place.cluster / "PG_VERSION").exists():
        _check_version(place)
        _await_predecessor(place.cluster)
        return _known_password(password_file, place.cluster)
    if not password_file.exists():
        write_private(password_file, secrets.token_urlsafe(24))
    password = password_file.read_text()
    _create(place, password, durable=durable)
    return password


def _check_version(place: Place) -> None:
    version = (place.cluster / "PG_VERSION").read_text().strip()
    if version != str(place.major):
        raise EmbeddedError(
            f"{place.cluster} was made by PostgreSQL {version} and this is PostgreSQL "
            f"{place.major}; choose another folder with --data-dir."
        )


def _known_password(file: Path, cluster: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:
        raise EmbeddedError(
            f"{file} is missing, and without it the database in {cluster} cannot be opened; "
            f"put it back or choose another folder with --data-dir."
        ) from None


def _create(place: Place, password: str, *, durable: bool) -> None:
    """Build the cluster beside its place and move it there: a half-made one is never found."""
    draft = place.cluster.with_name("cluster.new")
    password_file = place.cluster.with_name("password.initdb")
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    if place.owner is not None:
        os.chown(draft, *place.owner)
    write_private(password_file, password, owner=place.owner)
    try:
        sync = [] if durable else ["--no-sync"]
        _run(place, "initdb", "-D", str(draft), "--pwfile", str(password_file), *_INITDB, *sync)
        unsafe = [] if durable else NOT_DURABLE
        # -j: a statement ends at a blank line.
        single = ["postgres", "--single", "-j", "-D", str(draft), *unsafe, "template1"]
        _run(place, *single, given=f"CREATE DATABASE {NAME};\n\n")
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    finally:
        password_file.unlink()
    draft.rename(place.cluster)


def _run(place: Place, program: str, *arguments: str, given: str = "") -> None:
    done = subprocess.run(
        [place.bin / program, *arguments],
        input=given,
        capture_output=True,
        text=True,
        cwd="/",
        env=ENVIRONMENT,
        check=False,
        **place.identity,
    )
    said = (done.stdout + done.stderr).strip()
    if says_disk_full(said):
        raise disk_full(place.cluster)
    # A single-user server ends with 0 even when its statement failed.
    if done.returncode != 0 or "ERROR: " in said or "FATAL: " in said:
        raise EmbeddedError(
            f"PostgreSQL's files could not be made in {place.cluster.parent} "
            f"({program}: {_reason(said)}); choose another folder with --data-dir."
        )


def _reason(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    faults = [line for line in lines if "error" in line.lower() or "FATAL" in line]
    return (faults or lines or ["it said nothing"])[0]


def _await_predecessor(cluster: Path) -> None:
    """Wait for a server that is still shutting down; drop a lock file whose process is another's.

    The caller holds the data directory's lock: no running Yiyang uses this cluster, so a server
    found here has lost its parent and is on its way out. PostgreSQL itself takes any live process
    of the same user for the one that left postmaster.pid behind, and refuses to start.
    """
    deadline = time.monotonic() + PREDECESSOR_S
    while (pid := _pid_in(cluster / "postmaster.pid")) is not None:
        try:
            serves_here = Path(psutil.Process(pid).cwd()) == cluster.resolve()
        except psutil.AccessDenied:
            return  # another user's: PostgreSQL ignores those
        except psutil.NoSuchProcess:
            serves_here = False
        if not serves_here:
            (cluster / "postmaster.pid").unlink(missing_ok=True)
            return
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"{cluster} is in use by another PostgreSQL server (process {pid}); "
                f"stop it or choose another folder with --data-dir."
            )
        time.sleep(0.02)


def _pid_in(file: Path) -> int | None:
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        return int(file.read_text().split("\n")[0])
    return None
