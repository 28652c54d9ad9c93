"""The one family of errors that the domain raises; the API translates them in one place."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar


class ErrorCode(StrEnum):
    """Why something was refused. Stable: clients branch on it."""

    NOT_FOUND = "NOT_FOUND"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    ILLEGAL_TRANSITION = "ILLEGAL_TRANSITION"
    INVALID_INPUT = "INVALID_INPUT"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    ALARM_ALREADY_OPEN = "ALARM_ALREADY_OPEN"
    STILL_REFERENCED = "STILL_REFERENCED"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    BED_UNAVAILABLE = "BED_UNAVAILABLE"
    ELDER_HAS_BED = "ELDER_HAS_BED"
    ALREADY_CLAIMED = "ALREADY_CLAIMED"
    TIMES_OVERLAP = "TIMES_OVERLAP"
    CONFLICT_OF_INTEREST = "CONFLICT_OF_INTEREST"
    QUOTE_INVALID = "QUOTE_INVALID"
    QUOTE_EXPIRED = "QUOTE_EXPIRED"
    SUBSIDY_USED = "SUBSIDY_USED"
    ORDERING_CLOSED = "ORDERING_CLOSED"
    CASE_ALREADY_OPEN = "CASE_ALREADY_OPEN"
    QUERY_TOO_LARGE = "QUERY_TOO_LARGE"
    TOO_MANY_EXPORTS = "TOO_MANY_EXPORTS"
    TOO_MANY_IMPORTS = "TOO_MANY_IMPORTS"
    MERGE_BLOCKED = "MERGE_BLOCKED"
    TOO_MANY_WEBHOOKS = "TOO_MANY_WEBHOOKS"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    TOO_MANY_KEYS = "TOO_MANY_KEYS"
    ROLE_HELD = "ROLE_HELD"
    INSUFFICIENT_BALANCE = "INSUFFICIENT_BALANCE"
    CERTIFICATE_MISSING = "CERTIFICATE_MISSING"
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED"
    GONE = "GONE"
    NOT_CLEARED = "NOT_CLEARED"
    CLEARANCE_ENDS = "CLEARANCE_ENDS"
    VOLUNTEER_SUSPENDED = "VOLUNTEER_SUSPENDED"
    SKILLS_MISSING = "SKILLS_MISSING"
    ALLOTTED_LATER = "ALLOTTED_LATER"


class DomainError(Exception):
    """A refusal with a code, the input field it speaks of, and facts for its message.

    Parameters:
        field: the input's field at fault, in snake case; None if it is none.
        blockers: global ids of the rows that stand in the way, all of them visible to the actor.
        facts: values that the message names, JSON-able.
    """

    code: ClassVar[ErrorCode]

    def __init__(
        self, field: str | None = None, /, *, blockers: Sequence[str] = (), **facts: Any
    ) -> None:
        super().__init__(self.code.value)
        self.field = field
        self.blockers = tuple(blockers)
        self.facts: Mapping[str, Any] = facts


class NotFound(DomainError):
    """No such row, or none that this actor may see: the two look the same."""

    code = ErrorCode.NOT_FOUND


class PermissionDenied(DomainError):
    """The actor sees the row, but the role may not do this."""

    code = ErrorCode.PERMISSION_DENIED


class IllegalTransition(DomainError):
    """The lifecycle has no such move; facts: ``from``, ``to``, ``allowed`` (actions)."""

    code = ErrorCode.ILLEGAL_TRANSITION


class InvalidInput(DomainError):
    """A value that no rule admits; ``field`` names it, fact ``reason`` (a Reason) says why."""

    code = ErrorCode.INVALID_INPUT


class AlreadyExists(DomainError):
    """A second row where one is all there can be."""

    code = ErrorCode.ALREADY_EXISTS


class AlarmAlreadyOpen(DomainError):
    """An elder has at most one open alarm of a type."""

    code = ErrorCode.ALARM_ALREADY_OPEN


class StillReferenced(DomainError):
    """The row points at one that is not there, or is pointed at by another."""

    code = ErrorCode.STILL_REFERENCED


class CursorExpired(DomainError):
    """The stream no longer holds what came after this cursor."""

    code = ErrorCode.CURSOR_EXPIRED


class BedUnavailable(DomainError):
    """Another stay has the bed on one of these days, or it has not been cleaned since."""

    code = ErrorCode.BED_UNAVAILABLE


class ElderHasBed(DomainError):
    """The elder has another bed, day and night, on one of these days."""

    code = ErrorCode.ELDER_HAS_BED


class AlreadyClaimed(DomainError):
    """Another volunteer was faster."""

    code = ErrorCode.ALREADY_CLAIMED


class TimesOverlap(DomainError):
    """The volunteer has claimed another visit at that time, or somebody is on call elsewhere."""

    code = ErrorCode.TIMES_OVERLAP


class ConflictOfInterest(DomainError):
    """Who asked for something, or did it, does not decide about it."""

    code = ErrorCode.CONFLICT_OF_INTEREST


class QuoteInvalid(DomainError):
    """No quote of ours, or none for this actor."""

    code = ErrorCode.QUOTE_INVALID


class QuoteExpired(DomainError):
    """The quote was good until a time that has passed."""

    code = ErrorCode.QUOTE_EXPIRED


class SubsidyUsed(DomainError):
    """The elder's subsidised meal of the day has been ordered since the quote."""

    code = ErrorCode.SUBSIDY_USED


