"""What verified visits give the time bank, over HTTP: each rule at its boundary."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.access import Actor, Role
from domain.calendar import today
from domain.database import Database
from domain.elders.models import Elder
from domain.ids import public_id
from domain.ledger.models import Currency, Holder
from domain.visits.lifecycle import VisitState
from tests.banking import done, own, refused
from tests.clients import Api
from tests.makers.accounts import make_person
from tests.makers.ledger import (
    account_of,
    balances,
    empty_ledger,
    make_rich,
    transfers,
    visit_of,
)
from tests.makers.visits import Scene, make_scene, make_volunteers
from tests.visiting import done as visited
from tests.visiting import refused as visit_refused

YESTERDAY = today() - timedelta(days=1)
HALF_A_DAY = 12 * 60
"""Minutes from noon to either midnight."""

SECOND = 1 / 60
"""In minutes."""


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    await empty_ledger(database)
    return await make_scene(database, api.district)


async def made(
    database: Database, scene: Scene, minutes: float, *, after: float = 0, who: Actor | None = None
) -> UUID:
    """A visit of yesterday's that waits to be verified."""
    async with database.transaction("test") as session:
        elder = await session.get_one(Elder, scene.elder_id)
        visitor = (who or scene.ann).id
        visit = visit_of(elder, visitor, YESTERDAY, minutes, state=VisitState.DONE, after=after)
        session.add(visit)
    return visit.id


async def verified(api: Api, scene: Scene, key: UUID) -> None:
    await visited(api, scene.station, "Verify", key, accepted=True)


@pytest.mark.parametrize(
    ("lasted", "counted"), [(29.9, 0), (30, 30), (59.9, 30), (60, 60), (119.9, 90), (120, 120)]
)
async def test_minutes_are_rounded_down_to_30(
    api: Api, database: Database, scene: Scene, lasted: float, counted: int
) -> None:
    await verified(api, scene, await made(database, scene, lasted))
    account = await own(api, scene.ann)
    assert (account and account["balance"]) == (str(counted) if counted else None)
    assert await transfers(database) == (1 if counted else 0)


async def test_no_hour_without_a_verified_visit(api: Api, database: Database, scene: Scene) -> None:
    key = await made(database, scene, 60)
    assert await own(api, scene.ann) is None
    rejected = await made(database, scene, 60, after=90)
    await visited(api, scene.station, "Verify", rejected, accepted=False)
    assert await own(api, scene.ann) is None
    await verified(api, scene, key)
    account = await own(api, scene.ann)
    assert account["volunteer"] == {"id": public_id("volunteer", scene.ann.id)}
    assert (account["balance"], account["held"], account["available"]) == ("60", "0", "60")
    (posting,) = account["postings"]["nodes"]
    assert posting["transfer"]["visit"] == {"id": public_id("visit_task", key)}
    assert posting["transfer"]["creditedOn"] == YESTERDAY.isoformat()


async def test_one_credit_per_visit(api: Api, database: Database, scene: Scene) -> None:
    key = await made(database, scene, 60)
    await verified(api, scene, key)
    again = await visit_refused(api, scene.station, "Verify", key, accepted=True)
    assert again == ("ILLEGAL_TRANSITION", None)
    assert await transfers(database) == 1


