"""Who is entered in the register, and what becomes of an entry."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from stdnum.iso7064 import mod_11_2

from domain.access import Role
from domain.crypto import Vault, place
from domain.database import Database
from domain.elders.citizen_id import citizen_id
from domain.errors import InvalidInput
from domain.ids import parse_public_id
from tests.clients import Api
from tests.makers.canteens import years_ago

MUTATION = """mutation ($input: {name}Input!) {{ {field}(input: $input) {{
  elder {{ id name gender birthDate careLevel idNumber address phone version region {{ code }} }}
  userErrors {{ code field message }} }} }}"""
HISTORY = """query ($id: ID!) { elder(id: $id) { version
  history { field before after account { name } } } }"""
ALL = "SELECT count(*), sum(xmin::text::bigint) FROM elder"


def number(division: str = "330103", day: str = "19410530", sequence: int = 28) -> str:
    """An id number with a good check character."""
    first = f"{division}{day}{sequence:03}"
    return first + mod_11_2.calc_check_digit(first)


async def entered(api: Api, role: Role = Role.STATION, **given: Any) -> Any:
    """The payload of an entry; what is not said is good."""
    usual = {
        "name": "沈桂香",
        "gender": "FEMALE",
        "birthDate": "1941-05-30",
        "idNumber": number(),
        "regionCode": await community(api),
        "address": "上城区清波街道清波门社区南山路12弄3幢2单元501室",
        "phone": "138 1234 5678",
    }
    return await ask(api, role, "elderRegister", **usual | given)


async def ask(api: Api, who: Role, field: str, **given: Any) -> Any:
    query = MUTATION.format(name=field[0].upper() + field[1:], field=field)
    return (await api.data(who, query, input=given))[field]


async def community(api: Api) -> str:
    """The first one of the station's region."""
    query = """query ($region: String) { regions(first: 1, filter: {prefix: $region,
      level: COMMUNITY}) { nodes { code } } }"""
    data = await api.data(Role.ADMIN, query, region=api.actor(Role.STATION).region)
    return data["regions"]["nodes"][0]["code"]


async def rows(database: Database) -> Any:
    return [tuple(row) for row in await database.rows(ALL, (), once=False)]


def errors(payload: Any) -> list[tuple[str, str | None]]:
    return [(one["code"], one["field"]) for one in payload["userErrors"]]


async def test_an_entry_is_sealed_and_shown_masked(
    api: Api, database: Database, vault: Vault
) -> None:
    payload = await entered(api)
    assert payload["userErrors"] == []
    elder = payload["elder"]
    shown = {
        "name": "沈桂香",
        "careLevel": None,
        "idNumber": "330103************",
        "address": "上城区清波街道清波门社区****",
        "phone": "138****5678",
        "version": 1,
    }
    assert shown.items() <= elder.items()
    parsed = parse_public_id(elder["id"])
    assert parsed is not None
    query = "SELECT id_number_hash, id_number_cipher FROM elder WHERE id = $1"
    ((hashed, sealed),) = await database.rows(query, (parsed[1],), once=False)
    assert hashed == vault.digest(number(), "elder.id_number_hash")
    assert vault.open(sealed, "elder.id_number_cipher") == number()
    assert number().encode() not in sealed


@pytest.mark.parametrize(
    "good",
    [
        number("330103"),  # 下城区, until 2021
        number("330104"),  # 江干区, until 2021
        number("330102", "19040229"),  # born before numbers were, in a leap year
        f" {number(sequence=3).lower()} ",
    ],
)
def test_an_id_number_of_a_division_that_exists_or_existed(good: str) -> None:
    assert citizen_id(good) == good.strip().upper()


@pytest.mark.parametrize(
    "bad",
    [
        number()[:-1] + ("0" if number()[-1] != "0" else "1"),
        number("330199"),  # no division, ever
        number("000000"),
        number(day="19410230"),
        number(day="19000229"),
        number(day="19411301"),
        number()[:-1],
        number() + "0",
        "33010341053002",  # the fifteen digits of before 1999, without a century
        "３" + number()[1:],
        "",
    ],
)
def test_an_id_number_that_cannot_be(bad: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        citizen_id(bad)
    assert refused.value.field == "id_number"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"idNumber": "330103194105300281"}, ("INVALID_INPUT", "idNumber")),
        ({"birthDate": "1941-05-31"}, ("INVALID_INPUT", "birthDate")),
        ({"name": "  "}, ("INVALID_INPUT", "name")),
        ({"name": "沈" * 51}, ("INVALID_INPUT", "name")),
        ({"address": ""}, ("INVALID_INPUT", "address")),
        ({"phone": "057112345678"}, ("INVALID_INPUT", "phone")),
        ({"regionCode": "330102"}, ("INVALID_INPUT", "regionCode")),
        ({"regionCode": "330102999999"}, ("NOT_FOUND", "regionCode")),
        ({"regionCode": "330106002051"}, ("PERMISSION_DENIED", "regionCode")),
    ],
    ids=lambda one: "-".join(map(str, one))[:40] if isinstance(one, dict) else "",
)
async def test_what_cannot_be_is_refused_by_its_field(
    api: Api, database: Database, given: Any, error: Any
) -> None:
    before = await rows(database)
    payload = await entered(api, **given)
    assert errors(payload) == [error]
    assert payload["elder"] is None
    assert await rows(database) == before


