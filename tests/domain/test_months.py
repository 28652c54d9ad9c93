"""Periods of months end as article 202 of the Civil Code says."""

from datetime import date

import pytest

from domain.calendar import months_later


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 1, 31), 11, date(2026, 12, 31)),
        (date(2026, 1, 1), 24, date(2028, 1, 1)),
    ],
)
def test_the_corresponding_day_or_the_months_last(day: date, months: int, last: date) -> None:
    assert months_later(day, months) == last
