"""What is asked by one is decided by another."""

from domain.access import Role
from tests.makers.accounts import make_person
from tests.makers.colleagues import make_colleague
from tests.rights import Desk


async def test_who_may_ask_and_who_may_decide(desk: Desk) -> None:
    before = await desk.everything()
    for who, code in ((Role.FAMILY, "PERMISSION_DENIED"), (Role.VENDOR, "NOT_FOUND")):
        (error,) = (await desk.submit(who))["userErrors"]
        assert error["code"] == code
    stranger = (await desk.submit(Role.GUARDIAN))["userErrors"]
    assert [error["code"] for error in stranger] == ["NOT_FOUND"]
    assert await desk.everything() == before
    request = await desk.asked()
    (error,) = (await desk.submit(Role.STATION))["userErrors"]
    assert error["code"] == "ALREADY_EXISTS"
    before = await desk.everything()
    for who, code in (
        (Role.ELDER, "PERMISSION_DENIED"),
        (Role.OFFICIAL, "PERMISSION_DENIED"),
        (Role.FAMILY, "NOT_FOUND"),
    ):
        for name, more in (("Approve", {}), ("Refuse", {"refusal": "NOT_PROVED"})):
            answer = await desk.call(who, f"dataRequest{name}", id=request, **more)
            assert [error["code"] for error in answer["userErrors"]] == [code]
    assert await desk.everything() == before


async def test_nobody_decides_what_they_have_asked_for(desk: Desk) -> None:
    """Neither in the same account nor in another of the same person."""
    request = await desk.asked(Role.STATION)
    station = desk.api.actor(Role.STATION)
    person_id = await make_person(desk.database, accounts=[station.id])
    second = await make_colleague(desk.database, station, person_id)
    before = await desk.everything()
    for who in (Role.STATION, second):
        (error,) = (await desk.decided(request, who))["userErrors"]
        assert error["code"] == "CONFLICT_OF_INTEREST"
    assert await desk.everything() == before
    assert (await desk.decided(request, desk.colleague))["userErrors"] == []


async def test_refused_with_a_reason_and_withdrawn_before(desk: Desk) -> None:
    first = await desk.asked()
    refused = await desk.call(
        Role.STATION, "dataRequestRefuse", id=first, refusal="NOT_IDENTIFIED", note="请本人来"
    )
    assert refused["userErrors"] == []
    seen = await desk.shown(Role.ELDER, first)
    assert (seen["state"], seen["refusal"], seen["note"]) == (
        "REFUSED",
        "NOT_IDENTIFIED",
        "请本人来",
    )
    assert (await desk.shown(Role.OFFICIAL, first))["note"] is None
    second = await desk.asked()
    taken_back = await desk.call(Role.ELDER, "dataRequestWithdraw", id=second)
    assert taken_back["dataRequest"]["state"] == "WITHDRAWN"
    before = await desk.everything()
    for request in (first, second):
        (error,) = (await desk.decided(request))["userErrors"]
        assert error["code"] == "ILLEGAL_TRANSITION"
        (error,) = (await desk.call(Role.ELDER, "dataRequestWithdraw", id=request))["userErrors"]
        assert error["code"] == "ILLEGAL_TRANSITION"
    assert await desk.everything() == before
