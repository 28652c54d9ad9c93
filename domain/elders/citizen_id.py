"""Citizens' id numbers (GB 11643-1999): division, day of birth, sequence, check character.

``stdnum.cn.ric`` also wants the division to have existed in the year of birth; but numbers were
first given out in 1984, by the county of that day. So of its table of divisions only the codes
count here, whenever they were in use.
"""

import re
from datetime import date

from stdnum import numdb
from stdnum.iso7064 import mod_11_2

from domain.elders.models import Gender
from domain.errors import InvalidInput
from domain.reasons import Reason

_SHAPE = re.compile(r"\d{17}[\dX]", re.ASCII)
_DIVISION, _BIRTH, _SEQUENCE_END = slice(0, 6), slice(6, 14), 16
_DIVISIONS = "cn/loc"
"""Every division of six digits since the codes began, in python-stdnum; its source is the list of
GB/T 2260 with its changes, as Wikipedia keeps it."""


def citizen_id(given: str) -> str:
    """An id number as it is written: 18 characters, the last perhaps an X.

    Raises: InvalidInput(id_number) for one that cannot be.
    """
    number = given.strip().upper()
    if not _SHAPE.fullmatch(number) or not mod_11_2.is_valid(number):
        raise InvalidInput("id_number", reason=Reason.ID_CHECK)
    if not _is_division(number[_DIVISION]):
        raise InvalidInput("id_number", reason=Reason.ID_DIVISION)
    if _day(number) is None:
        raise InvalidInput("id_number", reason=Reason.ID_BIRTH_DATE)
    return number


def birth_date_of(number: str) -> date:
    """The day of birth that an id number says."""
    day = _day(number)
    assert day is not None
    return day


def gender_of_id(number: str) -> Gender:
    """The sex that an id number says: its sequence is odd for men."""
    return Gender.MALE if int(number[_SEQUENCE_END]) % 2 else Gender.FEMALE


def check_birth_date(number: str, birth_date: date) -> None:
    """Raises: InvalidInput(birth_date) for another day than the one in an id number."""
    if _day(number) != birth_date:
        raise InvalidInput("birth_date", reason=Reason.NOT_OF_ID)


def _is_division(code: str) -> bool:
    return any("county" in known for _, known in numdb.get(_DIVISIONS).info(code))


def _day(number: str) -> date | None:
    year, month, day = (int(number[_BIRTH][part]) for part in (slice(4), slice(4, 6), slice(6, 8)))
    try:
        return date(year, month, day)
    except ValueError:
        return None
