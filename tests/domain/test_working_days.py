"""Working days against the State Council's calendars of 2025 and 2026, written out once more."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import (
    FIRST_SETTLED_DAY,
    LAST_SETTLED_DAY,
    Deadline,
    add_working_days,
    is_working_day,
)


def days(first: str, last: str) -> set[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + timedelta(days=step) for step in range((end - start).days + 1)}


# 国办发明电〔2024〕12号 for 2025; the notice of 4 November 2025 for 2026.
OFF = set[date]().union(
    days("2025-01-01", "2025-01-01"),
    days("2025-01-28", "2025-02-04"),
    days("2025-04-04", "2025-04-06"),
    days("2025-05-01", "2025-05-05"),
    days("2025-05-31", "2025-06-02"),
    days("2025-10-01", "2025-10-08"),
    days("2026-01-01", "2026-01-03"),
    days("2026-02-15", "2026-02-23"),
    days("2026-04-04", "2026-04-06"),
    days("2026-05-01", "2026-05-05"),
    days("2026-06-19", "2026-06-21"),
    days("2026-09-25", "2026-09-27"),
    days("2026-10-01", "2026-10-07"),
)
WORKED_AT_WEEKENDS = {
    date.fromisoformat(day)
    for day in (
        *("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
        *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
    )
}
BOTH_YEARS = sorted(days("2025-01-01", "2026-12-31"))

in_both_years = st.dates(date(2025, 1, 1), date(2026, 10, 1))
counts = st.integers(0, 45)


def worked(day: date) -> bool:
    if day in OFF:
        return False
    return day in WORKED_AT_WEEKENDS or day.strftime("%a") not in ("Sat", "Sun")


def slowly(day: date, count: int) -> date:
    """The last of so many working days after a day; of none, the day itself or the next worked."""
    if count == 0:
        return next(later for later in BOTH_YEARS if later >= day and worked(later))
    return [later for later in BOTH_YEARS if later > day and worked(later)][count - 1]


@pytest.mark.parametrize("month", range(1, 25))
def test_every_day_is_what_the_notices_say(month: int) -> None:
    year, number = 2025 + (month - 1) // 12, (month - 1) % 12 + 1
    of_the_month = [day for day in BOTH_YEARS if (day.year, day.month) == (year, number)]
    assert [day for day in of_the_month if is_working_day(day) != worked(day)] == []


@pytest.mark.parametrize(
    ("accepted", "due"),
    [
        # 29, 30 Sep | 1-7 Oct National Day | 8, 9, Sat 10 Oct | 12-16 | 19-23 | 26-30 | 2-6 Nov
        # | 9-13 Nov: 2 + 3 + 5 + 5 + 5 + 5 + 5
        (date(2026, 9, 28), date(2026, 11, 13)),
        # Sun 20 Sep, 21-24 | Mid-Autumn 25-27 | 28-30 | National Day | 8-10 Oct | 12-16 | 19-23
        # | 26-30 | 2-5 Nov: 5 + 3 + 3 + 5 + 5 + 5 + 4
        (date(2026, 9, 18), date(2026, 11, 5)),
        # 11-13, Sat 14 Feb | Spring Festival 15-23 | 24-27, Sat 28 Feb | 2-6 Mar | 9-13 | 16-20
        # | 23-27 | 30 Mar: 4 + 5 + 5 + 5 + 5 + 5 + 1
        (date(2026, 2, 10), date(2026, 3, 30)),
        # A Sunday that was worked: 27 Jan | Spring Festival 28 Jan - 4 Feb | 5-7, Sat 8 Feb
        # | 10-14 | 17-21 | 24-28 | 3-7 Mar | 10-14: 1 + 4 + 5 + 5 + 5 + 5 + 5
        (date(2025, 1, 26), date(2025, 3, 14)),
    ],
)
def test_thirty_working_days_counted_by_hand(accepted: date, due: date) -> None:
    assert add_working_days(accepted, 30) == Deadline(due, provisional=False)


@given(in_both_years, counts)
def test_it_ends_where_a_walk_along_the_calendar_ends(day: date, count: int) -> None:
    assert add_working_days(day, count).day == slowly(day, count)


@given(in_both_years, counts)
def test_it_never_ends_on_a_day_off(day: date, count: int) -> None:
    assert worked(add_working_days(day, count).day)


@given(in_both_years, in_both_years, counts)
def test_who_begins_later_ends_no_earlier(one: date, other: date, count: int) -> None:
    earlier, later = sorted((one, other))
    assert add_working_days(earlier, count).day <= add_working_days(later, count).day


@given(in_both_years, st.integers(1, 45))
def test_a_longer_period_ends_later(day: date, count: int) -> None:
    assert add_working_days(day, count).day < add_working_days(day, count + 1).day


@given(in_both_years, st.integers(1, 45))
def test_begun_on_a_day_off_or_on_the_last_day_worked_before_it(day: date, count: int) -> None:
    """A Saturday and a Sunday end with their Friday; so does a whole festival."""
    before = max(
        (known for known in BOTH_YEARS if known <= day and worked(known)), default=BOTH_YEARS[0]
    )
    assert add_working_days(before, count) == add_working_days(day, count)


@given(in_both_years, st.integers(1, 22), st.integers(1, 22))
def test_two_periods_in_a_row_are_one(day: date, first: int, second: int) -> None:
    halfway = add_working_days(day, first).day
    assert add_working_days(halfway, second) == add_working_days(day, first + second)


def test_the_last_week_of_the_last_known_year_is_not_settled() -> None:
    eve = LAST_SETTLED_DAY - timedelta(days=14)
    for count in range(1, 30):
        due, provisional = add_working_days(eve, count)
        assert provisional == (due > LAST_SETTLED_DAY)
    assert (LAST_SETTLED_DAY + timedelta(days=8)).month == 1


@given(st.dates(date(2101, 1, 3), date(2199, 1, 1)), st.integers(1, 45))
def test_an_unpublished_year_counts_monday_to_friday_but_for_fixed_holidays(
    day: date, count: int
) -> None:
    fixed = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
    due, provisional = add_working_days(day, count)
    later = (day + timedelta(days=step) for step in range(1, (due - day).days + 1))
    assert provisional
    worked = [s for s in later if s.isoweekday() <= 5 and (s.month, s.day) not in fixed]
    assert len(worked) == count
    assert worked[-1] == due


def test_a_year_before_the_first_known_is_not_settled() -> None:
    assert add_working_days(FIRST_SETTLED_DAY - timedelta(days=1), 1).provisional
    assert not add_working_days(FIRST_SETTLED_DAY, 1).provisional


@pytest.mark.skipif(LAST_SETTLED_DAY.year > 2026, reason="the calendar of 2027 is known")
def test_a_clock_that_runs_into_2027_is_provisional() -> None:
    # 2-4 Dec | 7-11 | 14-18 | 21-25 | 28-31 Dec | New Year's Day off | 4-8 Jan | 11-13 Jan
    assert add_working_days(date(2026, 12, 1), 30) == (date(2027, 1, 13), True)
