"""Random lists of random worlds as files: each line is the oracle's, and so is who has the file.

``make fuzz-access`` tries more of them, each time others.
"""

from typing import Any

import pytest

from api.exports.writing import Writer
from domain.access import Actor, Role
from domain.ids import parse_public_id
from tests.access.oracle import ORACLE
from tests.access.worlds.answers import Seen, in_force
from tests.access.worlds.comparing import Masked, difference
from tests.access.worlds.documents import listing
from tests.access.worlds.ground import TIMEOUT_SECONDS, Tally
from tests.access.worlds.selections import Chooser, Supply
from tests.access.worlds.stage import Stage, Stages
from tests.exporting import answer, fetch, read, rows_in

WORLDS = (1, 2)
"""That are always the same."""

EXPORTS = 12
"""In each world."""

UNFINISHED = ("WAITING", "RUNNING")

EXPORTERS = list(ORACLE["export"])

FOLLOW = "subscription ($id: ID!) { exportChanged(id: $id) { export { state rowCount } } }"


@pytest.mark.timeout(TIMEOUT_SECONDS)
async def test_files_hold_the_oracles_rows(stages: Stages) -> None:
    tally = await stages.each(WORLDS, _try)
    assert tally.counts["rows"] > tally.counts["files"] * 5  # some lists are short
    if tally.counts["files"] >= EXPORTS:  # a single world may hold nothing to refuse or to mask
        assert tally.counts["refused"] > 0
        assert tally.counts["hidden"] > tally.counts["files"]


async def _try(stage: Stage, tally: Tally) -> None:
    ground = stage.ground
    supply = Supply(ground.world)
    for turn, tape in enumerate(ground.tapes(EXPORTS)):
        role = tape.pick(EXPORTERS) if tape.chance(80) else ground.role(turn)
        actor, stranger = ground.one_of(tape, role), ground.one_of(tape, tape.pick(EXPORTERS))
        if in_force(ground.world.tables["account"][actor.id]):
            await _export(stage, actor, stranger, Chooser(tape, supply), tally)


async def _export(
    stage: Stage, actor: Actor, stranger: Actor, chooser: Chooser, tally: Tally
) -> None:
    field = chooser.listing()
    text, seen = listing(field), Seen(stage.ground.world, actor)
    started = await answer(stage.api, actor, text)
    if not _may(actor):
        assert [one["code"] for one in started["userErrors"]] == ["PERMISSION_DENIED"], actor
        tally.counts["refused"] += 1
        return
    assert started["userErrors"] == [], text
    export = await _write(stage, actor, stranger, started["export"]["id"])
    wanted = seen.rows(field)
    file = await fetch(stage.api, actor, export["url"])
    wrong = difference(rows_in(file.content), wanted)
    assert not wrong, f"{actor}\n{text}\n{wrong}"
    assert export["rowCount"] == export["expectedRows"] == len(wanted)
    assert export["maskedFields"] == _not_permitted(seen.masked)
    if stranger != actor:
        assert (await fetch(stage.api, stranger, export["url"])).status_code == 404
        assert await read(stage.api, stranger, export["id"]) is None
    tally.counts.update(files=1, rows=len(wanted), hidden=len(seen.masked))


def _may(actor: Actor) -> bool:
    """An official without a region has nothing to take out."""
    return actor.role in EXPORTERS and not (actor.role is Role.OFFICIAL and actor.region is None)


async def _write(stage: Stage, actor: Actor, stranger: Actor, export_id: str) -> Any:
    """The export once it is done; its owner follows it, and nobody else."""
    parsed = parse_public_id(export_id)
    assert parsed
    async with stage.api.socket(actor) as own, stage.api.socket(stranger) as other:
        await own.subscribe(FOLLOW, id=export_id)
        assert (await own.next())["data"]["exportChanged"]["export"]["state"] == "WAITING"
        writer = Writer(stage.ground.database, stage.ground.vault)
        # A turn lasts two seconds; a long list on a busy machine takes several.
        while (await read(stage.api, actor, export_id))["state"] in UNFINISHED:
            await writer.take_turn(parsed[1])
        last = None
        while (frame := await own.receive())["type"] == "next":
            last = frame["payload"]["data"]["exportChanged"]["export"]
        if stranger != actor:
            await other.subscribe(FOLLOW, id=export_id)
            frame = await other.receive()
            assert frame["payload"][0]["extensions"]["code"] == "NOT_FOUND"
    export = await read(stage.api, actor, export_id)
    assert last == {"state": export["state"], "rowCount": export["rowCount"]}
    assert export["state"] == "DONE"
    return export


def _not_permitted(masked: Masked) -> list[str]:
    """Fields that the role reads of no row, by their places in a line."""
    return sorted(
        {
            ".".join(part for part in path[2:] if isinstance(part, str))
            for path, reason in masked
            if reason == "NOT_PERMITTED"
        }
    )
