"""What comes with the beds at home: a model's, more for who needs more."""

from datetime import date
from uuid import UUID

import orjson

from domain.beds.package_models import PackageItem
from domain.elders.models import CareLevel
from yiyang.district import numbers
from yiyang.district.columns import Row
from yiyang.district.keys import Keys
from yiyang.district.moments import at
from yiyang.district.people import Resident

_USUAL = {
    PackageItem.DEVICE: 2,
    PackageItem.ADAPTATION: 1,
    PackageItem.CARE_VISIT: 8,
    PackageItem.BATH: 2,
    PackageItem.CALL: 4,
}
_MUCH = {
    **_USUAL,
    PackageItem.DEVICE: 4,
    PackageItem.CARE_VISIT: 20,
    PackageItem.NURSE_VISIT: 2,
    PackageItem.REHABILITATION: 4,
}
_NEEDS_MUCH = frozenset({CareLevel.SEVERE, CareLevel.COMPLETE})
_SAID = 615
"""The minute of the day."""


def package_row(keys: Keys, resident: Resident, stay_id: UUID, since: date, desk: object) -> Row:
    """What came with an elder's bed when they were admitted.

    Parameters:
        desk: the account that said so.
    """
    items = _MUCH if resident.vitals.care_level in _NEEDS_MUCH else _USUAL
    said = orjson.dumps({item.value: amount for item, amount in items.items()}).decode()
    key = keys[numbers.PACKAGE + resident.index]
    return key, stay_id, since, said, desk, at(since, _SAID)
