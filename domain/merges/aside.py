"""What a merge takes out, as it lies aside: opened, for it is sealed as a whole. So it is under one
key alone, which a rotation finds, and comes back under the one of that day."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from domain.crypto import Vault, place
from domain.metadata import METADATA
from domain.rotation import SealedColumn, sealed_columns

Row = dict[str, Any]
"""As ``to_jsonb`` has it: bytes as ``\\\\x`` and hexadecimal digits."""

_BYTES = "\\x"


def opened(vault: Vault, table: str, rows: Sequence[Row]) -> list[Row]:
    """Rows without any seal of their own."""
    return _with_each(table, rows, vault.open_bytes)


def sealed(vault: Vault, table: str, rows: Sequence[Row]) -> list[Row]:
    """The rows as the table has them."""
    return _with_each(table, rows, vault.seal_bytes)


def _with_each(table: str, rows: Sequence[Row], made: Callable[[bytes, str], bytes]) -> list[Row]:
    columns = [one for one in sealed_columns(METADATA) if one.table.name == table]
    return [row | dict(_fresh(columns, row, made)) for row in rows]


def _fresh(
    columns: Sequence[SealedColumn], row: Row, made: Callable[[bytes, str], bytes]
) -> Iterator[tuple[str, str]]:
    for one in columns:
        name = one.column.name
        # What has no bytes has no seal.
        if row[name] not in (None, _BYTES):
            value = bytes.fromhex(row[name].removeprefix(_BYTES))
            yield name, _BYTES + made(value, _place(one, row)).hex()


def _place(one: SealedColumn, row: Row) -> str:
    bound = (row[column.name] for column in one.bound_to)
    return place(str(one), *(UUID(part) if isinstance(part, str) else part for part in bound))
