"""As ``criteria``, of those who work in care."""

from datetime import UTC, date, datetime
from typing import Any

import strawberry

from api.advising.contact_notes import ContactNoteFilter
from api.advising.lists import SuggestionListFilter
from api.advising.queries import CareNeedFilter, CaseloadFilter, NoContactInput
from api.caregivers.queries import CareAssignmentFilter, CertificateFilter, TrainingRecordFilter
from api.plan.filters import Filter
from domain.advising.lifecycle import CareNeedState
from domain.advising.models import (
    CareNeed,
    CareNeedKind,
    CareNeedUrgency,
    Caseload,
    ContactChannel,
    ContactNote,
    SuggestionList,
)
from domain.caregivers.models import (
    CareAssignment,
    CareAssignmentKind,
    Certificate,
    CertificateKind,
    TrainingRecord,
)

_KEY = "019b" * 8


def _account(key: str) -> strawberry.ID:
    return strawberry.ID(f"account_{key}")


WORKERS: list[tuple[Any, Filter, Filter]] = [
    (
        Certificate.id,
        CertificateFilter(
            region="33",
            account=_account(_KEY),
            kind=list(CertificateKind),
            expiring_before=date(2026, 2, 28),
            renewed=False,
            withdrawn=False,
        ),
        CertificateFilter(
            region="330102",
            account=_account(_KEY[::-1]),
            kind=[],
            expiring_before=date(1999, 1, 1),
            renewed=False,
            withdrawn=False,
        ),
    ),
    (
        Caseload.id,
        CaseloadFilter(
            region="33",
            elder=strawberry.ID(f"elder_{_KEY}"),
            account=_account(_KEY),
            on=date(2026, 2, 28),
            in_need=True,
            no_contact=NoContactInput(),
        ),
        CaseloadFilter(
            region="330102",
            elder=strawberry.ID(f"elder_{_KEY[::-1]}"),
            account=_account(_KEY[::-1]),
            on=date(1999, 1, 1),
            in_need=True,
            no_contact=NoContactInput(days=365),
        ),
    ),
    (
        CareNeed.id,
        CareNeedFilter(
            region="33",
            elder=strawberry.ID(f"elder_{_KEY}"),
            state=list(CareNeedState),
            kind=list(CareNeedKind),
            urgency=list(CareNeedUrgency),
        ),
        CareNeedFilter(
            region="330102",
            elder=strawberry.ID(f"elder_{_KEY[::-1]}"),
            state=[CareNeedState.OPEN],
            kind=[],
            urgency=[CareNeedUrgency.URGENT],
        ),
    ),
    (
        ContactNote.id,
        ContactNoteFilter(
            elder=strawberry.ID(f"elder_{_KEY}"),
            account=_account(_KEY),
            channel=list(ContactChannel),
            since=datetime(2026, 2, 28, tzinfo=UTC),
            until=datetime(2026, 3, 1, tzinfo=UTC),
            withdrawn=False,
        ),
        ContactNoteFilter(
            elder=strawberry.ID(f"elder_{_KEY[::-1]}"),
            account=_account(_KEY[::-1]),
            channel=[ContactChannel.HOME],
            since=datetime(1999, 1, 1, tzinfo=UTC),
            until=datetime(1999, 1, 1, tzinfo=UTC),
            withdrawn=False,
        ),
    ),
    (
        SuggestionList.id,
        SuggestionListFilter(elder=strawberry.ID(f"elder_{_KEY}"), current=True),
        SuggestionListFilter(elder=strawberry.ID(f"elder_{_KEY[::-1]}"), current=True),
    ),
    (
        TrainingRecord.id,
        TrainingRecordFilter(region="33", account=_account(_KEY)),
        TrainingRecordFilter(region="330102", account=_account(_KEY[::-1])),
    ),
    (
        CareAssignment.id,
        CareAssignmentFilter(
            region="33",
            elder=strawberry.ID(f"elder_{_KEY}"),
            account=_account(_KEY),
            kind=list(CareAssignmentKind),
            on=date(2026, 2, 28),
            lapsed_on=date(2026, 2, 28),
        ),
        CareAssignmentFilter(
            region="330102",
            elder=strawberry.ID(f"elder_{_KEY[::-1]}"),
            account=_account(_KEY[::-1]),
            kind=[CareAssignmentKind.COMPANY],
            on=date(1999, 1, 1),
            lapsed_on=date(1999, 1, 1),
        ),
    ),
]
"""Two filters of each list that have one shape and other values, with the key of what they
find."""
