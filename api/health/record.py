"""Where the lists of an elder's health record come from."""

from functools import partial
from typing import Any

from api.plan.declare import ascending, consented, many
from domain.access import ConsentScope
from domain.health.entries import Book, held_on


def entries_of(book: Book[Any], *, on: bool = False) -> Any:
    """An elder's entries of one part of the record, the oldest first; of the family for whoever the
    elder consents to.

    Parameters:
        on: whether only those that hold on a day, which the field then takes.
    """
    row = book.model
    return consented(
        ConsentScope.HEALTH_RECORD,
        many(
            row.elder_id,
            order=ascending(row.since, row.id),
            on=partial(held_on, book) if on else None,
        ),
    )
