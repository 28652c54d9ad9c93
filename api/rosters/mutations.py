"""Rosters are kept: one transaction, one verb, one payload."""

from datetime import datetime

import strawberry

from api.alarms.mutations import account_key
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from api.rosters.types import OnCallShift
from domain.access import Permission
from domain.rosters import service
from domain.rosters.duty import Post
from domain.rosters.service import Wish


@mutation_input
class OnCallShiftAddInput(MutationInput):
    """Whom to put on call, where and when."""

    station_id: strawberry.ID | None = None
    """The place of care; or else the division."""
    region_code: str | None = None
    """The division whose desk it is; or else the place of care."""
    account_id: strawberry.ID
    """One of the station, or a dispatcher or an official of the division."""
    since: datetime
    """From when on."""
    until: datetime
    """Until just before when; at most 31 days later."""
    backup: bool = False
    """Whether they are called after those who are not."""


@mutation_input
class OnCallShiftEndInput(MutationInput):
    """Which shift to take off the roster."""

    id: strawberry.ID
    """The shift."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class OnCallShiftHandOverInput(MutationInput):
    """Which shift to give to whom."""

    id: strawberry.ID
    """The shift."""
    account_id: strawberry.ID
    """Who takes it, or what is left of it."""
    expected_version: int | None = None
    """As for `onCallShiftEnd`."""


@mutation_payload
class OnCallShiftPayload(MutationPayload):
    """What every mutation of a shift answers."""

    on_call_shift: OnCallShift | None
    """The shift after the change; null if there is none to be seen."""


@mutation_payload
class OnCallShiftAddPayload(OnCallShiftPayload):
    """The new shift."""


@mutation_payload
class OnCallShiftEndPayload(OnCallShiftPayload):
    """The shift that ends."""


@mutation_payload
class OnCallShiftHandOverPayload(OnCallShiftPayload):
    """The shift of whoever takes it."""


@strawberry.type
class RosterMutations:
    """Root fields that keep rosters."""

    on_call_shift_add = mutation(
        OnCallShiftAddPayload,
        "Put somebody on call: told of a place's alarms before all others who work there.",
        node=OnCallShift,
        asks=Permission.ROSTER_KEEP,
        given=OnCallShiftAddInput,
        which="Whom, where and when.",
        verb=lambda change, given: service.add(change.session, change.actor, _wish(given)),
    )

    on_call_shift_end = mutation(
        OnCallShiftEndPayload,
        "Take a shift off the roster: at once if it has begun, and all of it if it has not.",
        node=OnCallShift,
        asks=Permission.ROSTER_KEEP,
        given=OnCallShiftEndInput,
        which="Which shift.",
        verb=lambda change, given: service.end(
            change.session, change.actor, change.key, given.expected_version
        ),
    )

    on_call_shift_hand_over = mutation(
        OnCallShiftHandOverPayload,
        "Give a shift, or what is left of it, to somebody else.",
        node=OnCallShift,
        asks=Permission.ROSTER_KEEP,
        given=OnCallShiftHandOverInput,
        which="Which shift, and to whom.",
        verb=lambda change, given: service.hand_over(
            change.session,
            change.actor,
            change.key,
            account_key(given.account_id),
            given.expected_version,
        ),
    )


def _wish(given: OnCallShiftAddInput) -> Wish:
    named = given.station_id
    station = None if named is None else key_of(named, "station", field="station_id")
    post = Post(station, given.region_code)
    return Wish(post, account_key(given.account_id), given.backup, given.since, given.until)
