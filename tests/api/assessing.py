"""The operations on assessments that clients send, and who sends them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.assessments.models import Assessment
from domain.assessments.scale import NEWEST
from domain.calendar import today
from domain.database import Database
from domain.ids import parse_public_id, public_id
from domain.outbox import OutboxEvent
from tests.clients import Api
from tests.makers.assessments import clear_assessments, make_assessor, make_colleague

ASSESSMENT = """
fragment Whole on Assessment {
  id state scale assessedOn validThrough total levelByTotal level availableActions
  elder { id careLevel } submittedBy { id } assessorsNeeded clinicalNeeded confirmedAt
  answers { parts { code points } items { code points } diagnoses riskEvents { kind on } grounds }
  history { action state clinical account { id } note }
}
"""
ERRORS = "userErrors { code field message blockers }"


def document(verb: str) -> str:
    """The mutation, whose payload is the same whatever it does."""
    kind = f"{verb[0].upper()}{verb[1:]}Input"
    return f"""{ASSESSMENT} mutation ($input: {kind}!) {{
      {verb}(input: $input) {{ assessment {{ ...Whole }} {ERRORS} }} }}"""


SUBMIT, CONFIRM, WITHDRAW = (
    document(f"assessment{verb}") for verb in ("Submit", "Confirm", "Withdraw")
)
LISTED = (
    ASSESSMENT
    + """query ($filter: AssessmentFilter) {
      assessments(first: 20, filter: $filter) { nodes { ...Whole } totalCount } }"""
)
OF_MOTHER = """query ($id: ID!) { elder(id: $id) {
  careLevel assessment { id level } assessments(first: 5) { nodes { id state level } } } }"""


@dataclass(frozen=True)
class Team:
    """Who assess where the mother lives: the station's player, who is no clinical assessor, and
    colleagues there."""

    first: Actor
    second: Actor
    clinical: Actor


async def make_team(database: Database, api: Api) -> Team:
    """In a district where nobody has been assessed."""
    await clear_assessments(database)
    first = api.actor(Role.STATION)
    await make_assessor(database, first.id, clinical=False)
    return Team(
        first,
        await make_colleague(database, first, clinical=False),
        await make_colleague(database, first, clinical=True),
    )


def mother(api: Api) -> str:
    return public_id("elder", api.district.mother_id)


def items(**points: int) -> list[dict[str, Any]]:
    """Everything at its best but what is said, such as B_1_1."""
    given = {item.code: item.most for item in NEWEST.items()}
    given |= {code.replace("_", "."): some for code, some in points.items()}
    return [{"code": code, "points": some} for code, some in given.items()]


SEVERE = items(**dict.fromkeys([f"B_1_{place}" for place in range(1, 9)], 0), B_2_1=0, B_2_2=0)
"""50 points; MODERATE without what counts beside."""


def form(api: Api, **different: Any) -> dict[str, Any]:
    """What was found of the mother today."""
    return {
        "elderId": mother(api),
        "assessedOn": today().isoformat(),
        "items": SEVERE,
        "diagnoses": ["F00.1"],
        **different,
    }


async def submit(api: Api, who: Role | Actor, **different: Any) -> dict[str, Any]:
    return (await api.data(who, SUBMIT, input=form(api, **different)))["assessmentSubmit"]


async def confirm(api: Api, who: Role | Actor, key: str) -> dict[str, Any]:
    return (await api.data(who, CONFIRM, input={"id": key}))["assessmentConfirm"]


async def withdraw(api: Api, who: Role | Actor, key: str) -> dict[str, Any]:
    return (await api.data(who, WITHDRAW, input={"id": key}))["assessmentWithdraw"]


async def confirmed(api: Api, team: Team, **different: Any) -> dict[str, Any]:
    """An assessment that counts."""
    submitted = (await submit(api, team.first, **different))["assessment"]
    return (await confirm(api, team.clinical, submitted["id"]))["assessment"]


def days_ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


def key_in(key: str) -> UUID:
    parsed = parse_public_id(key)
    assert parsed is not None
    return parsed[1]


async def rows(database: Database) -> list[tuple[Any, ...]]:
    """Every assessment as it stands."""
    columns = (col(Assessment.id), col(Assessment.state), col(Assessment.confirmed_at))
    found = await database.fetch(select(*columns).order_by(col(Assessment.id)))
    return [tuple(row) for row in found]


async def changes(database: Database, key: str) -> list[str]:
    """What the outbox tells of an assessment."""
    told = select(col(OutboxEvent.change)).where(
        col(OutboxEvent.topic) == "assessment", col(OutboxEvent.subject_id) == key_in(key)
    )
    return [row[0] for row in await database.fetch(told.order_by(col(OutboxEvent.position)))]
