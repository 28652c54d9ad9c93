"""What lists show of personal data does not give it away."""

from datetime import date

import pytest

from domain.crypto import masked_id_number
from domain.elders.citizen_id import citizen_id
from domain.errors import InvalidInput

BORN = date(1949, 12, 31)


def can_be(number: str) -> bool:
    """Whether an id number is one that somebody may have."""
    try:
        citizen_id(number)
    except InvalidInput:
        return False
    return True


def fitting(masked: str) -> list[str]:
    """The id numbers of men of that day that a mask allows."""
    division = masked[:6] if masked[:6].isdecimal() else "110105"
    numbers = (
        f"{division}{BORN:%Y%m%d}{number:03}{check}"
        for number in range(1, 1000, 2)
        for check in "0123456789X"
    )
    return [
        number
        for number in numbers
        if can_be(number)
        and all(shown in ("*", digit) for shown, digit in zip(masked, number, strict=True))
    ]


@pytest.mark.parametrize("number", ["110105194912310011", "110105194912310038"])
def test_an_id_number_does_not_follow_from_its_mask_and_the_day_of_birth(number: str) -> None:
    assert len(fitting(masked_id_number(number))) == 500
