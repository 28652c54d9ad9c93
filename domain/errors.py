"""The one family of errors that the domain raises; the API translates them in one place."""

from collections.abc import Mapping
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


class DomainError(Exception):
    """A refusal with a code, the input field it speaks of, and facts for its message.

    Parameters:
        field: the input's field at fault, in snake case; None if it is none.
        facts: values that the message names, JSON-able.
    """

    code: ClassVar[ErrorCode]

    def __init__(self, field: str | None = None, /, **facts: Any) -> None:
        super().__init__(self.code.value)
        self.field = field
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
    """A value that no rule admits; ``field`` names it, fact ``reason`` says why."""

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