async def test_a_dry_run_of_a_verification_gives_nothing(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await made(database, scene, 60)
    await visited(api, scene.station, "Verify", key, accepted=True, dryRun=True)
    assert await transfers(database) == 0


@pytest.mark.parametrize(
    ("lasting", "kept", "donated"),
    [((120,), 120, 0), ((150,), 120, 30), ((90, 60), 120, 30), ((120, 30), 120, 30)],
)
async def test_at_most_120_minutes_a_day_and_what_is_over_is_donated(
    api: Api, database: Database, scene: Scene, lasting: tuple[int, ...], kept: int, donated: int
) -> None:
    for place, minutes in enumerate(lasting):
        await verified(api, scene, await made(database, scene, minutes, after=200 * place))
    assert (await own(api, scene.ann))["balance"] == str(kept)
    found = await balances(database, Currency.MINUTES)
    assert found.get(Holder.DONATED, 0) == donated
    assert sum(found.values()) == 0


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        (-HALF_A_DAY - SECOND, 180),
        (-HALF_A_DAY, 120),
        (HALF_A_DAY - SECOND, 120),
        (HALF_A_DAY, 180),
    ],
)
async def test_a_visits_day_is_the_one_on_which_it_began_by_the_districts_clock(
    api: Api, database: Database, scene: Scene, after: float, kept: int
) -> None:
    """Beside one that gave all of yesterday's 120 minutes."""
    await verified(api, scene, await made(database, scene, 120))
    await verified(api, scene, await made(database, scene, 60, after=after))
    assert (await own(api, scene.ann))["balance"] == str(kept)
    assert (await balances(database, Currency.MINUTES)).get(Holder.DONATED, 0) == 180 - kept


@pytest.mark.parametrize(("before", "kept", "donated"), [(35_940, 60, 0), (35_970, 30, 30)])
async def test_at_most_36000_minutes_in_all(
    api: Api, database: Database, scene: Scene, before: int, kept: int, donated: int
) -> None:
    await make_rich(database, scene, before)
    # Spent or not: it counts what was ever given.
    await done(api, scene.ann, "timeBankDonate", minutes=20_000)
    await verified(api, scene, await made(database, scene, 60))
    account = await account_of(database, scene.ann)
    assert account
    assert account.balance == before - 20_000 + kept
    assert (await balances(database, Currency.MINUTES))[Holder.DONATED] == 20_000 + donated
    await verified(api, scene, await made(database, scene, 60, after=90))
    account = await account_of(database, scene.ann)
    assert account
    assert account.balance == 36_000 - 20_000


async def test_both_of_a_persons_roles_as_a_volunteer_count_as_one(
    api: Api, database: Database, scene: Scene
) -> None:
    (other,) = await make_volunteers(database, scene.region_code[:6])
    await make_person(database, accounts=[scene.ann.id, other.id])
    await verified(api, scene, await made(database, scene, 90))
    await verified(api, scene, await made(database, scene, 90, after=100, who=other))
    assert (await own(api, scene.ann))["balance"] == "90"
    assert (await own(api, other))["balance"] == "30"


async def test_a_credit_is_taken_back_once_and_its_day_is_free_again(
    api: Api, database: Database, scene: Scene
) -> None:
    await verified(api, scene, await made(database, scene, 150))
    (posting,) = (await own(api, scene.ann))["postings"]["nodes"]
    wrong = {"id": posting["transfer"]["id"], "reason": "重复录入"}
    for who in (scene.station, Role.OFFICIAL):
        denied = await refused(api, who, "ledgerTransferReverse", **wrong)
        assert denied in {("PERMISSION_DENIED", None), ("NOT_FOUND", "id")}
    back = await done(api, Role.ADMIN, "ledgerTransferReverse", **wrong)
    assert (back["kind"], back["amount"], back["reason"]) == ("REVERSAL", "150", "重复录入")
    assert back["reverses"] == {"id": wrong["id"]}
    assert (await own(api, scene.ann))["balance"] == "0"
    assert await refused(api, Role.ADMIN, "ledgerTransferReverse", **wrong) == (
        "ALREADY_EXISTS",
        "id",
    )
    again = {"id": back["id"], "reason": "再冲"}
    assert await refused(api, Role.ADMIN, "ledgerTransferReverse", **again) == (
        "INVALID_INPUT",
        "id",
    )
    found = await balances(database, Currency.MINUTES)
    assert set(found.values()) == {0}
    await verified(api, scene, await made(database, scene, 120, after=200))
    assert (await own(api, scene.ann))["balance"] == "120"
