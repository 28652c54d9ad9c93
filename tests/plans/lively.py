"""A district where something is going on: alarms in every state, and what they left behind."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Actor, ConsentScope, Role
from domain.alarms import service
from domain.alarms.models import Alarm, ResolveReason
from domain.audit.models import READ, Outcome
from domain.audit.service import Act, Source, record_alone
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.devices.models import Device, DeviceKind
from domain.exports.lifecycle import KEPT, ExportState
from domain.exports.models import ExportFailure
from domain.imports.lifecycle import ImportState
from domain.webhooks.lifecycle import DeliveryState
from tests.makers.admissions import make_admissions
from tests.makers.advising import make_advising
from tests.makers.assessments import make_assessments
from tests.makers.beds import fuse, make_packages, make_story
from tests.makers.calendars import make_calendar_links
from tests.makers.caregivers import make_caregivers
from tests.makers.codes import make_codes
from tests.makers.data_requests import make_data_request
from tests.makers.exports import make_export
from tests.makers.family import link_of, make_link, set_scopes
from tests.makers.health import make_health
from tests.makers.imports import make_import
from tests.makers.ledger import make_ledger
from tests.makers.notifications import make_notifications
from tests.makers.register import make_households, make_key_tags, make_merges
from tests.makers.rosters import make_duty
from tests.makers.sessions import make_session
from tests.makers.stations import make_belonging
from tests.makers.thresholds import make_thresholds
from tests.makers.visits import look_at_volunteers
from tests.makers.vital_signs import make_vital_signs
from tests.makers.webhooks import make_webhook
from tests.makers.windows import make_windows
from tests.signals import lift, sos_of
from yiyang.district.cast import District

_ALARMS = 12


async def enliven(database: Database, vault: Vault, district: District) -> None:
    """Buttons are pressed, the mother's twice, and most alarms get somewhere."""
    await _hear_from_devices(database)
    await make_vital_signs(database)
    buttons = [district.sos_button_id, *await _other_buttons(database, district)]
    for place, button in enumerate([*buttons[:_ALARMS], district.sos_button_id]):
        async with database.transaction("test") as session:
            signal = await sos_of(session, button, late=place % 5 == 4)
            await service.raise_alarms(session, [signal])
            if place % 4 == 3:
                await service.clear_alarms(session, [signal])
    await _answer(database, district)
    await _export(database, district)
    await _import(database, district)
    vendor = Actor(district.players[Role.VENDOR].account_id, Role.VENDOR)
    await make_webhook(database, vault, vendor)
    dead = {"state": DeliveryState.DEAD, "attempts": 10, "last_attempt_at": now()}
    await make_webhook(database, vault, vendor, last_status=500, **dead)
    await _reserve(database, district)
    await _look(database, district)
    await care_for(database, vault, district)
    await make_thresholds(database)
    await _sign_in(database, district)
    await make_notifications(database)


async def care_for(database: Database, vault: Vault, district: District) -> None:
    """Elders apply for beds, are assessed, live together; volunteers earn, desks have rosters."""
    await make_story(database)
    await make_admissions(database, [district.mother_id, district.ward_id], "330102")
    await fuse(database, [district.ward_id])
    await make_packages(database, [district.ward_id])
    await make_duty(database, district)
    await make_ledger(database, district)
    await make_assessments(database, vault, district)
    await make_caregivers(database, vault, district)
    await make_advising(database, vault, district)
    await make_health(database, vault, district.mother_id, district.ward_id)
    await make_key_tags(database, district)
    await make_merges(database, district)
    await make_households(database, district)
    await make_calendar_links(database, district)
    await make_codes(database, district)
    await look_at_volunteers(database)
    await make_belonging(database, district)
    await make_windows(database, district)


async def _other_buttons(database: Database, district: District) -> list[object]:
    buttons = select(col(Device.id)).where(
        col(Device.kind) == DeviceKind.SOS_BUTTON, col(Device.id) != district.sos_button_id
    )
    return [row[0] for row in await database.fetch(buttons.order_by(col(Device.id)))]


