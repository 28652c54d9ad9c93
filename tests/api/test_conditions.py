"""Diagnoses: for those who care, by consent, sealed, and who has seen them is known."""

import asyncpg
import pytest
from cryptography.exceptions import InvalidTag

from domain.access import Role
from domain.crypto import Vault, place
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.trail import trail

CONDITIONS = "query ($id: ID!) { elder(id: $id) { conditions { code name since until } } }"


@pytest.fixture
async def ill(database_url: str, vault: Vault, api: Api) -> str:
    """The mother, who has high blood pressure and nothing else. Returns: her global id."""
    sql, mother = await asyncpg.connect(database_url), api.district.mother_id
    await sql.execute("DELETE FROM elder_condition WHERE elder_id = $1", mother)
    await sql.execute(
        "INSERT INTO elder_condition (elder_id, since, code_cipher, name_cipher)"
        " VALUES ($1, '2019-03-01', $2, $3)",
        mother,
        vault.seal("I10", place("elder_condition.code_cipher", mother)),
        vault.seal("原发性高血压", place("elder_condition.name_cipher", mother)),
    )
    await sql.close()
    return public_id("elder", mother)


@pytest.mark.parametrize("beside", ["", '__type(name: "Elder") { name }'], ids=["planned", "not"])
async def test_who_is_shown_it_is_in_the_trail(
    api: Api, database: Database, ill: str, beside: str
) -> None:
    query = CONDITIONS.replace(") { elder", f") {{ {beside} elder")
    elder = (await api.data(Role.ADMIN, query, id=ill))["elder"]
    shown = {"code": "I10", "name": "原发性高血压", "since": "2019-03-01", "until": None}
    assert elder["conditions"] == [shown]
    (entry,) = await trail(database, action="read")
    assert entry.elder_id == api.district.mother_id
    assert entry.fields == ["ElderCondition.code", "ElderCondition.name", "ElderCondition.since"]


async def test_a_daughter_sees_it_while_her_mother_consents(
    api: Api, database: Database, database_url: str, ill: str
) -> None:
    assert (await api.data(Role.FAMILY, CONDITIONS, id=ill))["elder"]["conditions"]
    sql = await asyncpg.connect(database_url)
    await sql.execute("UPDATE family_link SET health_record_until = NULL")
    await sql.close()
    answer = await api.post(Role.FAMILY, CONDITIONS, {"id": ill})
    assert answer["data"]["elder"]["conditions"] is None
    mask = {"path": ["elder", "conditions"], "reason": "NO_CONSENT"}
    assert answer["extensions"]["masked"] == [mask]
    assert len(await trail(database, action="read")) == 1


async def test_an_official_sees_none(api: Api, database: Database, ill: str) -> None:
    assert (await api.data(Role.OFFICIAL, CONDITIONS, id=ill))["elder"]["conditions"] == []
    assert await trail(database, action="read") == []


async def test_it_opens_in_no_other_elders_row(
    api: Api, database_url: str, vault: Vault, ill: str
) -> None:
    sql = await asyncpg.connect(database_url)
    sealed = await sql.fetchval(
        "SELECT name_cipher FROM elder_condition WHERE elder_id = $1", api.district.mother_id
    )
    await sql.close()
    with pytest.raises(InvalidTag):
        vault.open(sealed, place("elder_condition.name_cipher", api.district.neighbour_id))
