"""The command: `python -m vendor_python --url https://…/graphql --client-file client.json`."""

import argparse
import asyncio
import json
import logging
import os
import signal
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx

from .cursor_file import CursorFile
from .documents import Notice
from .failures import Refused, Unusable
from .follow import follow
from .server import Server
from .tokens import TOKEN_VARIABLE, ClientCredentials, PastedToken

ENDED, FAILED, NEEDS_A_TOKEN = 0, 1, 2
TIMEOUT = httpx.Timeout(10.0, read=30.0)


def print_lines(notices: Sequence[Notice]) -> None:
    """Hand notices to whoever reads our output: put your own storing here."""
    lines = [json.dumps(notice, ensure_ascii=False) for notice in notices]
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())
    sys.stdout.buffer.flush()
    if stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode):
        os.fsync(sys.stdout.fileno())


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
    proof = parser.add_mutually_exclusive_group()
    proof.add_argument(
        "--client-file",
        type=Path,
        help="a file with client_id and client_secret in JSON, as `yiyang client create` prints it",
    )
    proof.add_argument(
        "--token-file",
        type=Path,
        help="instead, a file with a token, read again for each question; with neither "
        f"{TOKEN_VARIABLE} is used",
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
        tokens = (
            ClientCredentials(http, options.url, options.client_file)
            if options.client_file
            else PastedToken(options.token_file)
        )
        server = Server(http, options.url, tokens)
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
