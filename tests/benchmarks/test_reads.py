"""What `make bench-reads` computes and sends; nothing here is timed."""

import asyncio
import base64
import json
import re
from collections.abc import Callable
from random import Random
from uuid import UUID
from xml.etree import ElementTree

import pytest
from graphql import parse, validate

from api.relay import encode_cursor
from api.schema import schema
from benchmarks.reads import postgraphile
from benchmarks.reads.asking import Question
from benchmarks.reads.chart import chart
from benchmarks.reads.deliveries import SELECTIONS
from benchmarks.reads.documents import DOCUMENTS, OPERATION_NAMES, QUERIES
from benchmarks.reads.equal import check, difference, normal
from benchmarks.reads.figures import Figure, figure, percentile, table
from benchmarks.reads.first_answers import new_document
from benchmarks.reads.floor import OPERATIONS
from benchmarks.reads.load import Job, Slice, WrongAnswer, content_length, press
from benchmarks.reads.plan import Refused
from benchmarks.reads.servers import SERVERS
from benchmarks.reads.subscriber import masked_frame, split_frames

QUESTION = Question("a.b.c", "{ me { name } }", {"id": "老"}, "Me")


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(each) for each in range(100, 0, -1)]
    assert (percentile(values, 50), percentile(values, 99)) == (50, 99)
    assert percentile([3.0, 1.0], 50) == 1
    assert percentile([7.0], 99) == 7
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_a_figure_is_the_median_round_and_the_mean_cost() -> None:
    made = figure("home", "floor", [10, 1000, 20], [0.001, 0.002, 0.009], 0.5, 250, 50_000_000)
    assert made == Figure("home", "floor", 20, 2, 9, 2, 50)


def _figures() -> list[Figure]:
    return [
        Figure(query, server, 100.0 + number, 1, 2, 0.5, 60)
        for query in QUERIES
        for number, server in enumerate(SERVERS)
    ]


def test_the_table_says_how_the_planner_stands() -> None:
    lines = table(_figures()).splitlines()
    assert len(lines) == 1 + len(QUERIES) * (len(SERVERS) + 1)
    # mercurius 102, postgraphile 103, yoga 104; ordinary 101; floor 105
    assert "0.99 x ordinary, 0.95 x floor, 0.96 x best Node peer" in lines[7]


