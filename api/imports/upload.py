"""``POST /elder-imports``: a spreadsheet of elders; ``GET /elder-imports/template.csv``: its
titles."""

import csv
import io
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.tokens import InvalidToken
from api.bodies import Gone, whole_body
from api.connections import MAX_A_CLIENT, Connections, TooMany
from api.downloads import PRIVATE, admitted, refused
from api.refusals import TRY_LATER, Refusal
from api.requests import Gate, source_of
from api.texts import Language, preferred
from domain.access import Actor
from domain.accounts.attempts import count
from domain.audit.service import Act, record
from domain.errors import DomainError, InvalidInput, PermissionDenied
from domain.ids import public_id
from domain.imports.models import ElderImport
from domain.imports.service import BROUGHT, bring, check_may
from domain.imports.sheets import MOST_BYTES
from domain.imports.words import TITLES

FILES = "/elder-imports"
"""Where files are brought."""

_READING_SECONDS = 60
"""For a file to come in whole: 4 MiB over a bad line."""


@dataclass(frozen=True)
class Uploads:
    """Takes files.

    Parameters:
        connections: of which a file that comes in is one.
    """

    gate: Gate
    connections: Connections

    def routes(self) -> list[Route]:
        """Where."""
        return [
            Route(FILES, self.answer, methods=["POST"]),
            Route(f"{FILES}/template.csv", template, methods=["GET"]),
        ]

    async def answer(self, request: Request) -> Response:
        """POST: the file is the whole body."""
        try:
            actor = admitted(self.gate, request)
            check_may(actor)
            content = await self._content(request, actor)
            brought = await self._brought(request, actor, content)
        except InvalidToken:
            return refused(request, 401, "UNAUTHENTICATED", {"WWW-Authenticate": "Bearer"})
        except Gone:
            return Response(status_code=400)
        except TooMany:
            return refused(request, TRY_LATER, "TOO_MANY_CONNECTIONS", most=MAX_A_CLIENT)
        except Refusal as why:
            return refused(request, why.status, why.code, **why.facts)
        except DomainError as why:
            return refused(request, _status(why), why.code, **why.facts)
        shown = {"id": public_id("elder_import", brought.id)}
        return Response(orjson.dumps(shown), 201, PRIVATE, media_type="application/json")

    async def _content(self, request: Request, actor: Actor) -> bytes:
        """Raises: TooMany, Refusal, Gone."""
        self.connections.hold(actor.id)
        try:
            headers = dict(request.scope["headers"])
            return bytes(await whole_body(headers, request.receive, MOST_BYTES, _READING_SECONDS))
        finally:
            self.connections.let_go(actor.id)

    async def _brought(self, request: Request, actor: Actor, content: bytes) -> ElderImport:
        key = self.gate.vault.digest(f"imports of {actor.id}", "auth_attempt.key")
        await count(self.gate.database, [(key, BROUGHT)])
        async with self.gate.database.transaction(str(actor.id)) as session:
            brought = await bring(session, self.gate.vault, actor, content)
            act = Act("elder_import_bring", ElderImport.__tablename__, brought.id)
            record(session, actor, source_of(request), [act])
        return brought


def _status(error: DomainError) -> int:
    if isinstance(error, PermissionDenied):
        return 403
    return 415 if isinstance(error, InvalidInput) else TRY_LATER


async def template(request: Request) -> Response:
    """A file with nothing but the titles, which Excel opens as UTF-8 by its mark."""
    language = preferred(request.headers.get("accept-language"))
    line = io.StringIO()
    place = list(Language).index(language)
    csv.writer(line).writerow(titles[place] for titles in TITLES.values())
    headers = {
        "Content-Disposition": 'attachment; filename="elders.csv"',
        "Content-Language": language.value,
        "Vary": "Accept-Language",
    }
    return Response(line.getvalue().encode("utf-8-sig"), headers=headers, media_type="text/csv")