class OrderingClosed(DomainError):
    """The meal's cut-off has passed: it can be neither ordered nor cancelled."""

    code = ErrorCode.ORDERING_CLOSED


class CaseAlreadyOpen(DomainError):
    """The elder has a case of this kind that has not ended."""

    code = ErrorCode.CASE_ALREADY_OPEN


class QueryTooLarge(DomainError):
    """More is asked for at once than one request may; fact ``reason`` says which bound."""

    code = ErrorCode.QUERY_TOO_LARGE


class VersionConflict(DomainError):
    """Somebody has changed the row since the actor looked; fact ``version`` is what it has now."""

    code = ErrorCode.VERSION_CONFLICT


class IdempotencyKeyReused(DomainError):
    """The actor has used this key for something else."""

    code = ErrorCode.IDEMPOTENCY_KEY_REUSED


class TooManyKeys(DomainError):
    """The account has used as many keys within a day as are remembered; fact ``most``."""

    code = ErrorCode.TOO_MANY_KEYS


class TooManyExports(DomainError):
    """The account has as many exports as it may; fact ``most`` says how many."""

    code = ErrorCode.TOO_MANY_EXPORTS


class MergeBlocked(DomainError):
    """Both entries have what one may have once; fact ``types`` says of what kind."""

    code = ErrorCode.MERGE_BLOCKED


class TooManyImports(DomainError):
    """The account has as many imports that have not ended as it may; fact ``most`` says how
    many."""

    code = ErrorCode.TOO_MANY_IMPORTS


class TooManyAttempts(DomainError):
    """The actor has tried this too often; fact ``seconds`` says when they may again."""

    code = ErrorCode.TOO_MANY_ATTEMPTS


class TooManyWebhooks(DomainError):
    """The account has as many webhooks as it may; fact ``most`` says how many."""

    code = ErrorCode.TOO_MANY_WEBHOOKS


class RoleHeld(DomainError):
    """The person holds this role at this place at some time of that period."""

    code = ErrorCode.ROLE_HELD


class InsufficientBalance(DomainError):
    """An account has less than what is wanted, or has set it aside; fact ``available`` says how
    much there is."""

    code = ErrorCode.INSUFFICIENT_BALANCE


class CertificateMissing(DomainError):
    """It takes a certificate that the person has never had; fact ``certificates`` says which."""

    code = ErrorCode.CERTIFICATE_MISSING


class CertificateExpired(DomainError):
    """A certificate that it takes is not good on the day; facts ``certificates``, ``day``."""

    code = ErrorCode.CERTIFICATE_EXPIRED


class Gone(DomainError):
    """There was one, and it is good no more."""

    code = ErrorCode.GONE


class NotCleared(DomainError):
    """The volunteer's background has not been checked, or too long ago."""

    code = ErrorCode.NOT_CLEARED


class ClearanceEnds(DomainError):
    """The volunteer is cleared today, but no more on the day of the visit; fact ``until`` is the
    last day on which they are."""

    code = ErrorCode.CLEARANCE_ENDS


class VolunteerSuspended(DomainError):
    """The volunteer is not to visit anybody for now."""

    code = ErrorCode.VOLUNTEER_SUSPENDED


class SkillsMissing(DomainError):
    """The visit asks for what the volunteer cannot do; fact ``skills`` names it."""

    code = ErrorCode.SKILLS_MISSING


class AllottedLater(DomainError):
    """Volunteers apply for the visit, and somebody gets it when its window closes."""

    code = ErrorCode.ALLOTTED_LATER
