"""What people do about a stay: one transaction, one verb, one payload."""

from datetime import date
from typing import Annotated

import strawberry

from api.beds.types import BedStay
from api.context import Info
from api.describe import input_object, output
from api.errors import UserError
from api.mutations import changed
from api.permissions import asks
from api.relay import key_of
from domain.access import Permission
from domain.beds import service


@input_object
class BedStayAdmitInput:
    """Which elder has which bed, and on which days."""

    bed_id: strawberry.ID
    """The bed."""
    elder_id: strawberry.ID
    """The elder."""
    starts_on: date | None = None
    """The first day, from 31 days ago (a late entry) to a year ahead (a reservation); today, by the
    district's clock, if null."""
    ends_on: date | None = None
    """The first day no more, as planned; if null, as it was reserved, else without an end."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class BedStayEndInput:
    """Which stay is over."""

    id: strawberry.ID
    """The stay."""
    ends_on: date | None = None
    """The first day no more, from the first day of the stay until today; today if null. A stay that
    has not begun gives all its days back, whatever is said here."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class BedStayCloseInput:
    """Whose bed is clean again."""

    id: strawberry.ID
    """The stay."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@output
class BedStayPayload:
    """What every mutation of a stay answers."""

    bed_stay: BedStay | None
    """The stay after the change; null if there is none to be seen."""
    user_errors: list[UserError]
    """Why nothing was changed; empty when it was."""
    client_mutation_id: str | None = None
    """As given in the input."""


@output
class BedStayAdmitPayload(BedStayPayload):
    """The stay of the admitted elder."""


@output
class BedStayEndPayload(BedStayPayload):
    """The stay that has ended."""


@output
class BedStayClosePayload(BedStayPayload):
    """The stay whose bed is clean."""


@strawberry.type
class BedMutations:
    """Root fields that change stays."""

    @strawberry.mutation(
        description="Give an elder a bed: occupied from today or earlier, reserved from later."
    )
    @asks(Permission.BED_STAY_ADMIT)
    async def bed_stay_admit(
        self,
        info: Info,
        input: Annotated[BedStayAdmitInput, strawberry.argument(description="Who, where, when.")],
    ) -> BedStayAdmitPayload:
        """A new stay, or HELD and RESERVED -> OCCUPIED."""
        return await changed(
            info,
            BedStayAdmitPayload,
            BedStay,
            input,
            lambda session: service.admit(
                session,
                info.context.actor,
                elder_id=key_of(input.elder_id, "elder", "elder_id"),
                bed_id=key_of(input.bed_id, "bed", "bed_id"),
                starts_on=input.starts_on,
                ends_on=input.ends_on,
            ),
        )

    @strawberry.mutation(
        description="The elder has left, and the bed is to be cleaned; or does not come."
    )
    @asks(Permission.BED_STAY_END)
    async def bed_stay_end(
        self,
        info: Info,
        input: Annotated[BedStayEndInput, strawberry.argument(description="Which, and when.")],
    ) -> BedStayEndPayload:
        """OCCUPIED and ON_LEAVE -> CLEANING; HELD and RESERVED -> CLOSED."""
        return await changed(
            info,
            BedStayEndPayload,
            BedStay,
            input,
            lambda session: service.end(
                session, info.context.actor, key_of(input.id, "bed_stay"), input.ends_on
            ),
        )

    @strawberry.mutation(description="The bed is clean: the next may come.")
    @asks(Permission.BED_STAY_CLOSE)
    async def bed_stay_close(
        self,
        info: Info,
        input: Annotated[BedStayCloseInput, strawberry.argument(description="Which stay.")],
    ) -> BedStayClosePayload:
        """CLEANING -> CLOSED."""
        return await changed(
            info,
            BedStayClosePayload,
            BedStay,
            input,
            lambda session: service.close(
                session, info.context.actor, key_of(input.id, "bed_stay")
            ),
        )
