"""The rules of assistance as data: where and when they hold, and the article each comes from.

A rule that changes is a new pack; one that is no longer in force stays, because decisions name it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.assistance.models import AssistanceKind
from domain.calendar import add_working_days
from domain.errors import InvalidInput
from domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Clock:
    """How long the authorities have from acceptance to the decision.

    Parameters:
        working_days: by the State Council's calendar.
        source: the document and its articles.
    """

    working_days: int
    source: str


@dataclass(frozen=True, slots=True)
class PolicyPack:
    """Rules that hold together, in one division and for one span of days.

    Parameters:
        id: kept with every decision; never given a second meaning.
        division: code of the division in whose subtree it holds; empty for the nation.
        valid_from, valid_until: first and last day; without an end None.
        clocks: for each kind of assistance that it speaks of.
    """

    id: str
    division: str
    valid_from: date
    valid_until: date | None
    clocks: Mapping[AssistanceKind, Clock]

    def holds(self, division: str, day: date) -> bool:
        """Whether it governs a division on a day."""
        ended = self.valid_until is not None and self.valid_until < day
        return division.startswith(self.division) and self.valid_from <= day and not ended


@dataclass(frozen=True, slots=True)
class StartedClock:
    """A clock that runs, with what it was read from.

    Parameters:
        due_on: the last day in time.
        provisional: whether the State Council's next calendar may move it.
    """

    policy_pack: str
    working_days: int
    source: str
    due_on: date
    provisional: bool


PACKS: tuple[PolicyPack, ...] = (
    PolicyPack(
        id="CN-2021-07-01",
        division="",
        # 57号, issued on 11 June 2021, is in force from this day (seen in a public transcription,
        # not in the gazette). 43号 is of 26 April 2021; its first day in force could not be
        # verified, and for the weeks before 57号 this pack says nothing.
        valid_from=date(2021, 7, 1),
        valid_until=None,
        clocks={
            AssistanceKind.MINIMUM_LIVING: Clock(30, "民发〔2021〕57号 第十五条至第二十三条"),
            # The street has 15 working days and the county 15; the notice between them is its own.
            AssistanceKind.EXTREME_HARDSHIP: Clock(
                15 + 15, "民发〔2021〕43号 第十三条至第二十二条"
            ),
        },
    ),
)
"""Every pack there has been."""


def pack_for(
    kind: AssistanceKind, division: str, day: date, packs: Sequence[PolicyPack] = PACKS
) -> PolicyPack:
    """The pack that governs a case: of those that speak of its kind, the one nearest to the place,
    and of these the latest.

    Parameters:
        division: code of the division where the elder lives.
        day: on which the case was accepted.
        packs: from which to choose.

    Raises: InvalidInput(accepted_on) where none was in force.
    """
    holding = [pack for pack in packs if kind in pack.clocks and pack.holds(division, day)]
    if not holding:
        raise InvalidInput("accepted_on", reason=Reason.NO_RULE)
    return max(holding, key=lambda pack: (len(pack.division), pack.valid_from))


def start_clock(
    kind: AssistanceKind, division: str, accepted_on: date, packs: Sequence[PolicyPack] = PACKS
) -> StartedClock:
    """The clock that acceptance starts.

    Parameters: as for ``pack_for``; accepted_on is not counted (民法典 201).

    Raises: InvalidInput(accepted_on) where no pack was in force.
    """
    pack = pack_for(kind, division, accepted_on, packs)
    clock = pack.clocks[kind]
    due = add_working_days(accepted_on, clock.working_days)
    return StartedClock(pack.id, clock.working_days, clock.source, due.day, due.provisional)
