"""How somebody is looked up in the register: by the name as it is written or spelled, by the id
number or its end."""

import re
from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import col

from domain.access import Actor, Permission
from domain.elders.models import Elder
from domain.elders.spelling import sought

WHOLE, END = "elder.id_number_hash", "elder.id_number_end_hash"
"""Of which digests."""

END_CHARACTERS = 4

_MASK = re.compile(r"\d{6}\*+")
_NOTHING = "-"
"""What no spelling contains."""


def name_pattern(text: str) -> str:
    """The LIKE pattern of what somebody types of a name."""
    return f"%{sought(text) or _NOTHING}%"


def is_spelled(pattern: Any) -> ColumnElement[bool]:
    """Whether an elder's name is written or spelled so.

    Parameters:
        pattern: SQL of a value of ``name_pattern``.
    """
    return col(Elder.spelling).like(pattern)


def number_and_column(text: str) -> tuple[str, str]:
    """What somebody knows of an id number, and of which digests it is one: the whole number, or its
    last four characters, perhaps behind the mask that lists show."""
    known = _MASK.sub("", text.strip().upper())
    return known, END if len(known) == END_CHARACTERS else WHOLE


def has_number(actor: Actor, digest: Any) -> ColumnElement[bool]:
    """Whether an elder has this id number, or one that ends so; for those who may be shown it.

    Parameters:
        digest: SQL of the digest.
    """
    if not (actor.may(Permission.ELDER_REVEAL) or actor.may(Permission.ELDER_REGISTER)):
        return false()
    return or_(col(Elder.id_number_hash) == digest, col(Elder.id_number_end_hash) == digest)