async def test_who_is_sixty_may_be_entered_and_a_day_younger_not(api: Api) -> None:
    born = years_ago(60)
    for day, fits in ((born, True), (born + timedelta(days=1), False)):
        given: dict[str, Any] = {"birthDate": str(day), "idNumber": number(day=f"{day:%Y%m%d}")}
        assert errors(await entered(api, **given)) == (
            [] if fits else [("INVALID_INPUT", "birthDate")]
        )


async def test_a_second_entry_of_a_number_is_refused_and_tells_nobody_whose_it_is(
    api: Api,
) -> None:
    answers = await asyncio.gather(*(entered(api) for _ in range(5)))
    refused = [one for payload in answers for one in payload["userErrors"]]
    assert [one["code"] for one in refused] == ["ALREADY_EXISTS"] * 4
    assert all("沈" not in one["message"] and "330103" not in one["message"] for one in refused)
    # Nor is it told where the other lives, for whom the actor cannot see.
    other = await entered(api, Role.ADMIN, regionCode="330106002051", idNumber=number(sequence=4))
    assert other["userErrors"] == []
    (unseen,) = (await entered(api, idNumber=number(sequence=4)))["userErrors"]
    assert unseen == refused[0]


async def test_who_moves_to_another_region_keeps_their_history(api: Api) -> None:
    elder = (await entered(api))["elder"]
    given = {"id": elder["id"], "regionCode": "330106002051", "address": "西湖区北山街道1号"}
    moved = await ask(api, Role.STATION, "elderUpdate", **given, phone="13912345678")
    # From now on they are another region's.
    assert moved == {"elder": None, "userErrors": []}
    told = (await api.data(Role.ADMIN, HISTORY, id=elder["id"]))["elder"]
    assert told["version"] == 2
    assert [(one["field"], one["before"], one["after"]) for one in told["history"]] == [
        (None, None, None),
        ("REGION", elder["region"]["code"], "330106002051"),
        ("ADDRESS", elder["address"], "西湖区北山街****"),
        ("PHONE", "138****5678", "139****5678"),
    ]
    assert len({str(one["account"]) for one in told["history"]}) == 1


async def test_what_was_there_before_is_sealed_to_the_elder(
    api: Api, database: Database, vault: Vault
) -> None:
    elder = (await entered(api))["elder"]
    await ask(api, Role.STATION, "elderUpdate", id=elder["id"], withoutPhone=True, name="沈桂花")
    query = "SELECT elder_id, before_cipher FROM elder_log WHERE field = 'PHONE'"
    ((elder_id, sealed),) = await database.rows(query, (), once=False)
    assert b"13812345678" not in sealed
    assert vault.open(sealed, place("elder_log.before_cipher", UUID(elder_id))) == "13812345678"
    told = (await api.data(Role.OFFICIAL, HISTORY, id=elder["id"]))["elder"]["history"]
    assert [(one["before"], one["after"]) for one in told[1:]] == [
        ("沈桂香", "沈桂花"),
        ("138****5678", None),
    ]


async def test_a_number_and_a_day_of_birth_agree_after_a_change(
    api: Api, database: Database
) -> None:
    elder = (await entered(api))["elder"]
    before = await rows(database)
    alone = {"id": elder["id"], "birthDate": "1942-05-30"}
    assert errors(await ask(api, Role.STATION, "elderUpdate", **alone)) == [
        ("INVALID_INPUT", "birthDate")
    ]
    assert await rows(database) == before
    both = {**alone, "idNumber": number(day="19420530")}
    assert errors(await ask(api, Role.STATION, "elderUpdate", **both, expectedVersion=1)) == []
    late = {"id": elder["id"], "name": "沈桂花", "expectedVersion": 1}
    assert errors(await ask(api, Role.STATION, "elderUpdate", **late)) == [
        ("VERSION_CONFLICT", "expectedVersion")
    ]


async def test_whoever_only_reads_enters_nobody(api: Api, database: Database) -> None:
    elder = (await entered(api))["elder"]
    before = await rows(database)
    for role in (Role.OFFICIAL, Role.DISPATCHER):
        assert errors(await entered(api, role, idNumber=number(sequence=4))) == [
            ("PERMISSION_DENIED", None)
        ]
        changed = await ask(api, role, "elderUpdate", id=elder["id"], name="沈桂花")
        assert errors(changed) == [("PERMISSION_DENIED", None)]
    assert await rows(database) == before
