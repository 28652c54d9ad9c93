"""Spreadsheets and CSV as rows of texts.

A file may be made to harm who reads it: a few bytes that unpack to gigabytes, one cell in the last
row of the last column. So a process of its own reads it, with bounds of memory and time that the
system holds it to; what it can't read within them is unreadable, and nobody else notices.
"""

import asyncio
import csv
import io
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

import orjson

MOST_BYTES = 4 * 2**20
"""Of a file. 5,000 elders are half a megabyte of .xlsx, and one of CSV."""

MOST_ROWS = 5_000
"""Of elders, the line of titles not counted."""

MOST_COLUMNS = 64
"""What stands further right is not read."""

MOST_CHARACTERS = 500
"""Of a cell: more than any value may have, so that a longer one is refused by its own rule."""

_MEMORY = 1 << 30
_MOST_SAID = 16 * 2**20
"""Bytes that a file may unpack to: one text that stands in every cell is small in the file."""
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
_SECONDS = 20
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXACT = 1e15
"""From here on Excel shows no longer all digits of a number, and keeps no more than fifteen."""

Row = list[str]


class Unreadable(Exception):
    """What claims to be a spreadsheet is none, or none that is read within bounds."""


def looks_readable(content: bytes) -> bool:
    """Whether a file begins as a workbook does (.xlsx, .ods, .xls), or is text."""
    return content.startswith((_ZIP, _OLE)) or (bool(content) and b"\0" not in content)


async def read(content: bytes) -> list[Row]:
    """The rows of the first sheet, empty ones included: row 1 is the first.

    Returns: at most one row more than there may be.
    Raises: Unreadable.
    """
    reader = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__),
        # What the server was given to keep is none of a hostile file's.
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(2 * _SECONDS):
            rows, _ = await reader.communicate(content)
    except TimeoutError as error:
        raise Unreadable from error
    finally:
        if reader.returncode is None:
            reader.kill()
            await reader.wait()
    if reader.returncode != 0:
        raise Unreadable
    return await asyncio.to_thread(orjson.loads, rows)


def _rows(content: bytes) -> Iterator[Iterable[Any]]:
    if not content.startswith((_ZIP, _OLE)):
        return csv.reader(io.StringIO(_text(content), newline=""))
    # Three milliseconds, and only here.
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    above = sheet.start[0] if sheet.start else 0
    return iter([*([] for _ in range(above)), *sheet.to_python(nrows=MOST_ROWS + 2)])


def _text(content: bytes) -> str:
    """As UTF-8, or as Excel in China saves it. Raises: UnicodeDecodeError."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _cell(value: Any) -> str:
    """A cell as somebody sees it."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.5E}" if abs(value) >= _EXACT else f"{value:.15g}"
    return str(value).strip()[:MOST_CHARACTERS]


def _main() -> None:
    """Rows of the file on standard input, as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    rows = islice(_rows(sys.stdin.buffer.read()), MOST_ROWS + 2)
    cells = [[_cell(one) for one in islice(row, MOST_COLUMNS)] for row in rows]
    said = orjson.dumps(cells)
    if len(said) > _MOST_SAID:
        sys.exit(1)
    sys.stdout.buffer.write(said)


if __name__ == "__main__":
    _main()
