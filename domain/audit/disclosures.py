"""What sensitive data an answer shows: one row in the trail for each elder, before it leaves."""

from collections import defaultdict
from uuid import UUID

from domain.access import Actor
from domain.audit.models import READ, Outcome
from domain.audit.service import Act, Source, record_alone
from domain.database import Database
from domain.elders.models import Elder

ELDER = Elder.__tablename__
"""The table of those whose data it is."""


class Disclosures:
    """Collects who is shown what, and writes it at once; an answer that shows nothing sensitive
    costs nothing."""

    __slots__ = ("_shown", "for_a_purpose")

    def __init__(self) -> None:
        self.for_a_purpose = False
        """Whether something was shown that is shown for a purpose only, each time anew."""
        self._shown: dict[tuple[UUID, str | None, Outcome], dict[str, None]] | None = None

    def __bool__(self) -> bool:
        return bool(self._shown)

    def note(self, elder_id: UUID, field: str, purpose: str | None = None) -> None:
        """Note a field that is shown.

        Parameters:
            elder_id: whose.
            field: as ``Type.field`` of the schema.
            purpose: what the reader gave as theirs.
        """
        self.for_a_purpose = self.for_a_purpose or purpose is not None
        self._add(field, (elder_id, purpose, Outcome.DONE))

    def refuse(self, key: UUID, field: str, purpose: str | None = None) -> None:
        """Note a field that is asked for and not shown.

        Parameters:
            key: of an elder; perhaps there is none, and so no elder's trail has it.
        """
        self._add(field, (key, purpose, Outcome.DENIED))

    def _add(self, field: str, which: tuple[UUID, str | None, Outcome]) -> None:
        if self._shown is None:
            self._shown = defaultdict(dict)
        self._shown[which][field] = None

    async def write(self, database: Database, actor: Actor, source: Source) -> None:
        """Have all of it in the trail; it is committed when this returns.

        Raises: asyncpg's errors, and then nothing may be shown.
        """
        shown, self._shown = self._shown or {}, None
        acts = [
            Act(READ, ELDER, key, _seen(key, outcome), sorted(fields), purpose, outcome)
            for (key, purpose, outcome), fields in shown.items()
        ]
        await record_alone(database, actor, source, acts)


def _seen(key: UUID, outcome: Outcome) -> UUID | None:
    return key if outcome is Outcome.DONE else None
