"""What is wrong with a row of a file: the same errors as of an elder who is entered by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import DomainError, InvalidInput
from domain.imports.models import FaultCode, ImportColumn
from domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Parameters:
        row: as a spreadsheet numbers it: the titles' line is 1.
        column: None for the row as a whole.
        facts: of the error: a reason and its bounds, never a value from the file.
    """

    row: int
    column: ImportColumn | None
    code: FaultCode
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, row: int, column: ImportColumn | None, error: DomainError) -> "Fault":
        """What a rule of the register says of a cell."""
        return cls(row, column, FaultCode(error.code.value), dict(error.facts))


def wrong(row: int, column: ImportColumn | None, reason: Reason, **facts: Any) -> Fault:
    """A cell that cannot be read, or contradicts another one."""
    return Fault.of(row, column, InvalidInput(None, reason=reason, **facts))
