"""What the district has settled for itself, and the calendars that some read elsewhere."""

from datetime import timedelta
from hashlib import sha256
from typing import Final

from domain.alarms.models import AlarmSeverity
from yiyang.district import numbers
from yiyang.district.addresses import DISTRICT
from yiyang.district.columns import Batch
from yiyang.district.moments import at
from yiyang.district.scripts import STREET
from yiyang.district.setting import Setting

_ESCALATION: Final = (
    (DISTRICT, AlarmSeverity.MINOR, 600, 1_800, 1_800),
    (DISTRICT, AlarmSeverity.WARNING, 3_600, 14_400, 7_200),
)
"""Where, of what, and after how many seconds the street, the district and the same again are told.
Alarms that may cost a life pass on as the rules have it."""

_ASSESSORS, _CLINICAL, _MONTHS = 2, 1, 12
"""As the rules have it; the district has said so itself."""

_LINKED_DAYS, _RENEWED_DAYS = 60, 20
_NINE = 9 * 60


def add_policies(batch: Batch, setting: Setting) -> None:
    """How soon less urgent alarms pass on, and how elders are assessed, into a batch."""
    keys, official = setting.keys, setting.offices.of_district
    batch["escalation_policy"].extend(
        (keys[numbers.POLICY + place], code, severity.value, *seconds, official)
        for place, (code, severity, *seconds) in enumerate(_ESCALATION)
    )
    key = keys[numbers.POLICY + len(_ESCALATION)]
    row = (key, DISTRICT, _ASSESSORS, _CLINICAL, _MONTHS, official)
    batch["assessment_policy"].append(row)


def add_calendar_links(batch: Batch, setting: Setting) -> None:
    """The first volunteer's and the first street's caregiver's calendars, of whose addresses nobody
    knows the secret, into a batch; the caregiver has renewed theirs."""
    keys = setting.keys
    caregiver, volunteer = setting.offices.caregivers[STREET], keys[numbers.VOLUNTEER]
    links = (
        (caregiver, _LINKED_DAYS, _RENEWED_DAYS),
        (caregiver, _RENEWED_DAYS, None),
        (volunteer, _LINKED_DAYS, None),
    )
    for place, (account, days, revoked) in enumerate(links):
        # What it is the hash of is no text, so it is no secret that anybody could say.
        unsaid = sha256(f"{setting.seed}/calendar/{place}".encode()).digest()
        made, ended = (
            None if ago is None else at(setting.today - timedelta(ago), _NINE)
            for ago in (days, revoked)
        )
        key = keys[numbers.CALENDAR_LINK + place]
        batch["calendar_link"].append((key, account, sha256(unsaid).digest(), made, ended))
