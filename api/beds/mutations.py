"""What people do about a stay: one transaction, one verb, one payload."""

from datetime import date, datetime

import strawberry

from api.beds.types import BedStay
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.beds import holding, moving, service


@mutation_input
class BedStayAdmitInput(MutationInput):
    """Which elder has which bed, and on which days."""

    bed_id: strawberry.ID
    """The bed."""
    elder_id: strawberry.ID
    """The elder."""
    starts_on: date | None = None
    """The first day, from 31 days ago (a late entry) to a year ahead (a reservation); today, by the
    district's clock, if null."""
    ends_on: date | None = None
    """The first day no more, as planned; if null, as it was reserved, else without an end."""


@mutation_input
class BedStayHoldInput(MutationInput):
    """Which bed to keep free for whom, and until when."""

    bed_id: strawberry.ID
    """The bed."""
    elder_id: strawberry.ID
    """The elder; which bed they have meanwhile does not matter."""
    held_until: datetime
    """Until when they may decide, 14 days ahead at most: then the bed is free again by itself."""
    starts_on: date | None = None
    """The first day that the bed is kept free for, from today to a year ahead; today if null."""
    ends_on: date | None = None
    """The first day no more; without an end if null."""


@mutation_input
class BedStayReserveInput(MutationInput):
    """Which hold has become a promise."""

    id: strawberry.ID
    """The stay."""


@mutation_input
class BedStayLeaveInput(MutationInput):
    """Who goes out for some days."""

    id: strawberry.ID
    """The stay."""
    back_on: date | None = None
    """On which day they want to be back, from today to a year ahead; null if nobody knows."""
    note: str | None = None
    """A word for the history, at most 2000 characters."""


@mutation_input
class BedStayReturnInput(MutationInput):
    """Who is back."""

    id: strawberry.ID
    """The stay."""
    note: str | None = None
    """A word for the history, at most 2000 characters."""


@mutation_input
class BedStayTransferInput(MutationInput):
    """Who moves into which bed."""

    id: strawberry.ID
    """The stay in the old bed."""
    bed_id: strawberry.ID
    """The new bed."""
    moved_on: date | None = None
    """The first day in the new bed and the first day no more in the old one, from 31 days ago, and
    the old stay's first day, to today, which null means."""
    note: str | None = None
    """A word for both histories, at most 2000 characters."""
    expected_version: int | None = None
    """The old stay's `version` that you decided about; refused (VERSION_CONFLICT) if it has changed
    since. Null for whatever it has become."""


