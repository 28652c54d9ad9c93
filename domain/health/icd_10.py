"""Codes of ICD-10, and of the national editions that add to it."""

import re
import unicodedata

MAX_CODE = 20
"""Characters, with what the national editions add."""

_SHAPE = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9A-Zx]{1,10})?[+*]?", re.ASCII)
_CATEGORY = 3
"""Characters of a category, such as I10; a point follows if anything does."""


def icd_10(given: str) -> str | None:
    """A code as it is written: I10, F00.1, I10.x00. None for what is none.

    Parameters:
        given: in whatever case and width, with the point or without.
    """
    text = unicodedata.normalize("NFKC", given).strip().upper()
    category, rest = text[:_CATEGORY], text[_CATEGORY:].replace("X", "x")
    pointed = rest if not rest or rest[0] in ".+*" else f".{rest}"
    code = category + pointed
    return code if len(code) <= MAX_CODE and _SHAPE.fullmatch(code) else None
