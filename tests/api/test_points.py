"""Happiness points over HTTP, and what districts' books come to."""

from typing import Any

import pytest

from domain.access import Actor, ConsentScope, Role
from domain.database import Database
from domain.ids import public_id
from domain.ledger.models import Currency, Holder
from tests.banking import done, elder_id, own, refused
from tests.clients import Api
from tests.makers.accounts import make_person
from tests.makers.family import link_of, set_scopes
from tests.makers.ledger import balances, empty_ledger, make_ledger, transfers
from tests.makers.visits import make_volunteers

TOTALS = """query ($region: String!) { ledgerTotals(region: $region) { currency balance
  holders { holder accounts balance held } } }"""


@pytest.fixture(autouse=True)
async def nothing_posted(database: Database) -> None:
    await empty_ledger(database)


async def test_points_are_granted_with_a_reason_and_spent(api: Api, database: Database) -> None:
    mother = elder_id(api.district.mother_id)
    given = await done(
        api, Role.OFFICIAL, "pointsGrant", elderId=mother, points=100, reason=" 参加合唱队 "
    )
    assert (given["kind"], given["currency"], given["reason"]) == (
        "POINTS_GRANT",
        "POINTS",
        "参加合唱队",
    )
    account = await own(api, Role.ELDER, "POINTS")
    assert (account["balance"], account["elder"]) == ("100", {"id": mother})
    for who, points in ((Role.ELDER, 30), (Role.STATION, 70)):
        spent = {"id": account["id"], "points": points, "reason": "兑换理发"}
        await done(api, who, "pointsRedeem", **spent)
    more = {"id": account["id"], "points": 1, "reason": "兑换理发"}
    assert await refused(api, Role.ELDER, "pointsRedeem", **more) == (
        "INSUFFICIENT_BALANCE",
        "points",
    )
    found = await balances(database, Currency.POINTS)
    assert found == {Holder.ELDER: 0, Holder.ISSUED: -100, Holder.REDEEMED: 100}


async def test_points_are_no_minutes(api: Api, database: Database) -> None:
    (volunteer,) = await make_volunteers(database, "330102")
    named = public_id("volunteer", volunteer.id)
    await done(api, Role.ADMIN, "pointsGrant", volunteerId=named, points=500, reason="年度之星")
    assert await own(api, volunteer) is None
    assert await refused(api, volunteer, "timeBankRedeem", minutes=1) == (
        "INSUFFICIENT_BALANCE",
        "minutes",
    )
    assert (await own(api, volunteer, "POINTS"))["balance"] == "500"


async def test_what_is_no_grant_is_refused_by_its_field(api: Api, database: Database) -> None:
    mother, nobody = elder_id(api.district.mother_id), elder_id(api.district.mother_id)[:-1] + "0"
    good: dict[str, Any] = {"elderId": mother, "points": 1, "reason": "生日"}
    volunteer = public_id("volunteer", api.district.players[Role.VOLUNTEER].account_id)
    for change, expected in (
        ({"points": 0}, ("INVALID_INPUT", "points")),
        ({"points": 10_001}, ("INVALID_INPUT", "points")),
        ({"reason": "  "}, ("INVALID_INPUT", "reason")),
        ({"reason": "好" * 2001}, ("INVALID_INPUT", "reason")),
        ({"elderId": None}, ("INVALID_INPUT", "elderId")),
        ({"volunteerId": volunteer}, ("INVALID_INPUT", "elderId")),
        ({"elderId": nobody}, ("NOT_FOUND", "elderId")),
    ):
        assert await refused(api, Role.OFFICIAL, "pointsGrant", **good | change) == expected
    for who in (Role.ELDER, Role.STATION):
        assert await refused(api, who, "pointsGrant", **good) == ("PERMISSION_DENIED", None)
    assert await transfers(database) == 0


