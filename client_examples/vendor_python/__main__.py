"""The command: `python -m vendor_python --url https://…/graphql --token-file token`."""

import argparse
import asyncio
import json
import logging
import os
import signal
import stat
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import httpx

from .cursor_file import CursorFile
from .documents import Notice
from .follow import follow
from .server import Refused, Server, Unusable

ENDED, FAILED, NEEDS_A_TOKEN = 0, 1, 2
TOKEN_VARIABLE = "YIYANG_TOKEN"
TIMEOUT = httpx.Timeout(10.0, read=30.0)


def print_lines(notices: Sequence[Notice]) -> None:
    """Hand notices to whoever reads our output: put your own storing here."""
    lines = [json.dumps(notice, ensure_ascii=False) for notice in notices]
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())
    sys.stdout.buffer.flush()
    if stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode):
        os.fsync(sys.stdout.fileno())


def token_of(file: Path | None) -> str:
    """The token in a file, else in the environment.

    Raises: Refused where there is none.
    """
    try:
        text = file.read_text() if file else os.environ.get(TOKEN_VARIABLE, "")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"the token cannot be read: {error}") from error
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Refused(f"there is no token in {file or TOKEN_VARIABLE}")
    return token


def seconds(text: str) -> float:
    """A time that is longer than none."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="vendor_python", description=__doc__)
    parser.add_argument("--url", required=True, help="the GraphQL endpoint")
    parser.add_argument(
        "--token-file",
        type=Path,
        help=f"a file with the token, read again for each question; else {TOKEN_VARIABLE} is used",
    )
    parser.add_argument(
        "--cursor-file",
        type=Path,
        default=Path("vendor_python.cursor"),
        help="where the cursor is kept, one file for each account",
    )
    parser.add_argument(
        "--every", type=seconds, default=3.0, help="seconds between two questions, 3 if not given"
    )
    return parser.parse_args()


async def run(options: argparse.Namespace) -> None:
    """Follow until a signal comes; what is being handed over is finished first."""
    following = asyncio.current_task()
    if following and sys.platform != "win32":
        for ending in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(ending, following.cancel)
    async with httpx.AsyncClient(timeout=TIMEOUT) as http:
        server = Server(http, options.url, partial(token_of, options.token_file))
        await follow(server, CursorFile(options.cursor_file), print_lines, options.every)


def main() -> int:
    """Run the command; its exit code."""
    options = arguments()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(run(options))
    except (asyncio.CancelledError, KeyboardInterrupt):
        pass
    except Refused as refused:
        print(f"vendor_python: {refused}; get a new one and start again", file=sys.stderr)
        return NEEDS_A_TOKEN
    except (Unusable, OSError) as failure:
        print(f"vendor_python: {failure}", file=sys.stderr)
        # Whoever read our output may be gone: nothing more is said to them at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return ENDED


if __name__ == "__main__":
    sys.exit(main())
