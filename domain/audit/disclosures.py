"""What sensitive data an answer shows: one row in the trail for each elder, and for each other row
that holds such data, before it leaves."""

from collections import defaultdict
from uuid import UUID

from domain.access import Actor
from domain.audit.models import READ, Outcome
from domain.audit.service import Act, Source, record_alone
from domain.database import Database
from domain.elders.models import Elder

ELDER = Elder.__tablename__
"""The table of those whose data it is, mostly."""

_Which = tuple[str, UUID, str | None, Outcome]


class Disclosures:
    """Collects who is shown what, and writes it at once; an answer that shows nothing sensitive
    costs nothing."""

    __slots__ = ("_shown", "for_a_purpose")

    def __init__(self) -> None:
        self.for_a_purpose = False
        """Whether something was shown that is shown for a purpose only, each time anew."""
        self._shown: dict[_Which, dict[str, None]] | None = None

    def __bool__(self) -> bool:
        return bool(self._shown)

    def note(self, key: UUID, field: str, purpose: str | None = None, table: str = ELDER) -> None:
        """Note a field that is shown.

        Parameters:
            key: whose.
            field: as ``Type.field`` of the schema.
            purpose: what the reader gave as theirs.
            table: the one that the key is of.
        """
        self.for_a_purpose = self.for_a_purpose or purpose is not None
        self._add(field, (table, key, purpose, Outcome.DONE))

    def refuse(self, key: UUID, field: str, purpose: str | None = None) -> None:
        """Note a field that is asked for and not shown.

        Parameters:
            key: of an elder; perhaps there is none, and so no elder's trail has it.
        """
        self._add(field, (ELDER, key, purpose, Outcome.DENIED))

    def _add(self, field: str, which: _Which) -> None:
        if self._shown is None:
            self._shown = defaultdict(dict)
        self._shown[which][field] = None

    async def write(self, database: Database, actor: Actor, source: Source) -> None:
        """Have all of it in the trail; it is committed when this returns.

        Raises: asyncpg's errors, and then nothing may be shown.
        """
        shown, self._shown = self._shown or {}, None
        acts = [
            Act(READ, table, key, _elder(table, key, outcome), sorted(fields), purpose, outcome)
            for (table, key, purpose, outcome), fields in shown.items()
        ]
        await record_alone(database, actor, source, acts)


def _elder(table: str, key: UUID, outcome: Outcome) -> UUID | None:
    return key if table == ELDER and outcome is Outcome.DONE else None
