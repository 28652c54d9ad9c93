"""From an application to a bed, over HTTP: families apply and accept, homes assess and offer."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from domain.access import Actor, ConsentScope, Role
from domain.beds.holding import let_go
from domain.beds.models import BedStay
from domain.calendar import now
from domain.database import Database
from domain.ids import parse_public_id, public_id
from tests.admissions import Homes, open_homes
from tests.clients import Api
from tests.makers.beds import make_bed, make_stay, on
from tests.makers.family import link_of, set_scopes

STAY = "query ($id: ID!) { bedStay(id: $id) { state endsOn startsOn } }"


@pytest.fixture
async def homes(api: Api, database: Database) -> Homes:
    return await open_homes(api, database, homes=3, elders=3)


def key(global_id: str) -> UUID:
    parsed = parse_public_id(global_id)
    assert parsed
    return parsed[1]


async def time_passes(homes: Homes, stay: str) -> None:
    """The hold is over, and the worker has looked."""
    past = {"held_until": now() - timedelta(seconds=1)}
    async with homes.database.transaction("test") as session:
        await session.execute(update(BedStay).where(col(BedStay.id) == key(stay)).values(past))
    for _ in range(2):
        async with homes.database.transaction("test") as session:
            await let_go(session, key(stay))


async def test_an_application_from_the_draft_until_the_elder_has_left(homes: Homes) -> None:
    application = await homes.applied()
    shown = await homes.shown(application)
    assert (shown["state"], shown["stay"], shown["place"]) == ("SUBMITTED", None, None)
    assert shown["availableActions"] == ["ASSESS", "REJECT"]
    await homes.done(homes.staff, "Assess", id=application)
    offered = await homes.done(homes.staff, "Offer", id=application, **homes.bed_for(0))
    assert (offered["state"], offered["stay"]["state"]) == ("OFFERED", "HELD")
    accepted = await homes.done(homes.relatives[0], "Accept", id=application)
    assert (accepted["state"], accepted["stay"]["state"]) == ("ACCEPTED", "RESERVED")
    assert accepted["availableActions"] == ["WITHDRAW"]
    admitted = await homes.done(homes.staff, "Admit", id=application)
    assert (admitted["state"], admitted["stay"]["state"]) == ("ADMITTED", "OCCUPIED")
    end = "mutation ($i: BedStayEndInput!) { bedStayEnd(input: $i) { userErrors { code } } }"
    await homes.api.data(homes.staff, end, i={"id": admitted["stay"]["id"]})
    left = await homes.shown(application)
    assert (left["state"], left["stay"]["state"]) == ("DISCHARGED", "CLEANING")
    assert [change["action"] for change in left["history"]] == [
        *("CREATE", "SUBMIT", "ASSESS", "OFFER", "ACCEPT", "ADMIT", "DISCHARGE")
    ]


async def test_accepting_one_withdraws_the_rest_and_frees_their_beds(homes: Homes) -> None:
    """Applies to three homes, is offered two beds, accepts one."""
    first, second, third = [await homes.assessed(0, home) for home in range(3)]
    await homes.done(homes.staff, "Offer", id=first, **homes.bed_for(0))
    other = await homes.done(homes.staff, "Offer", id=second, **homes.bed_for(1))
    await homes.done(homes.relatives[0], "Accept", id=first)
    for application in (second, third):
        shown = await homes.shown(application)
        assert (shown["state"], shown["stay"]) == ("WITHDRAWN", None)
        assert shown["history"][-1]["action"] == "WITHDRAW"
    freed = await homes.api.data(homes.staff, STAY, id=other["stay"]["id"])
    assert freed["bedStay"]["state"] == "CLOSED"
    late = await homes.refused(homes.relatives[0], "Accept", id=second)
    assert late["code"] == "ILLEGAL_TRANSITION"


async def test_an_offer_runs_out_at_its_time_and_the_application_may_wait_again(
    homes: Homes,
) -> None:
    application = await homes.assessed()
    offered = await homes.done(homes.staff, "Offer", id=application, **homes.bed_for(0))
    await time_passes(homes, offered["stay"]["id"])
    shown = await homes.shown(application)
    assert (shown["state"], shown["stay"]) == ("OFFER_EXPIRED", None)
    assert shown["history"][-1] | {"action": "EXPIRE", "account": None} == shown["history"][-1]
    late = await homes.refused(homes.relatives[0], "Accept", id=application)
    assert late["code"] == "ILLEGAL_TRANSITION"
    assert (await homes.done(homes.staff, "Waitlist", id=application))["place"]["number"] == 1


async def test_an_offer_that_nobody_has_swept_yet_is_accepted_no_more(homes: Homes) -> None:
    application = await homes.assessed()
    offered = await homes.done(homes.staff, "Offer", id=application, **homes.bed_for(0))
    past = {"held_until": now() - timedelta(seconds=1)}
    stay = key(offered["stay"]["id"])
    async with homes.database.transaction("test") as session:
        await session.execute(update(BedStay).where(col(BedStay.id) == stay).values(past))
    late = await homes.refused(homes.relatives[0], "Accept", id=application)
    assert (late["code"], late["field"]) == ("INVALID_INPUT", "id")


async def test_declining_an_offer_frees_the_bed_for_the_next(homes: Homes) -> None:
    application, other = await homes.assessed(0), await homes.assessed(1)
    await homes.done(homes.staff, "Offer", id=application, **homes.bed_for(0))
    taken = await homes.refused(homes.staff, "Offer", id=other, **homes.bed_for(0))
    assert (taken["code"], taken["field"], len(taken["blockers"])) == (
        *("BED_UNAVAILABLE", "bedId", 1),
    )
    declined = await homes.done(homes.relatives[0], "Withdraw", id=application, note="太远")
    assert (declined["state"], declined["stay"]) == ("WITHDRAWN", None)
    assert (await homes.done(homes.staff, "Offer", id=other, **homes.bed_for(0)))["stay"]


async def test_one_application_a_home_but_many_homes(homes: Homes) -> None:
    first = await homes.applied(0, 0)
    again = {
        "elderId": public_id("elder", homes.elders[0]),
        "stationId": public_id("station", homes.stations[0]),
        "kind": "INSTITUTION",
    }
    twice = await homes.refused(homes.relatives[0], "Create", **again)
    assert (twice["code"], twice["field"], twice["blockers"]) == (
        *("ALREADY_EXISTS", "stationId", [first]),
    )
    senseless = await homes.refused(homes.relatives[0], "Create", **{**again, "kind": "DAY"})
    assert (senseless["code"], senseless["field"]) == ("INVALID_INPUT", "kind")
    never = {**again, "kind": "INSTITUTION", "wantedFrom": on(366).isoformat()}
    far = await homes.refused(homes.relatives[0], "Create", **never)
    assert (far["code"], far["field"]) == ("INVALID_INPUT", "wantedFrom")
    assert await homes.applied(0, 1)
    await homes.done(homes.relatives[0], "Withdraw", id=first)
    assert await homes.applied(0, 0)


async def test_a_bed_of_another_home_or_another_kind_is_not_offered(homes: Homes) -> None:
    application = await homes.assessed(nursing=False)
    for bed in (0, 1):
        unfit = await homes.refused(homes.staff, "Offer", id=application, **homes.bed_for(bed))
        assert (unfit["code"], unfit["field"]) == ("INVALID_INPUT", "bedId")
    plain = await make_bed(homes.database, homes.stations[0], nursing=False, label="2")
    given = {**homes.bed_for(0), "bedId": public_id("bed", plain)}
    assert (await homes.done(homes.staff, "Offer", id=application, **given))["stay"]


async def test_who_lives_elsewhere_accepts_once_they_have_left(homes: Homes) -> None:
    lives = public_id(
        "bed_stay", await make_stay(homes.database, homes.beds[2], homes.elders[0], -5)
    )
    application = await homes.assessed()
    await homes.done(homes.staff, "Offer", id=application, **homes.bed_for(0))
    refused = await homes.refused(homes.relatives[0], "Accept", id=application)
    assert (refused["code"], refused["blockers"]) == ("ELDER_HAS_BED", [lives])


async def test_a_rejection_says_why(homes: Homes) -> None:
    application = await homes.applied()
    for reason in (" \u3000", "长" * 2001):
        refused = await homes.refused(homes.staff, "Reject", id=application, reason=reason)
        assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "reason")
    rejected = await homes.done(homes.staff, "Reject", id=application, reason="需专科护理")
    assert (rejected["state"], rejected["rejectReason"]) == ("REJECTED", "需专科护理")
    stale = await homes.applied()
    old = await homes.refused(homes.staff, "Reject", id=stale, reason="满员", expectedVersion=1)
    assert old["code"] == "VERSION_CONFLICT"


async def test_a_move_into_another_bed_keeps_the_application_with_the_elder(homes: Homes) -> None:
    application = await homes.assessed()
    await homes.done(homes.staff, "Offer", id=application, **homes.bed_for(0))
    await homes.done(homes.relatives[0], "Accept", id=application)
    admitted = await homes.done(homes.staff, "Admit", id=application)
    query = """mutation ($i: BedStayTransferInput!) {
      bedStayTransfer(input: $i) { bedStay { id } userErrors { code } } }"""
    given = {"id": admitted["stay"]["id"], "bedId": public_id("bed", homes.beds[1])}
    new = (await homes.api.data(homes.staff, query, i=given))["bedStayTransfer"]["bedStay"]
    shown = await homes.shown(application)
    assert (shown["state"], shown["stay"]["id"]) == ("ADMITTED", new["id"])


async def test_who_applies_does_not_decide_and_who_decides_does_not_apply(homes: Homes) -> None:
    application = await homes.applied()
    relative = homes.relatives[0]
    for who, verb, more in (
        (relative, "Assess", {}),
        (relative, "Offer", homes.bed_for(0)),
        (homes.staff, "Withdraw", {}),
        (Role.OFFICIAL, "Assess", {}),
    ):
        refused = await homes.refused(who, verb, id=application, **more)
        assert refused["code"] == "PERMISSION_DENIED"
    stranger = Actor(homes.staff.id, Role.STATION, "330108")
    assert (await homes.refused(stranger, "Assess", id=application))["code"] == "NOT_FOUND"
    assert await homes.shown(application, Role.OFFICIAL)
    assert await homes.shown(application, homes.relatives[1]) is None


async def test_one_of_the_family_applies_with_consent_and_the_home_sees_no_draft(
    homes: Homes,
) -> None:
    given = {
        "elderId": public_id("elder", homes.elders[0]),
        "stationId": public_id("station", homes.stations[0]),
        "kind": "INSTITUTION",
    }
    relative = homes.relatives[0]
    draft = await homes.done(relative, "Create", **given, dryRun=False)
    assert await homes.shown(draft["id"]) is None
    assert (await homes.shown(draft["id"], relative))["state"] == "DRAFT"
    link_id = await link_of(homes.database, relative.id, homes.elders[0])
    await set_scopes(homes.database, link_id, (ConsentScope.ALARMS,))
    refused = await homes.refused(relative, "Submit", id=draft["id"])
    assert refused["code"] == "NOT_FOUND"
    refused = await homes.refused(relative, "Create", **given)
    assert (refused["code"], refused["field"]) == ("NOT_FOUND", "elderId")