def test_the_chart_is_a_picture_with_a_bar_for_each_figure() -> None:
    figures = _figures()
    root = ElementTree.fromstring(chart(figures))
    drawn = root.findall("{http://www.w3.org/2000/svg}rect")
    assert len(drawn) == 1 + len(figures)
    width = float(root.attrib["width"])
    assert all(float(bar.get("x", 0)) + float(bar.attrib["width"]) <= width for bar in drawn)
    longest = max(float(bar.attrib["width"]) for bar in drawn[1:])
    assert float(drawn[len(SERVERS)].attrib["width"]) == longest  # floor, the fastest of its group
    said = " ".join(text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text"))
    assert "Mercurius" in said
    assert "105" in said


def test_a_request_is_a_whole_http_request() -> None:
    head, body = QUESTION.as_bytes(8000).split(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /graphql HTTP/1.1"
    assert f"Content-Length: {len(body)}" in lines
    assert "Authorization: Bearer a.b.c" in lines
    assert json.loads(body) == {
        "query": "{ me { name } }",
        "variables": {"id": "老"},
        "operationName": "Me",
    }
    changed = QUESTION.with_variables(after="x")
    assert (changed.variables, QUESTION.variables) == ({"id": "老", "after": "x"}, {"id": "老"})


def test_the_length_of_an_answer_is_read_from_its_head() -> None:
    assert content_length(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nserver: x") == 12
    assert content_length(b"HTTP/1.1 200 OK\r\ncontent-length:7") == 7
    assert content_length(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked") is None


WHOLE = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"data":"RR"}'
PIECES = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n{"data":"RR"}\r\n0\r\n\r\n'


async def _pressed(
    answer: bytes, piece: int, job: Callable[[int], Job]
) -> tuple[list[bytes], object]:
    """What a server that always gives one answer, piece by piece, was asked, and the outcome."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.read(64):
            asked.append(head)
            for at in range(0, len(answer), piece):
                writer.write(answer[at : at + piece])
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        try:
            return asked, await asyncio.to_thread(press, job(port))
        except WrongAnswer as wrong:
            return asked, wrong


@pytest.mark.parametrize("answer", [WHOLE, PIECES], ids=["length", "chunks"])
@pytest.mark.parametrize("piece", [1000, 9])
async def test_the_load_asks_each_question_once_where_it_may(answer: bytes, piece: int) -> None:
    questions = [b"1", b"2", b"3", b"4", b"5"]

    def job(port: int) -> Job:
        return Job(port, questions, 5, concurrency=2, lead_in=0, once=True, holds=b"RR")

    asked, came = await _pressed(answer, piece, job)
    assert sorted(asked) == questions
    assert isinstance(came, Slice)
    assert (came.asked, len(came.latencies)) == (5, 5)


@pytest.mark.parametrize(
    "answer",
    [
        WHOLE.replace(b"200", b"500"),
        WHOLE.replace(b'"data":"RR"', b'"errors":[1'),
        WHOLE.replace(b"RR", b"xx"),
    ],
    ids=["status", "errors", "other"],
)
async def test_the_load_stops_at_a_wrong_answer(answer: bytes) -> None:
    _, came = await _pressed(
        answer, 1000, lambda port: Job(port, [b"1"], 5, concurrency=1, holds=b"RR")
    )
    assert isinstance(came, WrongAnswer)
    assert str(came).startswith("HTTP/1.1")


def test_answers_are_compared_to_the_last_value() -> None:
    first = {"elder": {"name": "王", "tags": ["A", "B"]}}
    assert difference(first, {"elder": {"name": "王", "tags": ["A", "B"]}}) is None
    assert difference(first, {"elder": {"name": "王", "tags": ["A", "C"]}}) == (
        ".elder.tags[1]: 'B' and 'C'"
    )
    assert difference(first, {"elder": {"tags": ["A", "B"], "name": "王"}}) is not None
    assert difference(first, {"elder": {"name": "王", "tags": ["A"]}}) is not None
    assert difference(1, True) is not None
    with pytest.raises(Refused, match="yoga answers home differently"):
        check("home", "yoga", [first], [{"elder": None}])


def test_moments_are_compared_as_moments() -> None:
    ours = {"data": {"raisedAt": "2026-11-22T08:02:38.120000+00:00", "name": "2026"}}
    theirs = {"data": {"raisedAt": "2026-11-22T16:02:38.12+08:00", "name": "2026"}}
    assert normal("home", "ordinary", ours) == normal("home", "mercurius", theirs)


def test_postgraphiles_cursor_is_ours_in_other_words() -> None:
    key = "01a1fb67-1807-7140-a353-2357f62f1fc6"
    theirs = base64.b64encode(json.dumps(["primary_key_desc", key]).encode()).decode()
    page = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": theirs}}
    said = postgraphile.in_our_words("dispatcher", {"allAlarms": page})
    cursor = said["alarms"]["pageInfo"]["endCursor"]
    assert cursor == encode_cursor([UUID(key)])


@pytest.mark.parametrize("query", QUERIES)
def test_the_documents_are_valid_and_their_operations_are_named(query: str) -> None:
    assert not _faults(DOCUMENTS[query])
    assert re.search(rf"(query|mutation) {OPERATION_NAMES[query]}\b", DOCUMENTS[query])
    assert OPERATION_NAMES[query] in OPERATIONS


def test_new_documents_are_valid_and_all_different() -> None:
    chance = Random(1)
    documents = [new_document(chance, number) for number in range(50)]
    assert len(set(documents)) == 50
    assert not [fault for document in documents for fault in _faults(document)]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_what_subscribers_select_is_valid(selection: str) -> None:
    assert not _faults(f"subscription {{ alarmChanged {{ alarm {{ {selection} }} }} }}")


def test_frames_are_split_wherever_they_were_cut() -> None:
    messages = [b"a", b"b" * 200, b"c" * 70_000]
    heads = [b"\x81\x01", b"\x81\x7e\x00\xc8", b"\x81\x7f" + (70_000).to_bytes(8, "big")]
    stream = b"".join(head + message for head, message in zip(heads, messages, strict=True))
    for cut in (0, 1, 4, 5, 206, 210, len(stream) - 1, len(stream)):
        first, kept = split_frames(stream[:cut])
        rest, left = split_frames(kept + stream[cut:])
        assert [payload for _, payload in first + rest] == messages
        assert left == b""


@pytest.mark.parametrize("length", [3, 300])
def test_a_clients_frame_is_masked(length: int) -> None:
    frame = masked_frame(0x1, b"x" * length)
    assert frame[0] == 0x81
    assert frame[1] & 0x80
    assert frame.endswith(b"\0\0\0\0" + b"x" * length)


def _faults(document: str) -> list[str]:
    return [fault.message for fault in validate(schema._schema, parse(document))]
