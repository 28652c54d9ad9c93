"""Certificates, training and assignments as clients see them."""

from datetime import date, datetime

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration
from api.elders.types import Elder
from api.plan.declare import column, computed, node, one
from api.plan.shapes import row_type_of
from api.regions.types import Region
from api.relay import Node
from domain.access import Permission
from domain.calendar import today
from domain.caregivers import models
from domain.caregivers.assignments import lacking_today
from domain.caregivers.certificates import NUMBER
from domain.caregivers.visibility import (
    care_assignment_visible,
    certificate_visible,
    training_record_visible,
)
from domain.crypto import place
from domain.periods import holds

enumeration(
    models.CertificateKind,
    "What a certificate says of who holds it.",
    CAREGIVER="养老护理员职业技能等级证书 a caregiver's, with a grade.",
    HEALTH="健康证明 a clean bill of health, for a year as a rule.",
    NURSE="护士执业证书 a nurse's licence.",
    FIRST_AID="急救培训证书 first aid.",
)

enumeration(
    models.CareAssignmentKind,
    "What a caregiver does for an elder; each takes certificates of its own.",
    PERSONAL_CARE="生活照护 personal care: takes CAREGIVER and HEALTH.",
    NURSING="护理 nursing: takes NURSE and HEALTH.",
    COMPANY="陪伴 company: takes HEALTH.",
)


def _is_good(certificate: models.Certificate, _: Context) -> bool:
    return certificate.withdrawn_at is None and holds(certificate, today())


def _number(certificate: models.Certificate, context: Context) -> str:
    where = place(NUMBER, certificate.account_id)
    return context.vault.open(certificate.number_cipher, where)


def _hours(record: models.TrainingRecord, _: Context) -> float:
    return record.half_hours / 2


@node(models.Certificate, visible=certificate_visible)
class Certificate(Node):
    """A certificate that somebody who works in care holds. It never changes: a renewal is another
    one, and one that was wrong is withdrawn."""

    account: Account | None = one(models.Certificate.account_id)
    """Who holds it; null where you may not see them."""
    region: Region = one(models.Certificate.region_code)
    """Where they worked when it was entered."""
    kind: models.CertificateKind
    """What it says of them."""
    grade: int | None
    """Of a caregiver's: 1 (高级技师, the best) to 5 (初级工); null for any other."""
    number: str = column(models.Certificate.number_masked)
    """Its number, masked: ****42."""
    full_number: str | None = computed(
        _number,
        needs=[models.Certificate.account_id, models.Certificate.number_cipher],
        permission=Permission.CERTIFICATE_KEEP,
        discloses=models.Certificate.id,
    )
    """Its number in full, for those who keep certificates; null for others. Who was shown it is in
    the audit trail."""
    issued_by: str
    """Who has issued it."""
    since: date
    """From which day on it is good."""
    until: date
    """The day on which it is good no more; one that never ends has the day on which it is to be
    looked at again."""
    good: bool = computed(
        _is_good,
        needs=[
            models.Certificate.withdrawn_at,
            models.Certificate.since,
            models.Certificate.until,
        ],
    )
    """Whether it is good today."""
    recorded_at: datetime
    """When it was entered."""
    recorded_by: Account | None = one(models.Certificate.recorded_by)
    """Who entered it; null where you may not see them."""
    withdrawn_at: datetime | None
    """When somebody said that it is not good; null where nobody has."""
    withdrawn_by: Account | None = one(models.Certificate.withdrawn_by)
    """Who did; null where you may not see them."""
    withdrawn_because: str | None
    """Why."""


@node(models.TrainingRecord, visible=training_record_visible)
class TrainingRecord(Node):
    """Hours that somebody who works in care was trained on a day."""

    account: Account | None = one(models.TrainingRecord.account_id)
    """Who; null where you may not see them."""
    region: Region = one(models.TrainingRecord.region_code)
    """Where they worked when it was entered."""
    course: str
    """What they were trained in."""
    hours: float = computed(_hours, needs=[models.TrainingRecord.half_hours])
    """For how long, in half hours."""
    day: date
    """On which day."""
    proof: str | None
    """The number of the paper that says so; null where there is none."""
    recorded_at: datetime
    """When it was entered."""
    recorded_by: Account | None = one(models.TrainingRecord.recorded_by)
    """Who entered it; null where you may not see them."""
    withdrawn_at: datetime | None
    """When it was taken back; null where it was not."""
    withdrawn_by: Account | None = one(models.TrainingRecord.withdrawn_by)
    """Who took it back; null where you may not see them."""


async def _lacking(
    assignment: models.CareAssignment, context: Context
) -> list[models.CertificateKind]:
    lacking = context.loaders.beside(row_type_of(CareAssignment), lacking_today)
    return list(await lacking.load(assignment.id) or ())


@node(models.CareAssignment, visible=care_assignment_visible)
class CareAssignment(Node):
    """That a caregiver does something for an elder, for some time."""

    elder: Elder | None = one(models.CareAssignment.elder_id)
    """For whom; null where you may not see the elder."""
    account: Account | None = one(models.CareAssignment.account_id)
    """The caregiver; null where you may not see them."""
    region: Region = one(models.CareAssignment.region_code)
    """Where the caregiver worked when it was set."""
    kind: models.CareAssignmentKind
    """What they do."""
    since: date
    """From which day on."""
    until: date | None
    """The day on which they do it no more; null where no end is set; the same as `since` for one
    that was ended before."""
    lacking: list[models.CertificateKind] | None = computed(
        _lacking, needs=[models.CareAssignment.id], permission=Permission.CARE_LAPSES_READ
    )
    """The certificates that it takes and that are not good today: the assignment has lapsed, until
    they are renewed. Empty where none is lacking, and where it is not in force. Null, with an entry
    in `extensions.masked`, for those who do not see a caregiver's certificates: the elder, the
    family and advisors."""
    set_at: datetime
    """When it was set."""
    set_by: Account | None = one(models.CareAssignment.set_by)
    """Who set it; null where you may not see them."""
    ended_at: datetime | None
    """When it was ended; null where nobody has."""
    ended_by: Account | None = one(models.CareAssignment.ended_by)
    """Who ended it; null where you may not see them."""
    version: int
    """How often it has been written; `careAssignmentEnd` takes it as `expectedVersion`."""
