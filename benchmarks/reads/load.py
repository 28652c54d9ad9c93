"""A load generator that costs little: it shares its core with PostgreSQL.

Requests are bytes that were made beforehand. An answer is checked for its status, for `errors` at
either end of it, and for a text that it must hold; that answers are right was checked before.
"""

import asyncio
import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from math import inf
from time import perf_counter
from typing import cast

import uvloop

_OK = b"HTTP/1.1 200"
_BLANK_LINE = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"
_LAST_CHUNK = b"0\r\n\r\n"
_ERRORS = b'"errors":'
_ENDS = 600
"""Bytes at either end of an answer that are searched for errors."""

_PATIENCE_SECONDS = 30


class WrongAnswer(Exception):
    """A server answered what it should not; the text is how its answer begins."""


@dataclass(frozen=True)
class Job:
    """What to ask.

    Parameters:
        requests: whole HTTP requests.
        seconds: how long to measure, after ``lead_in`` seconds that do not count.
        once: ask each request once at most, and stop when there is none left.
        holds: a text that the beginning of each answer must hold.
    """

    port: int
    requests: list[bytes]
    seconds: float
    concurrency: int = 16
    lead_in: float = 0.2
    once: bool = False
    holds: bytes = b""


@dataclass(frozen=True)
class Slice:
    """What came of it.

    Parameters:
        rate: answers a second.
        asked: all answers, those of the lead-in too.
        latencies: seconds from request to the last byte of the answer, of those that count.
    """

    rate: float
    asked: int
    latencies: list[float]


def press(job: Job) -> Slice:
    """Ask for as long as the job says.

    Raises: WrongAnswer; OSError where nobody listens.
    """
    gc.disable()
    try:
        return uvloop.run(_press(job))
    finally:
        gc.enable()


def content_length(head: bytes) -> int | None:
    """What the head of an answer says of the length of its body; None where it comes in chunks."""
    lines = head.lower()
    at = lines.find(_LENGTH)
    if at < 0:
        return None
    begin = at + len(_LENGTH)
    end = lines.find(b"\r\n", begin)
    return int(lines[begin:end] if end >= 0 else lines[begin:])


@dataclass
class _Work:
    """What the connections of one job share."""

    job: Job
    requests: Iterator[bytes]
    deadline: float
    done: asyncio.Future[None]
    asking: int = 0
    answers: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    def next_request(self, now: float) -> bytes | None:
        """None once the time is over or nothing is left to ask."""
        return None if now >= self.deadline else next(self.requests, None)

    def one_is_through(self) -> None:
        """One connection has nothing to do any more."""
        self.asking -= 1
        if not self.asking and not self.done.done():
            self.done.set_result(None)

    def fail(self, text: bytes) -> None:
        """End the job."""
        if not self.done.done():
            self.done.set_exception(WrongAnswer(text[:_ENDS].decode(errors="replace")))


class _Connection(asyncio.Protocol):
    """One keep-alive connection: asks, takes the whole answer, asks again."""

    def __init__(self, work: _Work) -> None:
        self._work = work
        self._through = False
        self._began = 0.0
        self._begin_answer()

    def _begin_answer(self) -> None:
        self._first = b""
        self._head_is_here = False
        self._total: int | None = None
        self._size = 0
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it
        self._work.asking += 1
        self._ask(perf_counter())

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._through:
            self._work.fail(self._first or b"the server closed the connection")

    def data_received(self, data: bytes) -> None:
        if not self._head_is_here:
            self._first = data = self._first + data
            end = data.find(_BLANK_LINE)
            if end < 0:
                return
            self._head_is_here = True
            length = content_length(data[:end])
            self._total = None if length is None else end + len(_BLANK_LINE) + length
        elif len(self._first) < _ENDS:
            self._first += data
        self._size += len(data)
        self._tail = data if len(data) > _ENDS else (self._tail + data)[-_ENDS:]
        if self._total is None:
            if self._tail.endswith(_LAST_CHUNK):
                self._answered()
        elif self._size >= self._total:
            self._answered()

    def _answered(self) -> None:
        now = perf_counter()
        first, tail, job = self._first, self._tail, self._work.job
        wrong = _ERRORS in first[: 2 * _ENDS] or _ERRORS in tail[-_ENDS:] or job.holds not in first
        if wrong or not first.startswith(_OK):
            self._work.fail(first)
            return
        self._work.answers.append((now, now - self._began))
        self._begin_answer()
        self._ask(now)

    def _ask(self, now: float) -> None:
        request = self._work.next_request(now)
        if request is None:
            self._through = True
            self._transport.close()
            self._work.one_is_through()
            return
        self._began = now
        self._transport.write(request)


async def _press(job: Job) -> Slice:
    loop = asyncio.get_running_loop()
    began = perf_counter()
    asked = iter(job.requests) if job.once else cycle(job.requests)
    work = _Work(job, asked, began + job.lead_in + job.seconds, loop.create_future())
    opened: list[asyncio.BaseTransport] = []
    try:
        for _ in range(job.concurrency):
            made = await loop.create_connection(lambda: _Connection(work), "127.0.0.1", job.port)
            opened.append(made[0])
        async with asyncio.timeout(job.lead_in + job.seconds + _PATIENCE_SECONDS):
            await work.done
    finally:
        for transport in opened:
            transport.close()
        await asyncio.sleep(0)  # the loop closes them, before it is closed itself
    return _slice(job, began, work.answers)


def _slice(job: Job, began: float, answers: Sequence[tuple[float, float]]) -> Slice:
    since, last = began + job.lead_in, answers[-1][0]
    # Where the requests ran out, the time ran out with the last of them.
    until = min(since + job.seconds, last if job.once else inf)
    counted = [latency for at, latency in answers if since < at <= until]
    if len(counted) < job.concurrency:
        # A server so slow, or a slice so short, that only all of its answers say something.
        since, until, counted = began, last, [latency for _, latency in answers]
    return Slice(len(counted) / (until - since), len(answers), counted)
