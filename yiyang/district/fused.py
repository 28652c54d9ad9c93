"""Who answers for the ward's bed beside the house (医康养一张床), and the code that hangs at it."""

from datetime import timedelta
from hashlib import sha256
from typing import Final

from domain.beds.models import CoManagerRole
from yiyang.district import numbers
from yiyang.district.columns import Batch, Row
from yiyang.district.moments import at
from yiyang.district.people import Resident
from yiyang.district.setting import Setting

_CODED_DAYS, _AGREED_DAYS, _NAMED_DAYS = 150, 90, 2
_TEN: Final = 10 * 60


def add_fused(batch: Batch, setting: Setting, resident: Resident, stay: Row) -> None:
    """Two who answer for a stay, to one of whom the guardian has agreed, and a code whose print
    nobody has kept.

    Parameters:
        stay: the row of ``bed_stay``.
    """
    key, bed_id, _, region_code, *_ = stay
    street, offices = resident.community.street_code, setting.offices
    desk, guardian = offices.stations[street], setting.relative(resident)
    agreed, named, coded = (
        at(setting.today - timedelta(days), _TEN)
        for days in (_AGREED_DAYS, _NAMED_DAYS, _CODED_DAYS)
    )
    care, cure = CoManagerRole.CARE.value, CoManagerRole.REHABILITATION.value
    first, second = (setting.keys[numbers.CO_MANAGER + place] for place in range(2))
    batch["bed_stay_manager"] += [
        (first, key, care, offices.caregivers[street], desk, agreed, guardian, agreed),
        (second, key, cure, offices.advisors[street][0], desk, named, None, None),
    ]
    code = sha256(f"{setting.seed}/code/{bed_id}".encode()).digest()
    row = (setting.keys[numbers.CARE_CODE], bed_id, region_code, code, desk, coded)
    batch["care_code"].append(row)
