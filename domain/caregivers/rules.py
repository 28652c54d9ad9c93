"""What working in care takes: rules as data.

*Fixture*: no district's own, but near to what contracts ask for; each sets its own here.
"""

from collections.abc import Mapping
from typing import Final

from domain.access import Role
from domain.caregivers.models import CareAssignmentKind, CertificateKind

NEEDS: Final[Mapping[CareAssignmentKind, tuple[CertificateKind, ...]]] = {
    CareAssignmentKind.PERSONAL_CARE: (CertificateKind.CAREGIVER, CertificateKind.HEALTH),
    CareAssignmentKind.NURSING: (CertificateKind.NURSE, CertificateKind.HEALTH),
    CareAssignmentKind.COMPANY: (CertificateKind.HEALTH,),
}
"""The certificates that have to be good on every day of an assignment, by what is done."""

QUALIFIES: Final = NEEDS[CareAssignmentKind.PERSONAL_CARE]
"""The certificates of a caregiver who counts as qualified."""

HALF_HOURS_A_YEAR: Final[Mapping[Role, int]] = {Role.CAREGIVER: 40}
"""Half hours of training that a role needs in a calendar year."""
