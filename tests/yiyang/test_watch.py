"""`yiyang watch` on a real server, in lines: every change once, over every break."""

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from domain import outbox
from domain.access import Actor, Role
from domain.alarms.models import AlarmPurpose, AlarmSeverity, AlarmType
from domain.calendar import now
from domain.coverage.chain import whole_chain_broken
from domain.database import Database
from tests.client_examples.story import answer, button_of, escalate_all, ring, ring_everywhere
from tests.client_examples.wire import wire_to
from tests.clients import Api
from tests.conftest import free_port
from tests.yiyang.watcher import watching
from yiyang.watch import WatchFailure, watch


async def test_a_line_for_each_change(api: Api, database: Database) -> None:
    district = api.district
    await ring(database, district.sos_button_id, ago=timedelta(minutes=2))
    async with watching(api.ws_url, api.token(Role.DISPATCHER)) as watcher:
        await watcher.until(lambda: watcher.changes == ["OPEN"])
        await ring(database, district.sos_button_id)
        await answer(database, api.actor(Role.DISPATCHER), district.mother_id)
        slow = AlarmType.BRADYCARDIA
        await ring(database, district.sleep_band_id, type=slow, severity=AlarmSeverity.MAJOR)
        await watcher.until(lambda: len(watcher.lines) == 5)
    assert watcher.changes == ["OPEN", "REPEATED", "ACKNOWLEDGED", "RAISED", "MERGED"]
    name = district.players[Role.DISPATCHER].name
    who = ["王筱琴", "78", "清波门社区"]
    opened, _, acknowledged, raised, _ = (line[2:-2] for line in watcher.lines)
    assert opened == ["CRITICAL", "SOS", "RAISED", "1", *who, "-"]
    assert acknowledged == ["CRITICAL", "SOS", "ACKNOWLEDGED", "1", *who, name]
    assert raised == ["MAJOR", "BRADYCARDIA", "RAISED", "1", *who, "-"]
    assert all(line[0].endswith("+08:00") for line in watcher.lines)


async def test_it_ends_after_so_many_changes(api: Api, database: Database) -> None:
    await ring(database, api.district.sos_button_id)
    console = Console(file=StringIO())
    await watch(api.ws_url, api.token(Role.DISPATCHER), changes=0, console=console)
    assert isinstance(console.file, StringIO)
    assert console.file.getvalue().count("\tOPEN\t") == 1


async def test_one_sees_what_one_may_see(api: Api, database: Database) -> None:
    district = api.district
    stranger = Actor(district.neighbour_daughter_id, Role.FAMILY)
    neighbours_button = await button_of(database, district.neighbour_id)
    await ring(database, district.sos_button_id)
    await ring(database, neighbours_button)
    async with watching(api.ws_url, api.token(stranger)) as watcher:
        await watcher.until(lambda: watcher.changes == ["OPEN"])
        await ring(database, district.sos_button_id)
        await ring(database, neighbours_button)
        await watcher.until(lambda: watcher.changes == ["OPEN", "REPEATED"])
    assert [line[6] for line in watcher.lines] == ["沈佩瑶", "沈佩瑶"]


async def test_a_station_and_a_drill_are_shown_and_test_calls_are_not(
    api: Api, database: Database
) -> None:
    async with database.transaction("test") as session:
        await whole_chain_broken(session, now())
    async with watching(api.ws_url, api.token(Role.ADMIN)) as watcher:
        await watcher.until(lambda: watcher.changes == ["OPEN"])
        await ring(database, api.district.sos_button_id, purpose=AlarmPurpose.CANARY)
        await ring(database, api.district.sos_button_id, purpose=AlarmPurpose.DRILL)
        await watcher.until(lambda: len(watcher.lines) == 2)
    broken, drill = (line[2:] for line in watcher.lines)
    assert [broken[1], broken[5], broken[-1]] == ["CHAIN_BROKEN", "-", "REAL"]
    assert broken[4] == "清波街道居家养老服务中心"
    assert [drill[1], drill[4], drill[-1]] == ["SOS", "王筱琴", "DRILL"]
    async with watching(api.ws_url, api.token(Role.ADMIN)) as again:
        await again.until(lambda: again.changes == ["OPEN", "OPEN"])


async def test_nothing_is_missed_or_doubled_over_breaks(
    api: Api, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    button = api.district.sos_button_id
    await ring(database, button)
    async with (
        wire_to(api.port) as wire,
        watching(f"ws://127.0.0.1:{wire.port}/graphql", api.token(Role.STATION)) as watcher,
    ):
        await watcher.until(lambda: watcher.changes == ["OPEN"])
        for _ in range(2):
            await wire.cut()
            await ring(database, button)
            await ring(database, button)
            await wire.mend()
            await ring(database, button)
        await watcher.until(lambda: len(watcher.lines) == 7)
        await answer(database, api.actor(Role.STATION), api.district.mother_id)
        await watcher.until(lambda: watcher.changes[-1] == "ACKNOWLEDGED")
    assert watcher.changes == ["OPEN", *["REPEATED"] * 6, "ACKNOWLEDGED"]
    assert "trying again in" in capsys.readouterr().err


async def test_a_cursor_that_the_server_has_forgotten(api: Api, database: Database) -> None:
    button = api.district.sos_button_id
    await ring(database, button)
    async with (
        wire_to(api.port) as wire,
        watching(f"ws://127.0.0.1:{wire.port}/graphql", api.token(Role.STATION)) as watcher,
    ):
        await watcher.until(lambda: watcher.changes == ["OPEN"])
        await wire.cut()
        await ring(database, button)
        await escalate_all(database, 2)
        async with database.transaction("test") as session:
            assert await outbox.prune(session, timedelta(0)) == 2
        await wire.mend()
        await watcher.until(lambda: len(watcher.lines) == 2)
        await answer(database, api.actor(Role.STATION), api.district.mother_id)
        await watcher.until(lambda: len(watcher.lines) == 3)
    assert watcher.changes == ["OPEN", "OPEN", "ACKNOWLEDGED"]
    assert [line[5] for line in watcher.lines] == ["1", "2", "2"]


async def test_more_open_alarms_than_a_page_holds(api: Api, database: Database) -> None:
    number = await ring_everywhere(database)
    assert number > 200
    async with watching(api.ws_url, api.token(Role.ADMIN)) as watcher:
        await watcher.until(lambda: len(watcher.lines) >= number)
    assert len({line[-2] for line in watcher.lines}) == len(watcher.lines) == number


async def test_no_server(api: Api) -> None:
    url = f"ws://127.0.0.1:{free_port()}/graphql"
    with pytest.raises(WatchFailure, match=rf"{url} \(connection refused\).*yiyang demo.*--url"):
        await watch(url, api.token(Role.STATION))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ws://127.0.0.1:{port}/nowhere", r"\(HTTP 40\d\)"),
        ("http://127.0.0.1:{port}/graphql", "scheme isn't ws or wss"),
    ],
)
async def test_no_graphql_there(api: Api, url: str, reason: str) -> None:
    with pytest.raises(WatchFailure, match=rf"{reason}.*--url"):
        await watch(url.format(port=api.port), api.token(Role.STATION))


async def test_a_token_that_is_none(api: Api) -> None:
    with pytest.raises(WatchFailure, match=r"does not accept the token.*yiyang token"):
        await watch(api.ws_url, "not-a-token")


async def test_a_token_that_expires_meanwhile(api: Api) -> None:
    with pytest.raises(WatchFailure, match="may have expired"):
        await watch(api.ws_url, api.token(Role.STATION, timedelta(seconds=3)))
