"""What belongs to an elder's entry in the register, as clients see it: words, tags,
contacts, households, changes."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.accounts.types import Account
from api.describe import enumeration
from api.elders.reveal import of_contact, reveal_phone
from api.plan.declare import ascending, computed, many, node, one, record
from api.relay import Node
from domain.access import Permission
from domain.accounts.models import Relation
from domain.elders import models
from domain.elders.households import lives_there_on
from domain.elders.visibility import (
    contact_visible,
    elder_log_visible,
    elder_tag_visible,
    household_member_visible,
    household_visible,
)

if TYPE_CHECKING:
    from api.elders.types import Elder

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
    models.ElderField,
    "What the register says of somebody.",
    NAME="姓名 the name.",
    GENDER="性别 the sex.",
    BIRTH_DATE="出生日期 the day of birth.",
    ID_NUMBER="身份证号 the citizen's id number.",
    REGION="社区 the community where they live.",
    ADDRESS="住址 the address.",
    PHONE="电话 the mobile phone.",
    CONTACT="联系人 whom to call.",
    HOUSEHOLD="同住人 with whom they live.",
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


@record(models.ElderTag, visible=elder_tag_visible)
class ElderTagPeriod:
    """A tag from a day on, as somebody has entered it. What has ended, or was wrong, is taken back
    and entered anew: so the register still says what it said before."""

    tag: models.Tag
    """The tag."""
    since: date
    """First day."""
    until: date | None
    """The first day on which it held no longer; null where none is known."""
    source: str
    """Who says so, or which paper does."""
    entered_at: datetime
    """When it was entered."""
    entered_by: Account | None = one(models.ElderTag.entered_by)
    """Who entered it; null where it was imported, and where you may not see them."""
    withdrawn_at: datetime | None
    """When it was taken back; null for what is believed."""
    withdrawn_by: Account | None = one(models.ElderTag.withdrawn_by)
    """Who took it back; null where you may not see them."""


@node(models.Contact, visible=contact_visible)
class Contact(Node):
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


@record(models.ElderLog, visible=elder_log_visible)
class ElderChange:
    """A change of an elder's entry in the register."""

    at: datetime
    """When."""
    account: Account | None = one(models.ElderLog.account_id)
    """By whom; null where you may not see the account."""
    field: models.ElderField | None
    """What of it; null for the entry itself."""
    before: str | None
    """What it said before, masked as it would be now."""
    after: str | None
    """What it said afterwards, masked alike."""


@record(models.HouseholdMember, visible=household_member_visible)
class HouseholdMember:
    """An elder who lives in a household, and since when."""

    since: date
    """First day."""
    until: date | None
    """The first day on which they lived there no longer; null while they do."""
    elder: Annotated["Elder", strawberry.lazy("api.elders.types")] | None = one(
        models.HouseholdMember.elder_id
    )
    """Who; null where you may not see them."""
    household: Annotated["Household", strawberry.lazy("api.elders.records")] | None = one(
        models.HouseholdMember.household_id
    )
    """With whom."""


@node(models.Household, visible=household_visible)
class Household(Node):
    """Elders who live together."""

    members: list[HouseholdMember] = many(
        models.HouseholdMember.household_id,
        order=ascending(models.HouseholdMember.since, models.HouseholdMember.id),
        on=lives_there_on,
    )
    """Who lives there on a day, as far as you may see them."""
