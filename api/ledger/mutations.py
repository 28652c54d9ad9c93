"""What people do with minutes and points: one transaction, one verb, one payload."""

from uuid import UUID

import strawberry

from api.ledger.types import LedgerHold, LedgerTransfer
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.ledger import points, service, time_bank
from domain.ledger.points import Person


@mutation_input
class TimeBankRedeemInput(MutationInput):
    """How many minutes to set aside, and for whom."""

    minutes: int
    """How many, 1 to 36000."""
    elder_id: strawberry.ID | None = None
    """Whom the help is for: your spouse, or a relative of 60 or older, who has you among the
    family; yourself if null."""


@mutation_input
class TimeBankRedeemCompleteInput(MutationInput):
    """For which minutes the help was given."""

    id: strawberry.ID
    """The hold."""
    note: str | None = None
    """What was done; at most 2000 characters."""


@mutation_input
class TimeBankRedeemReleaseInput(MutationInput):
    """Which minutes are not needed."""

    id: strawberry.ID
    """The hold."""
    note: str | None = None
    """Why; at most 2000 characters."""


@mutation_input
class TimeBankDonateInput(MutationInput):
    """How many minutes to give away."""

    minutes: int
    """How many, 1 to 36000."""


@mutation_input
class PointsGrantInput(MutationInput):
    """Whom to give points, and what for."""

    elder_id: strawberry.ID | None = None
    """The elder; or else the volunteer."""
    volunteer_id: strawberry.ID | None = None
    """The volunteer; or else the elder."""
    points: int
    """How many, 1 to 10000."""
    reason: str
    """What for, 1 to 2000 characters; whoever gets them reads it."""


@mutation_input
class PointsRedeemInput(MutationInput):
    """Whose points to spend, and on what."""

    id: strawberry.ID
    """The account of points."""
    points: int
    """How many, 1 to 10000."""
    reason: str
    """On what, 1 to 2000 characters."""


@mutation_input
class LedgerTransferReverseInput(MutationInput):
    """Which transfer to take back."""

    id: strawberry.ID
    """The transfer."""
    reason: str
    """Why, 1 to 2000 characters."""


@mutation_payload
class LedgerHoldPayload(MutationPayload):
    """What every mutation of a hold answers."""

    ledger_hold: LedgerHold | None
    """The hold after the change; null if there is none to be seen."""


@mutation_payload
class LedgerTransferPayload(MutationPayload):
    """What every mutation that moves something answers."""

    ledger_transfer: LedgerTransfer | None
    """The transfer; null if there is none to be seen."""


@mutation_payload
class TimeBankRedeemPayload(LedgerHoldPayload):
    """The minutes that are set aside."""


@mutation_payload
class TimeBankRedeemCompletePayload(LedgerHoldPayload):
    """The minutes that are spent."""


@mutation_payload
class TimeBankRedeemReleasePayload(LedgerHoldPayload):
    """The minutes that are free again."""


@mutation_payload
class TimeBankDonatePayload(LedgerTransferPayload):
    """The minutes that were given away."""


@mutation_payload
class PointsGrantPayload(LedgerTransferPayload):
    """The points that were given."""


@mutation_payload
class PointsRedeemPayload(LedgerTransferPayload):
    """The points that were spent."""


@mutation_payload
class LedgerTransferReversePayload(LedgerTransferPayload):
    """The opposite of the transfer that was taken back."""


@strawberry.type
class LedgerMutations:
    """Root fields that move minutes and points."""

    # A new hold: HELD.
    time_bank_redeem = mutation(
        TimeBankRedeemPayload,
        "Set minutes of your own aside for help to yourself, your spouse or an old relative; they "
        "are never paid out.",
        node=LedgerHold,
        asks=Permission.TIME_BANK_REDEEM,
        given=TimeBankRedeemInput,
        which="How many, and for whom.",
        verb=lambda change, given: time_bank.redeem(
            change.session,
            change.actor,
            given.minutes,
            _key(given.elder_id, "elder", "elder_id"),
        ),
    )

    # HELD -> REDEEMED.
    time_bank_redeem_complete = mutation(
        TimeBankRedeemCompletePayload,
        "The help was given: the minutes are spent. Somebody else says so than who has them.",
        node=LedgerHold,
        asks=Permission.HOLD_COMPLETE,
        given=TimeBankRedeemCompleteInput,
        which="For which minutes.",
        verb=lambda change, given: time_bank.complete(
            change.session, change.actor, change.key, given.note
        ),
    )

    # HELD -> RELEASED.
    time_bank_redeem_release = mutation(
        TimeBankRedeemReleasePayload,
        "The help is not wanted, or cannot be given: the minutes are free again.",
        node=LedgerHold,
        asks=Permission.HOLD_RELEASE,
        given=TimeBankRedeemReleaseInput,
        which="Which minutes.",
        verb=lambda change, given: time_bank.release(
            change.session, change.actor, change.key, given.note
        ),
    )

    time_bank_donate = mutation(
        TimeBankDonatePayload,
        "Give minutes of your own to the district's donations.",
        node=LedgerTransfer,
        asks=Permission.TIME_BANK_DONATE,
        given=TimeBankDonateInput,
        which="How many.",
        verb=lambda change, given: time_bank.donate(change.session, change.actor, given.minutes),
    )

    points_grant = mutation(
        PointsGrantPayload,
        "Give an elder or a volunteer happiness points of their district's.",
        node=LedgerTransfer,
        asks=Permission.POINTS_GRANT,
        given=PointsGrantInput,
        which="Whom, how many, what for.",
        verb=lambda change, given: points.grant(
            change.session,
            change.actor,
            Person(
                _key(given.elder_id, "elder", "elder_id"),
                _key(given.volunteer_id, "volunteer", "volunteer_id"),
            ),
            given.points,
            given.reason,
        ),
    )

    points_redeem = mutation(
        PointsRedeemPayload,
        "Spend happiness points: one's own, or at a counter whose they are.",
        node=LedgerTransfer,
        asks=Permission.POINTS_REDEEM,
        given=PointsRedeemInput,
        which="Whose, how many, on what.",
        verb=lambda change, given: points.redeem(
            change.session,
            change.actor,
            key_of(given.id, "ledger_account"),
            given.points,
            given.reason,
        ),
    )

    ledger_transfer_reverse = mutation(
        LedgerTransferReversePayload,
        "Take a transfer back by its opposite, once; refused where somebody has spent it.",
        node=LedgerTransfer,
        asks=Permission.LEDGER_REVERSE,
        given=LedgerTransferReverseInput,
        which="Which, and why.",
        verb=lambda change, given: service.reverse(
            change.session, change.actor, change.key, given.reason
        ),
    )


def _key(named: str | None, prefix: str, field: str) -> UUID | None:
    return None if named is None else key_of(named, prefix, field=field)
