"""Something of all that there is, for tests that go through all types."""

from domain.access import Actor, Role
from domain.crypto import Vault
from domain.database import Database
from tests.makers.admissions import make_admissions
from tests.makers.advising import make_advising
from tests.makers.assessments import make_assessments
from tests.makers.beds import fuse, make_packages
from tests.makers.calendars import make_calendar_links
from tests.makers.caregivers import make_caregivers
from tests.makers.codes import make_codes
from tests.makers.data_requests import make_data_request
from tests.makers.exports import make_export
from tests.makers.health import make_health
from tests.makers.imports import make_import
from tests.makers.ledger import make_ledger
from tests.makers.logs import make_log_lines
from tests.makers.notifications import make_notifications
from tests.makers.register import make_households, make_key_tags, make_merges
from tests.makers.rosters import make_duty
from tests.makers.sessions import make_session
from tests.makers.stations import make_belonging
from tests.makers.thresholds import make_thresholds
from tests.makers.vital_signs import make_vital_signs
from tests.makers.webhooks import make_webhook
from tests.makers.windows import make_windows
from tests.signals import press
from tests.vendors import other_vendor
from yiyang.district.cast import District


async def make_everything(database: Database, vault: Vault, district: District) -> None:
    """The mother has pressed her button, something was measured of many, everybody has asked for
    a list and was told, two vendors have webhooks, and so on: a row of each type at least."""
    await press(database, district)
    await make_vital_signs(database)
    await make_thresholds(database)
    await make_duty(database, district)
    await _of_care(database, vault, district)
    for role, player in district.players.items():
        actor = Actor(player.account_id, role, player.region_code)
        await make_export(database, actor)
        await make_import(database, actor)
        if role is not Role.VENDOR:
            await make_session(database, actor.id)
    await make_notifications(database)
    await make_log_lines(database)
    vendor = Actor(district.players[Role.VENDOR].account_id, Role.VENDOR)
    for owner in (vendor, await other_vendor(database, vendor)):
        await make_webhook(database, vault, owner)
    elder = Actor(district.players[Role.ELDER].account_id, Role.ELDER)
    for elder_id in (district.mother_id, district.ward_id):
        await make_data_request(database, elder_id, elder)


async def _of_care(database: Database, vault: Vault, district: District) -> None:
    elders = [district.mother_id, district.ward_id]
    await make_ledger(database, district)
    await make_assessments(database, vault, district)
    await make_caregivers(database, vault, district)
    await make_advising(database, vault, district)
    await make_health(database, vault, *elders)
    await make_admissions(database, elders, "330102")
    await make_key_tags(database, district)
    await make_merges(database, district)
    await make_households(database, district)
    await make_calendar_links(database, district)
    await make_windows(database, district)
    await make_codes(database, district)
    await make_belonging(database, district)
    await fuse(database, elders)
    await make_packages(database, elders)