@mutation_input
class BedStayEndInput(MutationInput):
    """Which stay is over."""

    id: strawberry.ID
    """The stay."""
    ends_on: date | None = None
    """The first day no more, from the first day of the stay until today; today if null. A stay that
    has not begun gives all its days back, whatever is said here."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class BedStayCloseInput(MutationInput):
    """Whose bed is clean again."""

    id: strawberry.ID
    """The stay."""


@mutation_payload
class BedStayPayload(MutationPayload):
    """What every mutation of a stay answers."""

    bed_stay: BedStay | None
    """The stay after the change; null if there is none to be seen."""


@mutation_payload
class BedStayAdmitPayload(BedStayPayload):
    """The stay of the admitted elder."""


@mutation_payload
class BedStayHoldPayload(BedStayPayload):
    """The stay that is held."""


@mutation_payload
class BedStayReservePayload(BedStayPayload):
    """The stay that is promised."""


@mutation_payload
class BedStayLeavePayload(BedStayPayload):
    """The stay of who is out."""


@mutation_payload
class BedStayReturnPayload(BedStayPayload):
    """The stay of who is back."""


@mutation_payload
class BedStayTransferPayload(BedStayPayload):
    """The stay in the new bed; the old one, where nothing was changed."""


@mutation_payload
class BedStayEndPayload(BedStayPayload):
    """The stay that has ended."""


@mutation_payload
class BedStayClosePayload(BedStayPayload):
    """The stay whose bed is clean."""


@strawberry.type
class BedMutations:
    """Root fields that change stays."""

    # A new stay, or HELD and RESERVED -> OCCUPIED.
    bed_stay_admit = mutation(
        BedStayAdmitPayload,
        "Give an elder a bed: occupied from today or earlier, reserved from later.",
        node=BedStay,
        asks=Permission.BED_STAY_ADMIT,
        given=BedStayAdmitInput,
        which="Who, where, when.",
        verb=lambda change, given: service.admit(
            change.session,
            change.actor,
            elder_id=key_of(given.elder_id, "elder", "elder_id"),
            bed_id=key_of(given.bed_id, "bed", "bed_id"),
            starts_on=given.starts_on,
            ends_on=given.ends_on,
        ),
    )

    # A new stay, HELD.
    bed_stay_hold = mutation(
        BedStayHoldPayload,
        "Keep a bed free for an elder until they decide, or the time is over.",
        node=BedStay,
        asks=Permission.BED_STAY_HOLD,
        given=BedStayHoldInput,
        which="Which, for whom, until when.",
        verb=lambda change, given: holding.hold(
            change.session,
            change.actor,
            elder_id=key_of(given.elder_id, "elder", "elder_id"),
            bed_id=key_of(given.bed_id, "bed", "bed_id"),
            held_until=given.held_until,
            starts_on=given.starts_on,
            ends_on=given.ends_on,
        ),
    )

    # HELD -> RESERVED.
    bed_stay_reserve = mutation(
        BedStayReservePayload,
        "The elder has decided for the bed that is kept.",
        node=BedStay,
        asks=Permission.BED_STAY_HOLD,
        given=BedStayReserveInput,
        which="Which stay.",
        verb=lambda change, _: holding.reserve(change.session, change.actor, change.key),
    )

    # OCCUPIED -> ON_LEAVE.
    bed_stay_leave = mutation(
        BedStayLeavePayload,
        "The elder goes out for some days; the bed stays theirs.",
        node=BedStay,
        asks=Permission.BED_STAY_LEAVE,
        given=BedStayLeaveInput,
        which="Who, and until when.",
        verb=lambda change, given: moving.leave(
            change.session, change.actor, change.key, given.back_on, given.note
        ),
    )

    # ON_LEAVE -> OCCUPIED.
    bed_stay_return = mutation(
        BedStayReturnPayload,
        "The elder is back.",
        node=BedStay,
        asks=Permission.BED_STAY_LEAVE,
        given=BedStayReturnInput,
        which="Who.",
        verb=lambda change, given: moving.come_back(
            change.session, change.actor, change.key, given.note
        ),
    )

    # OCCUPIED and ON_LEAVE -> CLEANING, and a new stay, OCCUPIED.
    bed_stay_transfer = mutation(
        BedStayTransferPayload,
        "The elder moves into another bed: the old stay ends on the day on which the new one "
        "begins, or nothing changes. A bed that is taken names every stay in the way. Co-managers "
        "go along with their consents, and a package into another home care bed.",
        node=BedStay,
        asks=Permission.BED_STAY_TRANSFER,
        given=BedStayTransferInput,
        which="Who, where, when.",
        verb=lambda change, given: moving.transfer(
            change.session,
            change.actor,
            change.key,
            key_of(given.bed_id, "bed", "bed_id"),
            given.moved_on,
            given.expected_version,
            given.note,
        ),
    )

    # OCCUPIED and ON_LEAVE -> CLEANING; HELD and RESERVED -> CLOSED.
    bed_stay_end = mutation(
        BedStayEndPayload,
        "The elder has left, and the bed is to be cleaned; or does not come.",
        node=BedStay,
        asks=Permission.BED_STAY_END,
        given=BedStayEndInput,
        which="Which, and when.",
        verb=lambda change, given: service.end(
            change.session,
            change.actor,
            change.key,
            given.ends_on,
            given.expected_version,
        ),
    )

    # CLEANING -> CLOSED.
    bed_stay_close = mutation(
        BedStayClosePayload,
        "The bed is clean: the next may come.",
        node=BedStay,
        asks=Permission.BED_STAY_CLOSE,
        given=BedStayCloseInput,
        which="Which stay.",
        verb=lambda change, given: service.close(change.session, change.actor, change.key),
    )
