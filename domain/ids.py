"""Ids as clients see them: the type's prefix and the key's 32 hex digits."""

from uuid import UUID


def public_id(prefix: str, key: UUID) -> str:
    """``("elder", UUID)`` -> ``elder_019a…``."""
    return f"{prefix}_{key.hex}"


def parse_public_id(text: str) -> tuple[str, UUID] | None:
    """The prefix and the key of an id, or None where the text is none."""
    prefix, mark, digits = text.rpartition("_")
    if not mark or len(digits) != 32 or not digits.isascii() or not digits.isalnum():
        return None
    try:
        return prefix, UUID(hex=digits)
    except ValueError:
        return None
