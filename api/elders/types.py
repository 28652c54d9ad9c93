"""Elders as clients see them."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from sqlmodel import col

from api.context import Context
from api.describe import enumeration
from api.elders.readers import ElderReader, access_list
from api.elders.reveal import ELDER_NEEDS, of_contact, of_elder, reveal, reveal_phone
from api.plan.declare import (
    ascending,
    column,
    computed,
    connection,
    consented,
    descending,
    many,
    node,
    one,
    one_back,
    record,
)
from api.regions.types import Region
from api.relay import Connection, Node
from domain.access import ConsentScope, Permission
from domain.accounts.models import Relation
from domain.alarms.models import Alarm as AlarmRow
from domain.assistance.models import AssistanceCase as AssistanceCaseRow
from domain.beds.lifecycle import IN_BED
from domain.beds.models import BedStay as BedStayRow
from domain.calendar import whole_years
from domain.canteens.models import MealOrder as MealOrderRow
from domain.crypto import place
from domain.devices.models import Device as DeviceRow
from domain.devices.models import VitalSign as VitalSignRow
from domain.elders import models
from domain.elders.visibility import (
    contact_visible,
    elder_condition_visible,
    elder_tag_visible,
    elder_visible,
)
from domain.family.models import FamilyLink as FamilyLinkRow
from domain.visits.models import VisitTask as VisitTaskRow

if TYPE_CHECKING:
    from api.alarms.types import AlarmConnection
    from api.assistance.types import AssistanceCase
    from api.beds.types import BedStay
    from api.canteens.types import MealOrder
    from api.devices.types import Device, VitalSign
    from api.family.types import FamilyLink
    from api.visits.types import VisitTask

enumeration(models.Gender, "Sex as on the citizen id.", FEMALE="女.", MALE="男.")

enumeration(
    models.CareLevel,
    "Ability level of GB/T 42195-2022.",
    INTACT="能力完好 level 0.",
    MILD="轻度失能 level 1.",
    MODERATE="中度失能 level 2.",
    SEVERE="重度失能 level 3.",
    COMPLETE="完全失能 level 4.",
)

enumeration(
    models.Tag,
    "Why an elder needs attention.",
    name="ElderTag",
    LIVES_ALONE="独居 lives alone (key).",
    EMPTY_NEST="空巢 children live elsewhere (key).",
    LEFT_BEHIND="留守 left behind by working children (key).",
    DISABLED="失能 unable to care for oneself (key).",
    SEVERELY_HANDICAPPED="重残 severely handicapped (key).",
    FAMILY_PLANNING_SPECIAL="计生特殊 lost an only child (key).",
    DEMENTIA="失智 dementia.",
    MINIMUM_LIVING="低保 on the minimum living allowance.",
    EXTREME_HARDSHIP="特困 in extreme hardship.",
    CHILDLESS="孤寡 without spouse and children.",
)


def _age(elder: models.Elder, context: Context) -> int:
    return whole_years(elder.birth_date, context.today)


def _full_address(elder: models.Elder, context: Context) -> str:
    return context.vault.open(elder.address_cipher, "elder.address_cipher")


@record(models.ElderTag, visible=elder_tag_visible)
class ElderTag:
    """A tag and since when it holds."""

    tag: models.Tag
    """The tag."""
    since: date
    """First day."""


def _health(function: Callable[[Any, Context], Any], *needs: Any) -> Any:
    """A field of the health record: who is shown it is in the audit trail."""
    return computed(function, needs=needs, discloses=models.ElderCondition.elder_id)


@node(models.ElderCondition, visible=elder_condition_visible)
class ElderCondition(Node):
    """A diagnosis, and since when it holds. Who is shown it is in the audit trail."""

    code: str = _health(
        lambda one, context: context.vault.open(
            one.code_cipher, place("elder_condition.code_cipher", one.elder_id)
        ),
        models.ElderCondition.code_cipher,
        models.ElderCondition.elder_id,
    )
    """Code of ICD-10, for example I10."""
    name: str = _health(
        lambda one, context: context.vault.open(
            one.name_cipher, place("elder_condition.name_cipher", one.elder_id)
        ),
        models.ElderCondition.name_cipher,
        models.ElderCondition.elder_id,
    )
    """What it is called."""
    since: date = _health(lambda one, _: one.since, models.ElderCondition.since)
    """First day."""
    until: date | None = _health(lambda one, _: one.until, models.ElderCondition.until)
    """The day on which it was over; null where it is not."""
    elder: Annotated["Elder", strawberry.lazy("api.elders.types")] | None = one(
        models.ElderCondition.elder_id
    )
    """Whose."""


@record(models.Contact, visible=contact_visible)
class Contact:
    """Someone to call for an elder."""

    name: str
    """Full name."""
    relation: Relation
    """How they are related to the elder."""
    phone: str = computed(
        lambda contact, _: contact.phone_masked, needs=[models.Contact.phone_masked]
    )
    """Mobile phone, masked: 138****1234."""
    reveal: str | None = computed(
        reveal_phone,
        needs=[models.Contact.phone_cipher],
        permission=Permission.ELDER_REVEAL,
        discloses=models.Contact.elder_id,
        named=of_contact,
    )
    """The phone in full, as `Elder.reveal` shows what is the elder's."""
    calling_order: int
    """1 is called first."""


