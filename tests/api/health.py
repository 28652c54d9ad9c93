"""The health record in tests: a mother with an empty one, and how it is written and read."""

from typing import Any

from domain.access import Actor, Role
from domain.ids import public_id
from tests.clients import Api

MUTATION = """mutation ($input: {name}Input!) {{ {field}(input: $input) {{
  {object} {{ {shown} }} userErrors {{ code field message }} }} }}"""

_OBJECTS = {"condition": "elderCondition"}
_ENTRY = "id since until withdrawnAt withdrawnBy { name } enteredBy { name } availableActions"
_SHOWN = {
    "condition": f"{_ENTRY} code name source",
    "allergy": f"{_ENTRY} kind substance reaction severity source",
    "medication": f"{_ENTRY} name unit frequency intakes {{ at amount }} prescribedBy note",
    "measurement": "id kind value diastolic withdrawnAt availableActions",
    "elder": "id newestMeasurements { id kind value diastolic unit takenAt }",
}

PENICILLIN = {"kind": "DRUG", "substance": "青霉素", "source": "市一医院出院小结"}
HYPERTENSION = {"code": "I10", "source": "市一医院出院小结"}
AMLODIPINE = {
    "name": "氨氯地平",
    "unit": "TABLET",
    "frequency": "DAILY",
    "intakes": [{"at": "08:00", "amount": "1"}],
    "prescribedBy": "清波街道社区卫生服务中心",
}


async def ask(api: Api, who: Role | Actor, field: str, **given: Any) -> Any:
    """A mutation's payload; its object stands under ``object``."""
    thing = next((one for one in _SHOWN if field.startswith(one)), "elder")
    thing = "elder" if field == "measurementAdd" else thing
    name = _OBJECTS.get(thing, thing)
    query = MUTATION.format(
        name=field[0].upper() + field[1:], field=field, object=name, shown=_SHOWN[thing]
    )
    payload = (await api.data(who, query, input=given))[field]
    return {"object": payload[name], "userErrors": payload["userErrors"]}


async def done(api: Api, who: Role | Actor, field: str, **given: Any) -> Any:
    """The object of a mutation that must succeed."""
    payload = await ask(api, who, field, **given)
    assert payload["userErrors"] == [], payload
    return payload["object"]


async def refused(api: Api, who: Role | Actor, field: str, **given: Any) -> tuple[str, str | None]:
    """Code and field of the one thing that a mutation is refused for."""
    (error,) = (await ask(api, who, field, **given))["userErrors"]
    assert error["message"]
    return error["code"], error["field"]


def mother_of(api: Api) -> str:
    """The mother's global id."""
    return public_id("elder", api.district.mother_id)
