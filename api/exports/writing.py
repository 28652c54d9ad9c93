"""A worker's turn at an export: read some pages, write them as pieces of its file.

Rights are looked at anew with every piece, in the transaction that writes it and after its pages
were read: what somebody may no longer see is not in their file.
"""

import asyncio
import logging
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from api.context import Context
from api.exports.listing import listing_of
from api.exports.pages import Away, Reader, Refused
from api.feed import Feed
from api.texts import Language
from domain.access import Actor
from domain.crypto import Vault
from domain.database import Database
from domain.errors import DomainError
from domain.exports import service
from domain.exports.asked import asked_of, cursor_of, sealed_cursor
from domain.exports.file import packed
from domain.exports.models import Export, ExportFailure
from domain.exports.service import Piece
from domain.outage import is_outage

log = logging.getLogger("yiyang.exports")

TURN_SECONDS = 2.0
"""How long a turn lasts, give or take a piece: what a worker that is told to stop waits for."""

PIECE_BYTES = 512 * 1024
PIECE_SECONDS = 0.5
"""A piece is written once it is as large, or has taken as long: its owner watches it grow."""

_NOBODY = "worker"


@dataclass(frozen=True)
class Writer:
    """Writes exports on behalf of their owners.

    Parameters:
        vault: opens what a permission allows to be read, seals the file.
    """

    database: Database
    vault: Vault

    async def take_turn(self, export_id: UUID) -> None:
        """Go on with an export for some seconds.

        Raises: Away, and the errors of a database that is away: the turn is to be taken again.
        """
        async with self.database.transaction(_NOBODY) as session:
            export = await service.take_turn(session, export_id)
        if export is None:
            return
        try:
            await self._write(export)
        except Refused as refused:
            log.warning("export %s is refused: %s", export_id, refused.code)
            defect = ExportFailure.INTERNAL if refused.is_defect else ExportFailure.QUERY_REFUSED
            await self.give_up(export_id, defect)
        except DomainError as refused:
            log.warning("export %s is refused: %s", export_id, refused)
            await self.give_up(export_id, ExportFailure.QUERY_REFUSED)
        except Exception as failure:
            if isinstance(failure, Away) or is_outage(failure):
                raise
            log.exception("export %s cannot be written", export_id)
            await self.give_up(export_id, ExportFailure.INTERNAL)

    async def give_up(self, export_id: UUID, failure: ExportFailure) -> None:
        """Say that an export cannot be written."""
        async with self.database.transaction(_NOBODY) as session:
            await service.fail(session, export_id, failure)

    async def _write(self, export: Export) -> None:
        reader = self._reader(export)
        ends = monotonic() + TURN_SECONDS
        going: Export | None = export
        while going is not None:
            piece = await self._piece(going, reader)
            over = monotonic() >= ends
            async with self.database.transaction(_NOBODY) as session:
                going = await service.append(session, export.id, piece, turn_ends=over)
            if over:
                return

    def _reader(self, export: Export) -> Reader:
        asked = asked_of(export, self.vault)
        listing, variables = listing_of(asked.document), dict(asked.variables)
        actor = Actor(export.account_id, export.role, export.region_code)
        feed = Feed(self.database.url)

        def context() -> Context:
            return Context(
                database=self.database,
                actor=actor,
                language=Language(export.language),
                request_id=f"export_{export.id.hex}",
                feed=feed,
                vault=self.vault,
            )

        return Reader(listing, variables, listing.page_size(variables), context)

    async def _piece(self, export: Export, reader: Reader) -> Piece:
        """The rows that follow what is written already."""
        lines, rows, last = bytearray(), 0, False
        cursor = cursor_of(export, self.vault)
        masked: frozenset[str] = frozenset()
        ends = monotonic() + PIECE_SECONDS
        while not last and len(lines) < PIECE_BYTES and monotonic() < ends:
            page = await reader.page(cursor)
            lines += page.lines
            rows, cursor, last = rows + page.rows, page.cursor, page.last
            masked |= page.masked
        body = None
        if lines:
            # Half a megabyte to compress: others are waiting for this process, too.
            place = (self.vault, export.id, export.byte_count)
            body = await asyncio.to_thread(packed, *place, bytes(lines))
        goes_on = sealed_cursor(cursor, self.vault)
        return Piece(export.byte_count, len(lines), body, rows, goes_on, masked, last)
