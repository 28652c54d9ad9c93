"""Who asks for personal data of a row that is not there to be seen: in the audit trail it stands
whether there is such a row or not."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from strawberry.types.nodes import SelectedField, Selection
from strawberry.utils.str_converters import to_camel_case

from api.context import Info
from api.plan.shapes import Computed, Named, RowType


async def seen(info: Info, row_type: RowType, key: UUID) -> Any:
    """The row of a key; None where there is none to be seen, and then what was asked is noted."""
    found = await info.context.loaders.by_key(row_type).load(key)
    if found is None:
        note_unseen(info, row_type, key)
    return found


def note_unseen(info: Info, row_type: RowType, key: UUID) -> None:
    """Note what the field at hand asks of a row that the actor does not see.

    Parameters:
        key: of the row, if there is one.
    """
    names = dict(_named(row_type))
    if not names:
        return
    for field in _fields(info.selected_fields):
        if field.name in names:
            info.context.refuse(key, *names[field.name](field.arguments))


def _named(row_type: RowType) -> Iterator[tuple[str, Named]]:
    """The fields whose refusals are noted."""
    for name, declaration in row_type.fields.items():
        if isinstance(declaration, Computed) and declaration.named:
            yield to_camel_case(name), declaration.named


def _fields(fields: Sequence[Selection]) -> Iterator[SelectedField]:
    """What is selected directly below some fields, fragments included."""
    for field in fields:
        for one in field.selections:
            if not _is_left_out(one):
                yield from (one,) if isinstance(one, SelectedField) else _fields([one])


def _is_left_out(selection: Any) -> bool:
    given = selection.directives
    return given.get("skip", {}).get("if") is True or given.get("include", {}).get("if") is False
