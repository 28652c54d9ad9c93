"""Any number of rows as one parameter of a statement.

As JSON: the driver looks at each element of an array with Python's own hands, twice for some, which
was a tenth of the bridge's time; orjson writes them all at once, and PostgreSQL has time to read.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import JSON, Text, bindparam, cast, column, func
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

_ROWS = "given_rows"


def given(**columns: TypeEngine[Any]) -> TableValuedAlias:
    """The rows that ``as_given`` binds, as a table.

    Parameters:
        columns: name -> type.
    """
    text = cast(bindparam(_ROWS, type_=Text()), JSON)
    shape = [column(name, kind) for name, kind in columns.items()]
    rows = func.json_to_recordset(text).table_valued(*shape)
    return rows.render_derived(name="given", with_types=True)


def as_given(rows: Sequence[tuple[object, ...]], names: Sequence[str]) -> dict[str, str]:
    """Rows as the parameter of a statement; they hold what JSON can, UUIDs and moments."""
    named = [dict(zip(names, row, strict=True)) for row in rows]
    return {_ROWS: orjson.dumps(named, default=_of_driver).decode()}


def _of_driver(value: object) -> str:
    """The driver has a UUID of its own, of which orjson does not know."""
    if isinstance(value, UUID):
        return value.hex
    raise TypeError(f"{type(value).__name__} is no JSON")
