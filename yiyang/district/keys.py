"""Keys that are the same for the same seed and day, in UUIDv7's shape and order."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

_PER_MILLISECOND = 4096
_VERSION_AND_VARIANT = (7 << 76) | (0b10 << 62)
_RANDOM_BITS = (1 << 62) - 1
_REMEMBERED = 1 << 15


class Keys:
    """UUIDv7 by number: a greater number gives a greater key.

    Parameters:
        seed: of the 62 random bits (RFC 9562, section 5.7).
        today: the day the district is made for. Keys begin at midnight UTC the day before, so
            that what PostgreSQL makes from now on sorts after them, in any time zone.
    """

    def __init__(self, seed: int, today: date) -> None:
        midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
        self._base = int((midnight - timedelta(days=1)).timestamp()) * 1000
        self._seed = seed
        # A dish is in a thousand orders, a volunteer has a score of visits.
        self._remembered = lru_cache(_REMEMBERED)(self._made)

    def __getitem__(self, number: int) -> UUID:
        return self._remembered(number)

    def _made(self, number: int) -> UUID:
        milliseconds, rest = divmod(number, _PER_MILLISECOND)
        ordered = ((self._base + milliseconds) << 80) | (rest << 64)
        digest = blake2b(f"{self._seed}/{number}".encode(), digest_size=8).digest()
        chance = int.from_bytes(digest) & _RANDOM_BITS
        return UUID(int=ordered | _VERSION_AND_VARIANT | chance)
