"""Whose fault a failed transaction is: the database's, or the data's."""

from collections.abc import Iterator
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

DRIVER_ERRORS: Final = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What asyncpg raises of a database that is away, the last of them where the server has said
goodbye and not yet hung up. A TimeoutError is an OSError."""

# Classes of SQLSTATE (PostgreSQL, appendix A) that pass by themselves or by an operator's hand:
# connection, invalid transaction state (a replica that is read-only), authorization, no such
# database, rollback, no such table (not migrated yet), resources, not in prerequisite state,
# operator intervention, system error, configuration file, internal error; and 0A, a plan that
# a migration made void.
_OUTAGE_CLASSES: Final = frozenset(
    {"08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "F0", "XX"}
)

# Of these: what lasts until somebody has mended it.
_FAULT_CLASSES: Final = frozenset({"0A", "25", "28", "3D", "3F", "42", "F0", "XX"})

_DEADLOCK: Final = "40P01"


def is_outage(failure: BaseException) -> bool:
    """Whether the same transaction may succeed later, with nothing changed in it."""
    causes = list(_causes(failure))
    for cause in causes:
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            return state[:2] in _OUTAGE_CLASSES
    # The driver's own refusal of a value is a ValueError; its other errors are the connection's.
    if any(isinstance(cause, ValueError) for cause in causes):
        return False
    return any(
        isinstance(
            cause,
            OSError | PoolTimeout | asyncpg.InterfaceError | asyncpg.InternalClientError,
        )
        or (isinstance(cause, DBAPIError) and cause.connection_invalidated)
        for cause in causes
    )


def passes(failure: BaseException) -> bool:
    """Whether a client should try again in some seconds: an outage that no operator is needed to
    end, such as a restart, a deadlock, or no connection that becomes free."""
    states = {
        state[:2]
        for cause in _causes(failure)
        if isinstance(state := getattr(cause, "sqlstate", None), str)
    }
    return is_outage(failure) and not states & _FAULT_CLASSES


def is_deadlock(failure: BaseException) -> bool:
    """Whether PostgreSQL ended the transaction because it and another waited for each other: made
    again at once, it succeeds."""
    return any(getattr(cause, "sqlstate", None) == _DEADLOCK for cause in _causes(failure))


def is_refusal(failure: BaseException) -> bool:
    """Whether the database, or its driver, refused a value; else the fault is in our code."""
    return any(isinstance(cause, DBAPIError) for cause in _causes(failure))


def cause_of(failure: BaseException) -> str:
    """The innermost error in one line."""
    innermost = list(_causes(failure))[-1]
    text = " ".join(str(innermost).split())
    return f"{type(innermost).__name__}: {text}" if text else type(innermost).__name__


def _causes(failure: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = failure
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__
