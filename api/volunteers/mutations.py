"""What is entered and decided about volunteers: one transaction, one verb, one payload."""

from datetime import date, datetime

import strawberry

from api.describe import input_object
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.volunteers.types import Volunteer
from domain.access import Permission
from domain.clock import DAY_MINUTES, minute_of
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.volunteers import service
from domain.volunteers.availability import Except, Weekly
from domain.volunteers.lifecycle import VolunteerSkill

_DAYS = 7


@input_object
class VolunteerHoursInput:
    """A time of each week, on one day, by the district's clock."""

    weekday: int
    """1 for Monday to 7 for Sunday."""
    begins: str
    """For example 08:30."""
    ends: str
    """For example 11:00; 24:00 for midnight."""

    def in_week(self) -> Weekly:
        """The same for the domain. Raises: InvalidInput(weekly)."""
        if not 1 <= self.weekday <= _DAYS:
            raise InvalidInput("weekly", reason=Reason.RANGE, least=1, most=_DAYS)
        midnight = (self.weekday - 1) * DAY_MINUTES
        begins, ends = minute_of(self.begins, "weekly"), minute_of(self.ends, "weekly")
        return Weekly(midnight + begins, midnight + ends)


@input_object
class VolunteerExceptionInput:
    """A time that is not as in other weeks."""

    begins: datetime
    """From when on, at most 366 days ahead."""
    ends: datetime
    """Until when, at most 366 days later."""
    free: bool = False
    """Whether they have time then; else they have none, whatever the week says."""

    def odd(self) -> Except:
        """The same for the domain."""
        return Except(self.begins, self.ends, self.free)


@mutation_input
class VolunteerUpdateInput(MutationInput):
    """What a volunteer can do."""

    id: strawberry.ID
    """The volunteer."""
    skills: list[VolunteerSkill]
    """All that they can do, whatever was said before."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class VolunteerAvailabilitySetInput(MutationInput):
    """When a volunteer has time, whatever was said before."""

    id: strawberry.ID
    """The volunteer."""
    weekly: list[VolunteerHoursInput]
    """Each week, at most 42 times; those that meet become one. With none they have said nothing,
    and may have time whenever."""
    exceptions: list[VolunteerExceptionInput] = strawberry.field(default_factory=list)
    """When that is not so, at most 60; those that are over are left out."""


@mutation_input
class VolunteerCheckSubmitInput(MutationInput):
    """Whose certificate of no criminal record (无犯罪记录证明) is handed in."""

    id: strawberry.ID
    """The volunteer."""
    certificate_on: date
    """When it was issued: at most 92 days ago."""


@mutation_input
class VolunteerCheckDecideInput(MutationInput):
    """Whether a certificate is good."""

    id: strawberry.ID
    """The volunteer."""
    cleared_until: date | None = None
    """The last day on which they are cleared to visit, at most 366 days ahead. Null where the
    certificate is not accepted: then they may not visit from now on, and what they have claimed is
    open again."""
    note: str | None = None
    """Why, for the history; at most 2000 characters."""


@mutation_input
class VolunteerSuspendInput(MutationInput):
    """Who is not to visit anybody for now, and why."""

    id: strawberry.ID
    """The volunteer."""
    reason: str
    """Why, for the history, which the volunteer reads; 1 to 2000 characters."""
    until: datetime | None = None
    """Until when; null for until somebody reinstates them."""


@mutation_input
class VolunteerReinstateInput(MutationInput):
    """Who may visit again."""

    id: strawberry.ID
    """The volunteer."""
    note: str | None = None
    """Why, for the history; at most 2000 characters."""


@mutation_payload
class VolunteerPayload(MutationPayload):
    """What every mutation of a volunteer answers."""

    volunteer: Volunteer | None
    """The volunteer after the change; null if there is none to be seen."""


@mutation_payload
class VolunteerUpdatePayload(VolunteerPayload):
    """The volunteer, with what they can do."""


@mutation_payload
class VolunteerAvailabilitySetPayload(VolunteerPayload):
    """The volunteer, with when they have time."""


@mutation_payload
class VolunteerCheckSubmitPayload(VolunteerPayload):
    """The volunteer whose check is to be decided about."""


@mutation_payload
class VolunteerCheckDecidePayload(VolunteerPayload):
    """The volunteer, cleared or rejected."""


@mutation_payload
class VolunteerSuspendPayload(VolunteerPayload):
    """The volunteer who visits nobody for now."""


@mutation_payload
class VolunteerReinstatePayload(VolunteerPayload):
    """The volunteer who may visit again."""


@strawberry.type
class VolunteerMutations:
    """Root fields that change volunteers."""

    volunteer_update = mutation(
        VolunteerUpdatePayload,
        "Say what a volunteer can do: visits may ask for it.",
        node=Volunteer,
        asks=Permission.VOLUNTEER_UPDATE,
        given=VolunteerUpdateInput,
        which="Who, and what.",
        verb=lambda change, given: service.update(
            change.session, change.actor, change.key, given.skills, given.expected_version
        ),
    )

    volunteer_availability_set = mutation(
        VolunteerAvailabilitySetPayload,
        "Say when a volunteer has time: a hint for them and for their station, which keeps nobody "
        "from claiming.",
        node=Volunteer,
        asks=Permission.VOLUNTEER_UPDATE,
        given=VolunteerAvailabilitySetInput,
        which="Who, and when.",
        verb=lambda change, given: service.set_availability(
            change.session,
            change.actor,
            change.key,
            [time.in_week() for time in given.weekly],
            [time.odd() for time in given.exceptions],
        ),
    )

    # NOT_CHECKED, REJECTED or CLEARED -> SUBMITTED.
    volunteer_check_submit = mutation(
        VolunteerCheckSubmitPayload,
        "Hand in a volunteer's certificate of no criminal record; until it is decided about, the "
        "one before counts to its last day.",
        node=Volunteer,
        asks=Permission.VOLUNTEER_UPDATE,
        given=VolunteerCheckSubmitInput,
        which="Whose.",
        verb=lambda change, given: service.submit_check(
            change.session, change.actor, change.key, given.certificate_on
        ),
    )

    # SUBMITTED -> CLEARED or REJECTED.
    volunteer_check_decide = mutation(
        VolunteerCheckDecidePayload,
        "Clear a volunteer to visit elders, or do not; nobody decides about themselves, or about "
        "a certificate that they have handed in (CONFLICT_OF_INTEREST).",
        node=Volunteer,
        asks=Permission.VOLUNTEER_DECIDE_CHECK,
        given=VolunteerCheckDecideInput,
        which="Whom, and until when.",
        verb=lambda change, given: service.decide_check(
            change.session,
            change.actor,
            change.key,
            cleared_until=given.cleared_until,
            note=given.note,
        ),
    )

    volunteer_suspend = mutation(
        VolunteerSuspendPayload,
        "A volunteer is not to visit anybody for now: what they have claimed, and would begin "
        "meanwhile, is open again.",
        node=Volunteer,
        asks=Permission.VOLUNTEER_SUSPEND,
        given=VolunteerSuspendInput,
        which="Who, and why.",
        verb=lambda change, given: service.suspend(
            change.session, change.actor, change.key, given.reason, given.until
        ),
    )

    volunteer_reinstate = mutation(
        VolunteerReinstatePayload,
        "A suspended volunteer may visit again.",
        node=Volunteer,
        asks=Permission.VOLUNTEER_SUSPEND,
        given=VolunteerReinstateInput,
        which="Who.",
        verb=lambda change, given: service.reinstate(
            change.session, change.actor, change.key, given.note
        ),
    )
