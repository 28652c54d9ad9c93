"""The operations on assistance cases that clients send, and what they leave behind."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.assistance.models import AssistanceCase
from domain.database import Database
from domain.ids import parse_public_id, public_id
from domain.outbox import OutboxEvent
from tests.clients import Api

CASE = """
fragment Whole on AssistanceCase {
  id kind state region { code } submittedAt acceptedOn rejectReason availableActions
  elder { id name } submittedBy { name role } advisor { id } acceptedBy { name } rejectedBy { name }
  clock { workingDays dueOn provisional source policyPack }
  history { at action state account { name } note }
}
"""
SUBMIT = (
    CASE
    + """
mutation ($elder: ID!, $kind: AssistanceKind!, $note: String) {
  assistanceCaseSubmit(
    input: {elderId: $elder, kind: $kind, note: $note, clientMutationId: "m1"}
  ) {
    assistanceCase { ...Whole } userErrors { code field message blockers } clientMutationId
  }
}
"""
)
ACCEPT = (
    CASE
    + """
mutation ($id: ID!, $on: Date, $note: String) {
  assistanceCaseAccept(input: {id: $id, acceptedOn: $on, note: $note}) {
    assistanceCase { ...Whole } userErrors { code field message blockers }
  }
}
"""
)
REJECT = (
    CASE
    + """
mutation ($id: ID!, $reason: String!) {
  assistanceCaseReject(input: {id: $id, reason: $reason}) {
    assistanceCase { ...Whole } userErrors { code field message blockers }
  }
}
"""
)
CASES = (
    CASE
    + """
query ($filter: AssistanceCaseFilter) {
  assistanceCases(first: 20, filter: $filter) { nodes { ...Whole } totalCount }
}
"""
)
OF_MOTHER = """
query ($id: ID!) {
  elder(id: $id) {
    assistanceCases(first: 5) {
      totalCount nodes { id state elder { id } clock { dueOn } history { action } }
    }
  }
}
"""


def mother(api: Api) -> str:
    return public_id("elder", api.district.mother_id)


async def submit(
    api: Api, who: Role | Actor, kind: str = "MINIMUM_LIVING", note: str | None = None
) -> dict[str, Any]:
    data = await api.data(who, SUBMIT, elder=mother(api), kind=kind, note=note)
    return data["assistanceCaseSubmit"]


async def accept(
    api: Api, who: Role | Actor, case_id: str, on: str | None = None, note: str | None = None
) -> dict[str, Any]:
    data = await api.data(who, ACCEPT, id=case_id, on=on, note=note)
    return data["assistanceCaseAccept"]


async def reject(api: Api, who: Role | Actor, case_id: str, reason: str) -> dict[str, Any]:
    return (await api.data(who, REJECT, id=case_id, reason=reason))["assistanceCaseReject"]


def key_in(case_id: str) -> UUID:
    parsed = parse_public_id(case_id)
    assert parsed is not None
    assert parsed[0] == "assistance_case"
    return parsed[1]


async def changes(database: Database, case_id: str) -> list[str]:
    """What the outbox tells of a case."""
    statement = (
        select(col(OutboxEvent.change))
        .where(
            col(OutboxEvent.topic) == "assistance_case",
            col(OutboxEvent.subject_id) == key_in(case_id),
        )
        .order_by(col(OutboxEvent.position))
    )
    return [row[0] for row in await database.fetch(statement)]


async def stored(database: Database, case_id: str) -> AssistanceCase:
    """A case as it stands in its table."""
    async with database.transaction("test") as session:
        found = await session.get(AssistanceCase, key_in(case_id))
    assert found is not None
    return found
