"""The rows behind each figure: conditions on the lists that anybody may page through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.access import Actor
from domain.alarms import answer_times
from domain.alarms.models import Alarm, AlarmPurpose
from domain.alarms.visibility import alarm_visible
from domain.beds.models import Bed, BedKind
from domain.beds.occupancy import bed_open, lain_in
from domain.beds.visibility import bed_visible
from domain.coverage.protection import Protection, protected_as
from domain.dashboard.view import View
from domain.elders.models import Elder, ElderTag
from domain.elders.register_days import lived_in, registered_before
from domain.elders.tags import makes_key
from domain.elders.visibility import elder_tag_visible, elder_visible
from domain.ledger.models import LedgerTransfer, TransferKind
from domain.ledger.visibility import ledger_transfer_visible
from domain.row_access import RowAccess
from domain.stations.models import Station
from domain.visits.coverage import due, made, visited
from domain.visits.models import VisitTask
from domain.visits.obligation_models import VisitObligation
from domain.visits.obligation_visibility import visit_obligation_visible
from domain.visits.visibility import visit_task_visible

Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Rows:
    """Some rows of a table.

    Parameters:
        model: the table.
        visible: which of its rows an actor sees.
        of: made of a view, what else holds of them.
    """

    model: Any
    visible: RowAccess
    of: Callable[[View], Conditions]

    def are_seen_by(self, actor: Actor) -> bool:
        """Whether there is any rule by which the actor sees such rows."""
        return self.visible.words(actor.role) is not None

    def counted(self, view: View, *sums: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
        """How many there are, and the sums of them."""
        found = select(func.count(), *sums).select_from(self.model)
        return found.where(self.visible(view.actor), *self.of(view))

    def further(self, more: Callable[[View], Conditions]) -> "Rows":
        """Those of them of which more holds."""
        return Rows(self.model, self.visible, lambda view: (*self.of(view), *more(view)))


def _registered(view: View) -> Conditions:
    known = view.month.known_before
    if view.is_of_today:
        return (view.here(col(Elder.region_code)),)
    return registered_before(known), lived_in(view.region, known)


def _key(view: View) -> Conditions:
    """One tag at least that counted, as it was known then."""
    theirs = col(ElderTag.elder_id) == col(Elder.id)
    seen = elder_tag_visible.beside(view.actor, col(ElderTag.elder_id))
    known = None if view.is_of_today else view.month.known_before
    key = exists().where(theirs, makes_key(view.as_of, view.region, known), *seen)
    return (key.correlate(Elder),)


def _due(view: View) -> Conditions:
    return view.here(col(VisitObligation.region_code)), due(view.month)


def _made(view: View) -> Conditions:
    return view.here(col(VisitTask.region_code)), *made(view.month)


def _credited(view: View) -> Conditions:
    """Credits of the month for visits in the region that had not been taken back by the day's
    end."""
    known, reversal = view.month.known_before, aliased(LedgerTransfer)
    visits = select(col(VisitTask.id)).where(view.here(col(VisitTask.region_code)))
    reversed_ = exists().where(
        col(reversal.reverses_id) == col(LedgerTransfer.id), col(reversal.at) < known
    )
    return (
        col(LedgerTransfer.kind) == TransferKind.VISIT_CREDIT,
        col(LedgerTransfer.at) >= view.month.since,
        col(LedgerTransfer.at) < known,
        col(LedgerTransfer.visit_task_id).in_(visits),
        ~reversed_.correlate(LedgerTransfer),
    )


def _beds(kind: BedKind) -> Callable[[View], Conditions]:
    def conditions(view: View) -> Conditions:
        houses = select(col(Station.id)).where(view.here(col(Station.region_code)))
        return col(Bed.kind) == kind, bed_open(view.as_of), col(Bed.station_id).in_(houses)

    return conditions


def _rung(view: View) -> Conditions:
    return (
        view.here(col(Alarm.region_code)),
        answer_times.counted(),
        col(Alarm.purpose) == AlarmPurpose.REAL,
        col(Alarm.stored_at) >= view.month.since,
        col(Alarm.stored_at) < view.month.known_before,
    )


def answered(seconds: int) -> tuple[Rows, Rows]:
    """Alarms that somebody answered in time, and all of which that is decided."""
    bound = literal(seconds)
    in_time, late = answer_times.answered_within(bound), answer_times.unanswered_for(bound)
    return ALARMS.further(lambda _: (in_time,)), ALARMS.further(lambda _: (in_time | late,))


def arrived() -> tuple[Rows, Rows]:
    """Alarms at which somebody was in time, and all of which that is decided."""
    bound = literal(answer_times.ARRIVED_IN)
    in_time, late = answer_times.arrived_within(bound), answer_times.not_arrived_for(bound)
    return ALARMS.further(lambda _: (in_time,)), ALARMS.further(lambda _: (in_time | late,))


ELDERS = Rows(Elder, elder_visible, _registered)
KEY_ELDERS = ELDERS.further(_key)
PROTECTED = ELDERS.further(lambda view: (protected_as(Protection.PROTECTED, view.actor),))

DUE = Rows(VisitObligation, visit_obligation_visible, _due)
VISITED = DUE.further(lambda view: (visited(view.month),))
VISITS = Rows(VisitTask, visit_task_visible, _made)
CREDITS = Rows(LedgerTransfer, ledger_transfer_visible, _credited)

IN_HOMES = Rows(Bed, bed_visible, _beds(BedKind.INSTITUTION))
LAIN_IN = IN_HOMES.further(lambda view: (lain_in(view.as_of),))
NURSING = IN_HOMES.further(lambda _: (col(Bed.nursing).is_(True),))
AT_HOME = Rows(Bed, bed_visible, _beds(BedKind.HOME))
AT_HOME_LAIN_IN = AT_HOME.further(lambda view: (lain_in(view.as_of),))

ALARMS = Rows(Alarm, alarm_visible, _rung)