async def _hear_from_devices(database: Database) -> None:
    """One half a moment ago, the others never."""
    keys = await database.fetch(select(col(Device.id)).order_by(col(Device.id)))
    heard = [row[0] for row in keys[::2]]
    async with database.transaction("test") as session:
        moment = now() + timedelta(hours=1)
        await session.execute(
            update(Device).where(col(Device.id).in_(heard)).values(last_seen_at=moment)
        )


async def _answer(database: Database, district: District) -> None:
    player = district.players[Role.ADMIN]
    actor = Actor(player.account_id, Role.ADMIN, None)
    keys = await database.fetch(select(col(Alarm.id)).order_by(col(Alarm.id)))
    for place, (key,) in enumerate(keys):
        async with database.transaction("test") as session:
            if place % 5 > 1:
                await service.acknowledge(session, actor, key, "好")
            if place % 5 > 2:
                await service.dispatch(session, actor, key)
            if place % 5 > 3:
                await service.resolve(session, actor, key, ResolveReason.FALSE_ALARM)
            if place % 5 == 1:
                await lift(session, key, 2 + place % 2)


async def _import(database: Database, district: District) -> None:
    """Whoever may has brought a file; in the administrator's last one something is wrong."""
    for role in (Role.STATION, Role.ADMIN):
        player = district.players[role]
        await make_import(database, Actor(player.account_id, role, player.region_code))
    admin = Actor(district.players[Role.ADMIN].account_id, Role.ADMIN, None)
    refused = {"state": ImportState.REFUSED, "file_cipher": None, "finished_at": now()}
    await make_import(database, admin, row_count=3, ignored=["备注"], **refused)


async def _export(database: Database, district: District) -> None:
    """Whoever may has asked for a list; the administrator has one whole, and one that failed."""
    for role in (Role.OFFICIAL, Role.AUDITOR, Role.ADMIN):
        player = district.players[role]
        await make_export(database, Actor(player.account_id, role, player.region_code))
    admin = Actor(district.players[Role.ADMIN].account_id, Role.ADMIN, None)
    done = {"finished_at": now(), "expires_at": now() + KEPT, "masked": "contacts.phone,phone"}
    await make_export(database, admin, state=ExportState.DONE, row_count=1, **done)
    failed = {"failure": ExportFailure.INTERNAL, "finished_at": now()}
    await make_export(database, admin, state=ExportState.FAILED, **failed)


async def _reserve(database: Database, district: District) -> None:
    """The neighbour shows her daughter some of what there is, and the daughter has another elder
    beside, who shows her something else."""
    daughter_id, neighbour_id = district.neighbour_daughter_id, district.neighbour_id
    link_id = await link_of(database, daughter_id, neighbour_id)
    await set_scopes(database, link_id, (ConsentScope.ALARMS, ConsentScope.LOCATION))
    little = (ConsentScope.MEALS_ORDERS, ConsentScope.HEALTH_RECORD)
    await make_link(database, daughter_id, district.ward_id, scopes=little)


async def _look(database: Database, district: District) -> None:
    """The mother's door is shown to some, and refused to one."""
    about = {"object_type": "elder", "object_id": district.mother_id}
    shown = Act(READ, elder_id=district.mother_id, fields=["Elder.fullAddress"], **about)
    refused = Act("visit_claim", outcome=Outcome.DENIED, **about)
    for role in (Role.STATION, Role.FAMILY, Role.VOLUNTEER):
        player = district.players[role]
        actor = Actor(player.account_id, role, player.region_code)
        await record_alone(database, actor, Source("r", "::1"), [shown, refused])


async def _sign_in(database: Database, district: District) -> None:
    """Some by telephone; the daughter asks for a copy of what is known of her mother."""
    for role in (Role.FAMILY, Role.ELDER, Role.CAREGIVER):
        await make_session(database, district.players[role].account_id)
    daughter = Actor(district.players[Role.FAMILY].account_id, Role.FAMILY)
    await make_data_request(database, district.mother_id, daughter)
