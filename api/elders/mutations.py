"""What is done in the register: one transaction, one verb, one payload."""

from datetime import date
from typing import Any

import strawberry

from api.elders.types import Elder
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from domain.access import Permission
from domain.elders import models, registry, tagging
from domain.elders.models import ElderField
from domain.elders.tagging import Tagged
from domain.errors import InvalidInput
from domain.reasons import Reason


@mutation_input
class ElderRegisterInput(MutationInput):
    """Who is to be entered."""

    name: str
    """Full name as on the citizen id: 1 to 50 characters."""
    gender: models.Gender
    """Sex as on the citizen id."""
    birth_date: date
    """Day of birth, as in the id number; 60 to 130 years ago."""
    id_number: str
    """Citizen id number, 18 characters."""
    region_code: str
    """The community where they live: a code of twelve digits."""
    address: str
    """Address down to the door: 1 to 200 characters."""
    phone: str | None = None
    """Mobile phone."""


@mutation_input
class ElderUpdateInput(MutationInput):
    """What is to be changed of whose entry; what is null stays as it is."""

    id: strawberry.ID
    """The elder."""
    name: str | None = None
    """As for `elderRegister`; so below."""
    gender: models.Gender | None = None
    """Sex."""
    birth_date: date | None = None
    """Day of birth, as in the id number."""
    id_number: str | None = None
    """Citizen id number."""
    region_code: str | None = None
    """The community to which they have moved, wherever it is."""
    address: str | None = None
    """Address."""
    phone: str | None = None
    """Mobile phone."""
    without_phone: bool = False
    """That there is no phone any more."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class ElderTagAddInput(MutationInput):
    """Which tag to enter."""

    id: strawberry.ID
    """The elder."""
    tag: models.Tag
    """The tag. 高龄 is none: it follows from the day of birth."""
    since: date | None = None
    """The first day; today, by the district's clock, if null."""
    until: date | None = None
    """The first day on which it holds no longer; null where none is known."""
    source: str
    """Who says so, or which paper does: 1 to 200 characters."""


@mutation_input
class ElderTagEndInput(MutationInput):
    """Which tag holds no longer."""

    id: strawberry.ID
    """The elder."""
    tag: models.Tag
    """The tag, which holds on the day before."""
    until: date | None = None
    """The first day on which it holds no longer, a past one or one to come; today if null."""


@mutation_input
class ElderTagWithdrawInput(MutationInput):
    """Which tag was entered wrongly."""

    id: strawberry.ID
    """The elder."""
    tag: models.Tag
    """The tag."""
    since: date
    """The first day of the period that is taken back."""


@mutation_payload
class ElderPayload(MutationPayload):
    """What every mutation of the register answers."""

    elder: Elder | None
    """The elder after the change; null if there is none to be seen."""


@mutation_payload
class ElderRegisterPayload(ElderPayload):
    """The new entry; null if there is none."""


@mutation_payload
class ElderUpdatePayload(ElderPayload):
    """The entry after the change; null where it is not yours to see any more."""


@mutation_payload
class ElderTagAddPayload(ElderPayload):
    """The elder who carries the tag."""


@mutation_payload
class ElderTagEndPayload(ElderPayload):
    """The elder who no longer carries the tag."""


@mutation_payload
class ElderTagWithdrawPayload(ElderPayload):
    """The elder who never carried the tag."""


def _entered(given: ElderRegisterInput | ElderUpdateInput) -> dict[ElderField, Any]:
    """What is given for each field."""
    return {
        ElderField.NAME: given.name,
        ElderField.GENDER: given.gender,
        ElderField.BIRTH_DATE: given.birth_date,
        ElderField.ID_NUMBER: given.id_number,
        ElderField.REGION: given.region_code,
        ElderField.ADDRESS: given.address,
        ElderField.PHONE: given.phone,
    }


def _changed(given: ElderUpdateInput) -> dict[ElderField, Any]:
    """Only what is given. Raises: InvalidInput(phone) for one, and none."""
    changes = {field: value for field, value in _entered(given).items() if value is not None}
    if given.without_phone:
        if given.phone is not None:
            raise InvalidInput("phone", reason=Reason.NOT_CONSISTENT)
        changes[ElderField.PHONE] = None
    return changes


@strawberry.type
class ElderMutations:
    """Root fields that change the register."""

    elder_register = mutation(
        ElderRegisterPayload,
        "Enter somebody in the register of your region; refused (ALREADY_EXISTS) for an id number "
        "that is there already.",
        node=Elder,
        asks=Permission.ELDER_REGISTER,
        given=ElderRegisterInput,
        which="Who.",
        verb=lambda change, given: registry.register(
            change.session, change.vault, change.actor, _entered(given)
        ),
    )

    elder_update = mutation(
        ElderUpdatePayload,
        "Change an entry, also because somebody has moved. What it said stays in `Elder.history`.",
        node=Elder,
        asks=Permission.ELDER_REGISTER,
        given=ElderUpdateInput,
        which="Whose, and what.",
        verb=lambda change, given: registry.update(
            change.session,
            change.vault,
            change.actor,
            change.key,
            _changed(given),
            given.expected_version,
        ),
    )

    elder_tag_add = mutation(
        ElderTagAddPayload,
        "Enter a tag of an elder's; refused (ALREADY_EXISTS) where it holds on one of these days "
        "already.",
        node=Elder,
        asks=Permission.ELDER_REGISTER,
        given=ElderTagAddInput,
        which="Which tag, and who says so.",
        verb=lambda change, given: tagging.add_tag(
            change.session,
            change.actor,
            change.key,
            Tagged(given.tag, given.source, given.since, given.until),
        ),
    )

    elder_tag_end = mutation(
        ElderTagEndPayload,
        "Say that a tag holds no longer; until then it did.",
        node=Elder,
        asks=Permission.ELDER_REGISTER,
        given=ElderTagEndInput,
        which="Which tag, and since when not.",
        verb=lambda change, given: tagging.end_tag(
            change.session, change.actor, change.key, given.tag, given.until
        ),
    )

    elder_tag_withdraw = mutation(
        ElderTagWithdrawPayload,
        "Take back a tag that was entered wrongly: it never held. To correct its days, enter it "
        "anew. What was believed stays in `Elder.tagHistory`.",
        node=Elder,
        asks=Permission.ELDER_REGISTER,
        given=ElderTagWithdrawInput,
        which="Which tag.",
        verb=lambda change, given: tagging.withdraw_tag(
            change.session, change.actor, change.key, given.tag, given.since
        ),
    )
