"""Why a moment or a time of day is not admitted: for the right reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.calendar import now
from domain.clock import minute_of
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.visits.presence import Entry


@pytest.mark.parametrize(
    ("read", "given", "reason"),
    [
        (lambda ahead: Entry.of(now() + ahead, now()), timedelta(hours=1), Reason.AFTER_NOW),
        (lambda clock: minute_of(clock, "hours"), "24:01", Reason.CLOCK_24),
    ],
    ids=["to come", "after the day's end"],
)
def test_what_is_no_moment(read: Callable[[Any], object], given: Any, reason: Reason) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(given)
    assert refused.value.facts["reason"] is reason
