"""The poller's parts: what it waits, and the file that it keeps its cursor in."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from client_examples.vendor_python.backoff import LONGEST_SECONDS, Backoff
from client_examples.vendor_python.cursor_file import CursorFile
from client_examples.vendor_python.failures import LONGEST_REST_SECONDS, retry_after
from tests.client_examples.vendor import EXAMPLES


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("0", 0, 0),
        ("120", 120, 120),
        (" 7 ", 7, 7),
        ("9" * 400, LONGEST_REST_SECONDS, LONGEST_REST_SECONDS),
        ("-5", 0, 0),
        ("1.5", 0, 0),
        ("soon", 0, 0),
        ("", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0, 0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", 0, 0),
        ("Wed, 21 Oct 9015 07:28:00 GMT", LONGEST_REST_SECONDS, LONGEST_REST_SECONDS),
    ],
)
def test_what_a_server_may_ask_for(header: str, least: float, most: float) -> None:
    response = httpx.Response(429, headers={"Retry-After": header})
    assert least <= retry_after(response) <= most


def test_a_server_may_name_the_time_instead() -> None:
    in_half_an_hour = datetime.now(UTC) + timedelta(minutes=30)
    header = format_datetime(in_half_an_hour, usegmt=True)
    assert 600 < retry_after(httpx.Response(503, headers={"Retry-After": header})) <= 1800


def test_the_waiting_grows_and_stays_bounded_however_long_it_lasts() -> None:
    backoff = Backoff()
    waits = [backoff.next() for _ in range(2000)]
    assert 0.25 <= waits[0] <= 0.5
    assert max(waits) <= LONGEST_SECONDS
    assert min(waits[10:]) >= LONGEST_SECONDS / 2
    assert len(set(waits[10:])) > 1900, "never all at once"
    backoff.reset()
    assert backoff.next(at_least=5) <= 5.5


def test_the_cursor_file_is_one_whole_cursor_or_the_other(tmp_path: Path) -> None:
    path = tmp_path / "cursor"
    CursorFile(path).write("old")
    writer = (
        "import sys; from pathlib import Path\n"
        "from vendor_python.cursor_file import CursorFile\n"
        "cursors = CursorFile(Path(sys.argv[1]))\n"
        "cursors.write('a' * 5000)\n"
        "print(flush=True)\n"
        "while True:\n"
        "    for letter in 'ba': cursors.write(letter * 5000)\n"
    )
    seen = {CursorFile(path).read()}
    for _ in range(10):
        with subprocess.Popen(
            [sys.executable, "-c", writer, str(path)], cwd=EXAMPLES, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout
            process.stdout.readline()
            seen |= {CursorFile(path).read() for _ in range(200)}
            process.kill()
        seen.add(CursorFile(path).read())
    assert {"old"} < seen <= {"old", "a" * 5000, "b" * 5000}
