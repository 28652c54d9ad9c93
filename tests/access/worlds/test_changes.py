"""Random worlds in which rights come and go: who follows alarms, by a socket or by a webhook, is
told what the oracle allows at that moment, and nothing else.

``make fuzz-access`` tries more of them, each time others.
"""

import pytest

from api.alarms import audience
from api.plan.shapes import row_type_of_table
from domain.access import Role
from domain.alarms.lifecycle import AlarmState
from domain.metadata import METADATA
from tests.access.readers import READERS
from tests.access.world import World
from tests.access.worlds.answers import in_force
from tests.access.worlds.comparing import disagreement
from tests.access.worlds.following import Event, Follower, Wish
from tests.access.worlds.ground import TIMEOUT_SECONDS, Tally
from tests.access.worlds.happenings import Happenings
from tests.access.worlds.selections import Chooser, Selection, Supply
from tests.access.worlds.stage import Stage, Stages
from tests.plans.tape import Tape

WORLDS = (1, 2, 3)
"""That are always the same."""

STEPS = 12
"""In each world."""

SEES_ALARMS = [
    *[Role.FAMILY] * 4,
    *(Role.GUARDIAN, Role.ELDER, Role.DISPATCHER, Role.STATION, Role.OFFICIAL, Role.VENDOR),
]
CALLED = 2

OBJECTS = 300
"""Rows that an event may be taken to have; a webhook's limit lies higher."""


@pytest.mark.timeout(TIMEOUT_SECONDS)
async def test_followers_are_told_what_the_oracle_allows(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "FEW", 0)  # even of one it is asked who may see what is new
    await stages.each(WORLDS, _try)


async def _try(stage: Stage, tally: Tally) -> None:
    first, *tapes = stage.ground.tapes(STEPS + 1)
    followers = await _followers(stage, first, tally)
    concerned = [follower.actor for follower in followers]
    world = stage.ground.world
    for tape in tapes:
        before = await stage.head()
        await Happenings(stage.ground, tape, concerned, tally.counts).go_on(world)
        world = await World.read_by(stage.ground.sql)
        for event in await stage.events(before):
            for follower in followers:
                await _compare(follower, world, event, tally)


async def _followers(stage: Stage, tape: Tape, tally: Tally) -> list[Follower]:
    chooser, found = Chooser(tape, Supply(stage.ground.world)), list[Follower]()
    for role in [*SEES_ALARMS, stage.ground.role(0)]:
        actor = stage.ground.one_of(tape, role)
        # Nobody gets a token for a role that is over.
        if in_force(stage.ground.world.tables["account"][actor.id]):
            found.append(await stage.subscribed(actor, _wish(chooser)))
    for _ in range(CALLED):
        actor, wish = stage.ground.one_of(tape, Role.VENDOR), _wish(chooser)
        follower = await stage.called(actor, wish)
        assert (follower is None) is _asks_too_much(wish.selection, actor.role), wish.text()
        tally.counts["called: refused"] += follower is None
        found += [follower] if follower else []
    return found


def _wish(chooser: Chooser) -> Wish:
    tape, selection = (
        chooser.tape,
        chooser.selection(row_type_of_table(METADATA.tables["alarm"]), 3, OBJECTS),
    )
    states = tape.pick([[], [], [], list(AlarmState)[:-1], [AlarmState.RAISED]])
    region = tape.pick(chooser.supply.regions) if tape.chance(15) else None
    return Wish(selection, tuple(states), region)


def _asks_too_much(selection: Selection, role: Role) -> bool:
    """Whether there is a field that a role reads of no row."""
    kind = selection.row_type.cls.__name__
    return any(
        role not in READERS.get((kind, field.name), Role)
        or (field.below is not None and _asks_too_much(field.below, role))
        for field in selection.fields
    )


async def _compare(follower: Follower, world: World, event: Event, tally: Tally) -> None:
    heard = await follower.line.heard(event.position, over=follower.is_over(world))
    wanted = follower.wanted(world, event)
    wrong = f"hears {heard}, should hear {wanted}"
    if len(heard) == len(wanted):
        found = (disagreement(one, *told) for one, told in zip(heard, wanted, strict=True))
        wrong = "".join(filter(None, found))
    assert not wrong, f"{follower.actor}, {event}\n{follower.wish.text()}\n{wrong}"
    kind = type(follower.line).__name__.lower()
    tally.counts[f"{kind}: told" if wanted else f"{kind}: not told"] += 1
    tally.counts["hidden"] += sum(len(masked) for _, masked in wanted)
