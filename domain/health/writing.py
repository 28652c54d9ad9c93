"""What people write into the health record, checked and sealed: diagnoses, allergies,
medication."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor
from domain.calendar import today
from domain.clock import is_clock
from domain.crypto import Vault, place
from domain.errors import InvalidInput
from domain.health.contents import (
    AllergyContent,
    AllergySeverity,
    Intake,
    MedicationContent,
    MedicationFrequency,
    about,
    opened_medication,
    sealed,
)
from domain.health.entries import (
    ALLERGIES,
    CONDITIONS,
    MEDICATIONS,
    believed,
    elder_in_care,
    enter,
    instead,
)
from domain.health.icd_10 import icd_10
from domain.health.lifecycle import EntryAction
from domain.health.models import Allergy, AllergyKind, ElderCondition, Medication
from domain.lines import line
from domain.periods import holds
from domain.reasons import Reason

MAX_NAME = 100
"""Characters of what something is called."""

MAX_TEXT = 200
"""Characters of a reaction, a source, a note."""

MAX_INTAKES = 12
"""Doses of a day."""

SMALLEST_DOSE, MOST_OF_A_DOSE = Decimal("0.001"), Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Period:
    """When something holds.

    Parameters:
        since: the first day; today if None.
        until: the first day no more; None for good.
    """

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis to be entered.

    Parameters:
        code: of ICD-10, however it is written.
        name: what it is called; the code if None.
        source: who says so, or which paper does.
    """

    code: str
    name: str | None
    source: str


async def add_condition(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    elder_id: UUID,
    wanted: Diagnosis,
    period: Period,
) -> ElderCondition:
    """Enter a diagnosis.

    Raises: NotFound(elder_id), PermissionDenied, InvalidInput(code, name, source, since or until),
        AlreadyExists where the code is known on one of these days.
    """
    elder = await elder_in_care(session, actor, elder_id)
    code = icd_10(wanted.code)
    if code is None:
        raise InvalidInput("code", reason=Reason.ICD_10)
    said = {
        "code_cipher": code,
        "name_cipher": code if wanted.name is None else line("name", wanted.name, MAX_NAME),
        "source_cipher": line("source", wanted.source, MAX_TEXT),
    }
    return await enter(
        session,
        CONDITIONS,
        elder,
        actor,
        since=period.since,
        until=period.until,
        about_hash=about(vault, "elder_condition", elder.id, code),
        **{
            column: vault.seal(text, place(f"elder_condition.{column}", elder.id))
            for column, text in said.items()
        },
    )


async def add_allergy(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    elder_id: UUID,
    kind: AllergyKind,
    wanted: AllergyContent,
    period: Period,
) -> Allergy:
    """Enter an allergy.

    Raises: NotFound(elder_id), PermissionDenied, InvalidInput(substance, reaction, source, since or
        until), AlreadyExists where one to the same substance is known on one of these days.
    """
    elder = await elder_in_care(session, actor, elder_id)
    content = AllergyContent(
        line("substance", wanted.substance, MAX_NAME),
        None if wanted.reaction is None else line("reaction", wanted.reaction, MAX_TEXT),
        AllergySeverity(wanted.severity),
        line("source", wanted.source, MAX_TEXT),
    )
    return await enter(
        session,
        ALLERGIES,
        elder,
        actor,
        kind=kind,
        since=period.since,
        until=period.until,
        about_hash=about(vault, "allergy", elder.id, content.substance),
        content_cipher=sealed(vault, "allergy.content_cipher", elder.id, content),
    )


async def add_medication(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    elder_id: UUID,
    wanted: MedicationContent,
    period: Period,
) -> Medication:
    """Enter what is taken. One name has one entry on a day: each dose of the day has an amount of
    its own.

    Raises: NotFound(elder_id), PermissionDenied, InvalidInput(name, intakes, prescribed_by, note,
        since or until), AlreadyExists where the same is taken on one of these days.
    """
    elder = await elder_in_care(session, actor, elder_id)
    content = _checked(wanted)
    return await enter(
        session,
        MEDICATIONS,
        elder,
        actor,
        since=period.since,
        until=period.until,
        about_hash=about(vault, "medication", elder.id, content.name),
        content_cipher=sealed(vault, "medication.content_cipher", elder.id, content),
    )


async def change_medication(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    key: UUID,
    wanted: MedicationContent,
    since: date | None,
) -> Medication:
    """Have it taken otherwise from a day on; what was taken before stays. Returns: the new entry.

    Parameters:
        wanted: its name is not looked at: it stays.
        since: the first day of the change; today if None.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(intakes,
        prescribed_by, note, or since for a day on which it is not taken).
    """
    entry = await believed(session, actor, MEDICATIONS, key, EntryAction.CHANGE)
    name = opened_medication(vault, entry).name
    content = _checked(replace(wanted, name=name))
    day, until = since or today(), entry.until
    if not holds(entry, day):
        raise InvalidInput("since", reason=Reason.WHILE_TAKEN)
    cipher = sealed(vault, "medication.content_cipher", entry.elder_id, content)
    if day == entry.since:
        return await instead(session, actor, entry, content_cipher=cipher)
    before = await instead(session, actor, entry, until=day)
    after = before.model_dump(include={"elder_id", "about_hash"})
    fresh = Medication(**after, since=day, until=until, content_cipher=cipher, entered_by=actor.id)
    session.add(fresh)
    await session.flush()
    return fresh


def _checked(wanted: MedicationContent) -> MedicationContent:
    """Raises: InvalidInput of the field."""
    return replace(
        wanted,
        name=line("name", wanted.name, MAX_NAME),
        intakes=_intakes(wanted.frequency, wanted.intakes),
        prescribed_by=line("prescribed_by", wanted.prescribed_by, MAX_NAME),
        note=None if wanted.note is None else line("note", wanted.note, MAX_TEXT),
    )


def _intakes(frequency: MedicationFrequency, given: Sequence[Intake]) -> tuple[Intake, ...]:
    """In the order of the clock. Raises: InvalidInput(intakes)."""
    as_needed = frequency is MedicationFrequency.AS_NEEDED
    if not 1 <= len(given) <= (1 if as_needed else MAX_INTAKES):
        raise InvalidInput("intakes", reason=Reason.INTAKES, most=MAX_INTAKES)
    times = [one.at for one in given]
    timed = all(at is not None and is_clock(at) for at in times)
    if (times != [None]) if as_needed else (not timed or len(set(times)) < len(times)):
        raise InvalidInput("intakes", reason=Reason.INTAKE_TIMES)
    if not all(_can_be_dosed(one.amount) for one in given):
        raise InvalidInput(
            "intakes", reason=Reason.RANGE, least=str(SMALLEST_DOSE), most=str(MOST_OF_A_DOSE)
        )
    return tuple(sorted(given, key=lambda one: one.at or ""))


def _can_be_dosed(amount: Decimal) -> bool:
    """NaN compares with nothing."""
    if not amount.is_finite() or not SMALLEST_DOSE <= amount <= MOST_OF_A_DOSE:
        return False
    return amount == amount.quantize(SMALLEST_DOSE)
