"""A press of the button reaches those who may see it, and no one else."""

from domain.access import Role
from domain.alarms.models import AlarmSeverity, AlarmType
from domain.alarms.service import Signal, raise_alarms
from domain.calendar import now
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api

HOME = """
query Home($id: ID!) {
  viewer { id name role region { code name } }
  elder(id: $id) {
    id name gender birthDate age careLevel address region { code name level } tags
    contacts { name relation phone callingOrder }
    devices { id kind lastSeenAt online elder { id } }
    alarms(first: 5) { nodes { id type state level acknowledgedBy { name } } totalCount
      pageInfo { hasNextPage endCursor } streamCursor }
  }
}
"""

CHANGED = """
subscription Changed($after: String) {
  alarmChanged(after: $after) {
    cursor change alarm { id type severity state raisedAt spokenText availableActions
      elder { id name } device { id kind } }
  }
}
"""

ACKNOWLEDGE = """
mutation ($id: ID!) {
  alarmAcknowledge(input: {id: $id, clientMutationId: "m1"}) {
    alarm { id state acknowledgedBy { name role } availableActions }
    userErrors { code field message } clientMutationId
  }
}
"""


async def test_a_daughter_sees_her_mother_whole(api: Api) -> None:
    mother = public_id("elder", api.district.mother_id)
    data = await api.data(Role.FAMILY, HOME, id=mother)
    assert data["viewer"]["role"] == "FAMILY"
    assert data["elder"]["id"] == mother
    assert {device["kind"] for device in data["elder"]["devices"]} == {"SOS_BUTTON", "SLEEP_BAND"}
    assert data["elder"]["contacts"][0]["phone"][3:7] == "****"


async def test_a_press_reaches_the_daughter_who_answers(api: Api, database: Database) -> None:
    district = api.district
    async with api.socket(Role.FAMILY) as daughter:
        home = await api.data(Role.FAMILY, HOME, id=public_id("elder", district.mother_id))
        await daughter.subscribe(CHANGED, after=home["elder"]["alarms"]["streamCursor"])
        await press(database, api)
        event = (await daughter.next())["data"]["alarmChanged"]
        assert event["change"] == "RAISED"
        assert event["alarm"]["elder"]["id"] == public_id("elder", district.mother_id)
        assert event["alarm"]["availableActions"] == ["ACKNOWLEDGE", "COMMENT"]
        answered = await api.data(Role.FAMILY, ACKNOWLEDGE, id=event["alarm"]["id"])
        assert answered["alarmAcknowledge"]["userErrors"] == []
        assert answered["alarmAcknowledge"]["alarm"]["state"] == "ACKNOWLEDGED"
        assert (await daughter.next())["data"]["alarmChanged"]["change"] == "ACKNOWLEDGED"


async def press(database: Database, api: Api) -> None:
    district = api.district
    async with database.transaction("test") as session:
        signal = Signal(
            elder_id=district.mother_id,
            device_id=district.sos_button_id,
            region_code=(await _region(api)),
            type=AlarmType.SOS,
            severity=AlarmSeverity.CRITICAL,
            at=now(),
        )
        await raise_alarms(session, [signal])


async def _region(api: Api) -> str:
    query = "query ($id: ID!) { elder(id: $id) { region { code } } }"
    data = await api.data(Role.ADMIN, query, id=public_id("elder", api.district.mother_id))
    return data["elder"]["region"]["code"]
