"""What an entry says, as it lies sealed, and by what it is told from others."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.crypto import Vault, place


class AllergySeverity(StrEnum):
    """How bad the worst reaction was."""

    MILD = "MILD"
    MODERATE = "MODERATE"
    SEVERE = "SEVERE"
    UNKNOWN = "UNKNOWN"


class MedicationUnit(StrEnum):
    """What a dose is counted in; by UCUM ug, mg, g, mL, [iU], [drp], and annotations of 1."""

    MICROGRAM = "MICROGRAM"
    MILLIGRAM = "MILLIGRAM"
    GRAM = "GRAM"
    MILLILITRE = "MILLILITRE"
    INTERNATIONAL_UNIT = "INTERNATIONAL_UNIT"
    DROP = "DROP"
    TABLET = "TABLET"
    CAPSULE = "CAPSULE"
    SACHET = "SACHET"
    PUFF = "PUFF"
    PATCH = "PATCH"


class MedicationFrequency(StrEnum):
    """On which days it is taken, counted from the first."""

    DAILY = "DAILY"
    EVERY_OTHER_DAY = "EVERY_OTHER_DAY"
    WEEKLY = "WEEKLY"
    AS_NEEDED = "AS_NEEDED"


@dataclass(frozen=True, slots=True)
class AllergyContent:
    """What is known of an allergy.

    Parameters:
        reaction: what happens; None where nobody has said.
        source: who says so, or which paper does.
    """

    substance: str
    reaction: str | None
    severity: AllergySeverity
    source: str


@dataclass(frozen=True, slots=True)
class Intake:
    """One dose of the day.

    Parameters:
        at: the district's clock, such as 08:00; None where it is taken as needed.
        amount: in the medication's unit.
    """

    at: str | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MedicationContent:
    """What is taken.

    Parameters:
        intakes: of a day on which it is taken, in the order of the clock.
        prescribed_by: who, or where.
        note: what else there is to say, such as "after a meal".
    """

    name: str
    unit: MedicationUnit
    frequency: MedicationFrequency
    intakes: Sequence[Intake]
    prescribed_by: str
    note: str | None


def sealed(
    vault: Vault, column: str, elder_id: UUID, content: AllergyContent | MedicationContent
) -> bytes:
    """A content as an elder's row keeps it.

    Parameters:
        column: ``table.column``.
    """
    text = json.dumps(asdict(content), default=str, ensure_ascii=False)
    return vault.seal(text, place(column, elder_id))


def opened_allergy(vault: Vault, row: Any) -> AllergyContent:
    """What is known of an allergy.

    Parameters:
        row: its elder and cipher.
    """
    found = _opened(vault, "allergy.content_cipher", row)
    return AllergyContent(**{**found, "severity": AllergySeverity(found["severity"])})


def opened_medication(vault: Vault, row: Any) -> MedicationContent:
    """What is taken.

    Parameters:
        row: its elder and cipher.
    """
    found = _opened(vault, "medication.content_cipher", row)
    return MedicationContent(
        found["name"],
        MedicationUnit(found["unit"]),
        MedicationFrequency(found["frequency"]),
        tuple(Intake(one["at"], Decimal(one["amount"])) for one in found["intakes"]),
        found["prescribed_by"],
        found["note"],
    )


def about(vault: Vault, table: str, elder_id: UUID, subject: str) -> bytes:
    """By what two entries of an elder's are of one thing: however it is written.

    Parameters:
        subject: a code, a substance, a name.
    """
    plain = " ".join(unicodedata.normalize("NFKC", subject).split()).casefold()
    return vault.digest(plain, place(f"{table}.about_hash", elder_id))


def _opened(vault: Vault, column: str, row: Any) -> dict[str, Any]:
    return json.loads(vault.open(row.content_cipher, place(column, row.elder_id)))
