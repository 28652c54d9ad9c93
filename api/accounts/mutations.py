"""Roles are granted and ended: one transaction, one verb, one payload."""

from datetime import date
from uuid import UUID

import strawberry

from api.accounts.types import Account
from api.mutations import (
    Change,
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission, Role
from domain.accounts import granting
from domain.accounts.models import Account as Row
from domain.accounts.places import Place
from domain.errors import InvalidInput
from domain.reasons import Reason


@mutation_input
class RoleGrantInput(MutationInput):
    """Whom to give which role, where and for how long. The person is named by an account, or by
    phone and name: whoever is not known yet is entered."""

    role: Role
    """What they shall be."""
    account_id: strawberry.ID | None = None
    """Any account of the person."""
    phone: str | None = None
    """The person's mobile phone."""
    name: str | None = None
    """Their name, 1 to 50 characters; of a phone that is known, the name that is known."""
    region_code: str | None = None
    """Division code: for OFFICIAL, DISPATCHER, ADVISOR, VOLUNTEER and AUDITOR, and no others."""
    station_id: strawberry.ID | None = None
    """The place of care: for STATION and CAREGIVER, and no others."""
    canteen_id: strawberry.ID | None = None
    """The canteen: for CANTEEN, and no others."""
    vendor_id: strawberry.ID | None = None
    """The company: for VENDOR, and no others."""
    first_day: date | None = None
    """The first day of it, not before today; at once if null."""
    last_day: date | None = None
    """The last day of it; without end if null."""


@mutation_input
class RoleEndInput(MutationInput):
    """Which role to end, and when."""

    id: strawberry.ID
    """The account."""
    last_day: date | None = None
    """Its last day, today or later and not after its own end; at once if null. A role that has not
    begun by then never does."""


@mutation_payload
class RolePayload(MutationPayload):
    """What every mutation of a role answers."""

    account: Account | None
    """The account after the change; null if there is none to be seen."""


@mutation_payload
class RoleGrantPayload(RolePayload):
    """The person's new account."""


@mutation_payload
class RoleEndPayload(RolePayload):
    """The account that ends."""


def _key(global_id: str | None, prefix: str, field: str) -> UUID | None:
    return None if global_id is None else key_of(global_id, prefix, field)


def _wish(given: RoleGrantInput) -> granting.Wish:
    place = Place(
        given.region_code,
        _key(given.station_id, "station", "station_id"),
        _key(given.canteen_id, "canteen", "canteen_id"),
        _key(given.vendor_id, "vendor", "vendor_id"),
    )
    return granting.Wish(given.role, place, _whom(given), given.first_day, given.last_day)


def _whom(given: RoleGrantInput) -> UUID | granting.Holder:
    match given.account_id, given.phone, given.name:
        case str() as account_id, None, None:
            return key_of(account_id, "account", "account_id")
        case None, str() as phone, str() as name:
            return granting.Holder(phone, name)
        case _:
            raise InvalidInput("account_id", reason=Reason.WHOM)


async def _grant(change: Change, given: RoleGrantInput) -> Row:
    wish = _wish(given)
    await granting.count_grant(change.context.database, change.vault, change.actor, wish)
    return await granting.grant(change.session, change.actor, change.vault, wish)


@strawberry.type
class RoleMutations:
    """Root fields that change who may do what."""

    # A new account.
    role_grant = mutation(
        RoleGrantPayload,
        "Give a person a role at a place, for a time; by a higher role in the same place, never "
        "to oneself.",
        node=Account,
        asks=Permission.ROLE_GRANT,
        given=RoleGrantInput,
        which="Whom, which role, where and for how long.",
        verb=_grant,
    )

    # The end of an account; what was done by it stays explained.
    role_end = mutation(
        RoleEndPayload,
        "End a role, now or with a later day; by whoever may grant it. Nobody ends their own "
        "administration.",
        node=Account,
        asks=Permission.ROLE_END,
        given=RoleEndInput,
        which="Which, and when.",
        verb=lambda change, given: granting.end(
            change.session, change.actor, change.key, given.last_day
        ),
    )
