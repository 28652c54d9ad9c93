"""What there is for the elders, and what is done for each: a bed, visits, meals, a case, an
assessment, a health record."""

from collections.abc import Iterable
from datetime import date

from domain.crypto import Vault
from yiyang.district.admissions import Admissions
from yiyang.district.advising import Advising
from yiyang.district.areas import Areas
from yiyang.district.assessments import Assessments
from yiyang.district.beds import plan_beds
from yiyang.district.caregivers import Caregivers
from yiyang.district.cases import Cases
from yiyang.district.chance import stream
from yiyang.district.columns import Batch
from yiyang.district.facilities import canteen_rows, plan_facilities, station_rows
from yiyang.district.fused import add_fused
from yiyang.district.health import HealthRecords
from yiyang.district.households import Households
from yiyang.district.imports import add_imports
from yiyang.district.keys import Keys
from yiyang.district.menus import menu_rows, plan_menu
from yiyang.district.offices import offices
from yiyang.district.orders import Orders
from yiyang.district.people import Resident
from yiyang.district.policies import add_calendar_links, add_policies
from yiyang.district.scripts import SCRIPTS, WARD
from yiyang.district.setting import Setting
from yiyang.district.staff import staff
from yiyang.district.stays import Stays
from yiyang.district.visits import Visits
from yiyang.district.volunteers import Volunteers


class Services:
    """Everything beside the register. How much there is follows from the number of elders, so only
    the elders of a small district are the first of a large one; who plays is the same in both.

    Parameters:
        elders: how many will come; each of them once, in order.
        vault: seals what was found of them.
        staff: the accounts for work.
        offices: whose they are.
        volunteers: who visits.
    """

    def __init__(self, seed: int, today: date, elders: int, keys: Keys, vault: Vault) -> None:
        facilities = plan_facilities(seed, elders)
        self.staff = list(staff(seed, facilities))
        self.offices = offices(self.staff, keys)
        self._setting = Setting(seed, today, elders, keys, facilities, self.offices)
        self._beds = plan_beds(seed, elders, facilities)
        self._menus = {
            canteen.number: plan_menu(seed, today, canteen) for canteen in facilities.canteens
        }
        self.volunteers = Volunteers(seed, today, elders, keys)
        self._areas = Areas(self._setting)
        self._stays = Stays(self._setting, self._beds)
        self._admissions = Admissions(self._setting, self._stays)
        self._households = Households(self._setting)
        self._visits = Visits(self._setting, self.volunteers)
        self._orders = Orders(self._setting, self._menus)
        self._cases = Cases(self._setting)
        self._assessments = Assessments(self._setting, vault)
        self._advising = Advising(self._setting, vault)
        self._caregivers = Caregivers(self._setting, self.staff, vault)
        self._health = HealthRecords(self._setting, vault)

    def add_houses(self, batch: Batch) -> None:
        """Stations with their beds, canteens with their menus, and what is kept there."""
        facilities, keys = self._setting.facilities, self._setting.keys
        batch["station"].extend(station_rows(facilities, keys))
        batch["station_area"].extend(self._areas.rows())
        batch["canteen"].extend(canteen_rows(facilities, keys))
        for beds in self._beds:
            batch["bed"].extend(beds.rows(keys))
        for canteen in facilities.canteens:
            menu = self._menus[canteen.number]
            batch["menu_item"].extend(menu_rows(canteen, menu, keys))
        self._assessments.add_assessors(batch)
        self._caregivers.add(batch)
        self._caregivers.add_assignments(batch)
        add_imports(batch, self._setting)
        if self._setting.has_choice:
            add_policies(batch, self._setting)
            add_calendar_links(batch, self._setting)

    def add_residents(self, batch: Batch, people: Iterable[Resident]) -> None:
        """What is done for elders, who come in the district's order."""
        for resident in people:
            rng = stream(self._setting.seed, "services", resident.index)
            belongs = self._areas.of(resident)
            if belongs:
                batch["station_assignment"].append(belongs)
            stay = self._stays.of(resident, rng)
            if stay:
                batch["bed_stay"].append(stay.row)
            else:
                self._admissions.add(batch, resident)
            if stay and self._setting.has_choice and resident.index == SCRIPTS.index(WARD):
                add_fused(batch, self._setting, resident, stay.row)
                self._admissions.add_admitted(batch, resident, stay.row)
            if stay and stay.package:
                batch["bed_stay_package"].append(stay.package)
            if self._setting.has_choice and not (stay and stay.moved_in):
                self._households.add(batch, resident)
            self._visits.add(batch, resident, rng)
            if not (stay and stay.moved_in):
                # A nursing home cooks for its own.
                self._orders.add(batch, resident, rng)
            self._cases.add(batch, resident, rng)
            self._assessments.add(batch, resident)
            self._advising.add(batch, resident)
            self._health.add(batch, resident)