async def test_nobody_is_given_points_by_themselves_or_by_another_district(
    api: Api, database: Database
) -> None:
    official, mother = api.actor(Role.OFFICIAL), elder_id(api.district.mother_id)
    near, far = [(await make_volunteers(database, where))[0] for where in ("330102", "330108")]
    # Somebody who lives here and visits there.
    (there,) = await make_volunteers(database, "330108", lives_in="330102001")
    await make_person(database, accounts=[official.id, near.id, api.actor(Role.ELDER).id])

    def named(who: Actor) -> dict[str, Any]:
        return {"volunteerId": public_id("volunteer", who.id)}

    for whom, expected in (
        (named(near), ("CONFLICT_OF_INTEREST", "volunteerId")),
        ({"elderId": mother}, ("CONFLICT_OF_INTEREST", "elderId")),
        (named(there), ("PERMISSION_DENIED", None)),
        (named(far), ("NOT_FOUND", "volunteerId")),
    ):
        given = {"points": 9, "reason": "生日", **whom}
        assert await refused(api, official, "pointsGrant", **given) == expected
    assert await transfers(database) == 0


async def test_only_somebodys_points_are_spent(api: Api, database: Database) -> None:
    await make_ledger(database, api.district)
    page = "{ ledgerAccounts(first: 50) { nodes { id holder currency } } }"
    nodes = (await api.data(Role.ADMIN, page))["ledgerAccounts"]["nodes"]
    before = await transfers(database)
    for node in nodes:
        if (node["currency"], node["holder"] in ("ELDER", "VOLUNTEER")) != ("POINTS", True):
            spent = {"id": node["id"], "points": 1, "reason": "兑换"}
            assert await refused(api, Role.ADMIN, "pointsRedeem", **spent) == (
                "INVALID_INPUT",
                "id",
            )
    assert await transfers(database) == before


async def test_the_family_sees_points_with_consent_to_finance(api: Api, database: Database) -> None:
    await make_ledger(database, api.district)
    family = api.actor(Role.FAMILY)
    link = await link_of(database, family.id, api.district.mother_id)
    await set_scopes(database, link, set(ConsentScope) - {ConsentScope.FINANCE})
    assert await own(api, family, "POINTS") is None
    await set_scopes(database, link, (ConsentScope.FINANCE,))
    assert (await own(api, family, "POINTS"))["balance"] == "100"


async def test_a_districts_totals_sum_to_zero(api: Api, database: Database) -> None:
    await make_ledger(database, api.district)
    totals = (await api.data(Role.OFFICIAL, TOTALS, region="330102"))["ledgerTotals"]
    assert [(one["currency"], one["balance"]) for one in totals] == [
        ("MINUTES", "0"),
        ("POINTS", "0"),
    ]
    minutes = {one["holder"]: (one["balance"], one["held"]) for one in totals[0]["holders"]}
    assert minutes == {
        "VOLUNTEER": ("480", "30"),
        "ISSUED": ("-630", "0"),
        "REDEEMED": ("60", "0"),
        "DONATED": ("90", "0"),
    }
    for role in (Role.ADMIN, Role.AUDITOR):
        seen = await api.data(role, TOTALS, region="330102")
        assert seen["ledgerTotals"] == totals
    for region in ("33", "3301"):
        assert (await api.data(Role.ADMIN, TOTALS, region=region))["ledgerTotals"] == totals
    assert (await api.data(Role.ADMIN, TOTALS, region="330106"))["ledgerTotals"] == []


@pytest.mark.parametrize("role", list(Role))
async def test_totals_are_for_who_answers_for_all_of_them(api: Api, role: Role) -> None:
    may = role in (Role.OFFICIAL, Role.AUDITOR, Role.ADMIN)
    own_district = await api.post(role, TOTALS, {"region": "330102"})
    assert ("errors" not in own_district) is may
    street = await api.post(role, TOTALS, {"region": "330102001"})
    assert street["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    official = Actor(api.actor(Role.OFFICIAL).id, Role.OFFICIAL, "330102001")
    for who in (official, api.actor(Role.AUDITOR)):
        beyond = await api.post(who, TOTALS, {"region": "3301"})
        assert beyond["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"