@node(models.Elder, visible=elder_visible)
class Elder(Node):
    """A person of 60 or older in the district's register. What one of the family sees of them only
    with their consent is null without it, with `NO_CONSENT` in `extensions.masked`."""

    name: str
    """Full name as on the citizen id."""
    gender: models.Gender
    """Sex as on the citizen id."""
    birth_date: date
    """Day of birth."""
    age: int = computed(_age, needs=[models.Elder.birth_date])
    """Completed years today, by the district's clock."""
    care_level: models.CareLevel | None = consented(
        ConsentScope.HEALTH_RECORD, column(models.Elder.care_level)
    )
    """Ability level."""
    id_number: str = column(models.Elder.id_number_masked)
    """Citizen id number, masked: 330102************."""
    phone: str | None = column(models.Elder.phone_masked)
    """Mobile phone, masked: 138****1234; null where none is known."""
    address: str = column(models.Elder.address_masked)
    """Address, masked after the community."""
    full_address: str | None = consented(
        ConsentScope.LOCATION,
        computed(
            _full_address,
            needs=[models.Elder.address_cipher],
            permission=Permission.ADDRESS_READ,
            discloses=models.Elder.id,
        ),
    )
    """Address down to the door, for those who visit, answer alarms or are family; null for
    others."""
    reveal: str | None = computed(
        reveal,
        needs=ELDER_NEEDS,
        permission=Permission.ELDER_REVEAL,
        discloses=models.Elder.id,
        named=of_elder,
    )
    """Personal data in full, for those who need it in their work, the elder and the guardian; null
    for others. Each time is in the audit trail with its purpose before the answer leaves, and so is
    who was refused."""
    region: Region = one(models.Elder.region_code)
    """The community where they live."""
    tags: list[models.Tag] | None = consented(
        ConsentScope.HEALTH_RECORD,
        many(
            models.ElderTag.elder_id,
            order=ascending(models.ElderTag.tag),
            where=col(models.ElderTag.until).is_(None),
            value=models.ElderTag.tag,
        ),
    )
    """Tags that hold today."""
    conditions: list[ElderCondition] | None = consented(
        ConsentScope.HEALTH_RECORD,
        many(
            models.ElderCondition.elder_id,
            order=ascending(models.ElderCondition.since, models.ElderCondition.id),
        ),
    )
    """Diagnoses, those that are over included, the oldest first."""
    contacts: list[Contact] = many(
        models.Contact.elder_id, order=ascending(models.Contact.calling_order)
    )
    """Whom to call, first first."""
    devices: list[Annotated["Device", strawberry.lazy("api.devices.types")]] | None = consented(
        ConsentScope.ALARMS, many(DeviceRow.elder_id, order=ascending(DeviceRow.id))
    )
    """Devices in their home."""
    vitals: list[Annotated["VitalSign", strawberry.lazy("api.devices.types")]] | None = consented(
        ConsentScope.VITALS, many(VitalSignRow.elder_id, order=ascending(VitalSignRow.kind))
    )
    """Vital signs as they were measured last. Dispatchers and stations see them while an alarm of
    the elder's is open."""
    alarms: Annotated["AlarmConnection", strawberry.lazy("api.alarms.types")] | None = consented(
        ConsentScope.ALARMS, connection(AlarmRow.elder_id, order=descending(AlarmRow.id))
    )
    """Their alarms, newest first."""
    current_stay: Annotated["BedStay", strawberry.lazy("api.beds.types")] | None = one_back(
        BedStayRow.elder_id,
        order=descending(BedStayRow.full_time, BedStayRow.id),
        where=col(BedStayRow.state).in_(IN_BED),
    )
    """The bed in which they live now, a day bed where they have no other; null where there is none,
    and where you may not see it."""
    meal_orders: (
        Connection[Annotated["MealOrder", strawberry.lazy("api.canteens.types")]] | None
    ) = consented(
        ConsentScope.MEALS_ORDERS,
        connection(MealOrderRow.elder_id, order=descending(MealOrderRow.id)),
    )
    """Their meals, newest first."""
    assistance_cases: (
        Connection[Annotated["AssistanceCase", strawberry.lazy("api.assistance.types")]] | None
    ) = consented(
        ConsentScope.FINANCE,
        connection(AssistanceCaseRow.elder_id, order=descending(AssistanceCaseRow.id)),
    )
    """Their assistance cases, newest first."""
    visits: Connection[Annotated["VisitTask", strawberry.lazy("api.visits.types")]] = connection(
        VisitTaskRow.elder_id, order=descending(VisitTaskRow.scheduled_from, VisitTaskRow.id)
    )
    """Visits to them, those to come included, newest first."""
    family_links: Connection[Annotated["FamilyLink", strawberry.lazy("api.family.types")]] = (
        connection(FamilyLinkRow.elder_id, order=descending(FamilyLinkRow.id))
    )
    """Who in the family looks after them, has asked to or did, newest first; for one of the family
    only themselves."""
    access_list: list[ElderReader] | None = computed(
        access_list, needs=[models.Elder.id], permission=Permission.ACCESS_LIST_READ
    )
    """Everybody who may see them now, and by which rule, the nearest first; at most 500. For the
    elder, the guardian, the station and administrators; null for others."""
