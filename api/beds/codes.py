"""Codes of beds: made, put anew, and scanned."""

from typing import Annotated

import strawberry
from sqlmodel import col

from api.beds.types import Bed, CareCode
from api.context import Info
from api.describe import output
from api.elders.types import Elder
from api.mutations import (
    Change,
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.plan.criteria import equal_id, holds, under
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import listing
from api.plan.shapes import row_type_of
from api.relay import Connection, key_of
from domain.access import Permission
from domain.audit.models import Outcome
from domain.audit.service import Act, record_alone
from domain.beds import code_models, codes
from domain.beds.scanning import Scanned, scan
from domain.errors import Gone, NotFound


@mutation_input
class CareCodeIssueInput(MutationInput):
    """Which bed gets a code."""

    bed_id: strawberry.ID
    """A bed that is open and has no code that is good."""


@mutation_input
class CareCodeRotateInput(MutationInput):
    """Which code is to be good no more."""

    id: strawberry.ID
    """The code in whose place another comes."""


@mutation_payload
class CareCodePayload(MutationPayload):
    """What every mutation of a code answers."""

    care_code: CareCode | None
    """The new code, with what is shown once; where nothing was changed the one that was named, and
    null if there is none to be seen."""


@mutation_payload
class CareCodeIssuePayload(CareCodePayload):
    """The new code."""


@mutation_payload
class CareCodeRotatePayload(CareCodePayload):
    """The new code."""


@filter_input
class CareCodeFilter(Filter):
    """Which codes."""

    region: str | None = under(code_models.CareCode.region_code)
    """Only those of places of care in the subtree of the division with this code."""
    bed: strawberry.ID | None = equal_id(code_models.CareCode.bed_id, "bed")
    """Only those of this bed."""
    current: bool | None = holds(lambda _: col(code_models.CareCode.ended_at).is_(None))
    """Only those that are good; or, if false, only those that are good no more."""


@output
class CareCodeScan:
    """What a code at a bed leads to. It opens nothing: of the elder you see what you see anyway."""

    bed: Bed
    """Where it hangs; `station { phone }` says whom to call."""
    elder: Elder | None
    """Who lives in the bed now; null where nobody does, and where you may not see them."""


def _kept(change: Change, made: tuple[code_models.CareCode, str]) -> code_models.CareCode:
    code, plain = made
    change.context.shown_once[code.id] = plain
    return code


async def _issue(change: Change, given: CareCodeIssueInput) -> code_models.CareCode:
    bed_id = key_of(given.bed_id, "bed", "bed_id")
    return _kept(change, await codes.issue(change.session, change.actor, bed_id))


async def _rotate(change: Change, _: CareCodeRotateInput) -> code_models.CareCode:
    return _kept(change, await codes.rotate(change.session, change.actor, change.key))


async def _note(info: Info, found: Scanned | None, elder: Elder | None) -> None:
    """Have the scan in the audit trail, with the elder who is shown; what led nowhere as well."""
    outcome = Outcome.DONE if found and found.good else Outcome.DENIED
    shown = found.elder_id if found and elder else None
    act = Act("care_code_scan", "care_code", found and found.code_id, shown, outcome=outcome)
    await record_alone(info.context.database, info.context.actor, info.context.source, [act])


async def _elder(info: Info, found: Scanned | None) -> Elder | None:
    if found is None or found.elder_id is None:
        return None
    return await info.context.loaders.by_key(row_type_of(Elder)).load(found.elder_id)


@strawberry.type
class CareCodeQueries:
    """Root fields on codes of beds."""

    care_codes: Connection[CareCode] = listing(
        code_models.CareCode,
        order=descending(code_models.CareCode.id),
        filter=CareCodeFilter,
        description="Codes of beds, those that are good no more included, newest first.",
    )

    @strawberry.field(
        description="What the code at a bed leads to: where it is, and the elder as far as you may "
        "see them. Each scan is in the audit trail before the answer leaves. NOT_FOUND for a code "
        "that never was, GONE for one that is good no more, TOO_MANY_ATTEMPTS for who scans more "
        "than 60 at once and then one a second."
    )
    async def care_code(
        self,
        info: Info,
        code: Annotated[
            str,
            strawberry.argument(
                description="As it was read: small letters, spaces and hyphens do no harm."
            ),
        ],
    ) -> CareCodeScan:
        """One count, one look-up, one row in the trail."""
        context = info.context
        found = await scan(context.database, context.vault, context.actor, code)
        elder = await _elder(info, found)
        await _note(info, found, elder)
        if found is None or not found.good:
            raise NotFound("code") if found is None else Gone("code")
        bed = await context.loaders.by_key(row_type_of(Bed)).load(found.bed_id)
        return CareCodeScan(bed=bed, elder=elder)


@strawberry.type
class CareCodeMutations:
    """Root fields that change codes of beds."""

    care_code_issue = mutation(
        CareCodeIssuePayload,
        "Make the code of a bed that has none that is good, and show it once, to be printed.",
        node=CareCode,
        asks=Permission.CARE_CODE_ISSUE,
        given=CareCodeIssueInput,
        which="Of which bed.",
        verb=_issue,
    )

    care_code_rotate = mutation(
        CareCodeRotatePayload,
        "Put a new code in the place of one, for example of a print that was lost; the old one "
        "answers GONE from then on, and so it does to a second one who wants to put another in "
        "its place.",
        node=CareCode,
        asks=Permission.CARE_CODE_ISSUE,
        given=CareCodeRotateInput,
        which="Which code.",
        verb=_rotate,
    )
