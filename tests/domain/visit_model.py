"""What the rules say of visits, written a second time: it must not ask the code under test."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.access import Actor, Role
from domain.ids import public_id

NEXT = {
    ("OPEN", "CLAIM"): "CLAIMED",
    ("OPEN", "CANCEL"): "CANCELLED",
    ("CLAIMED", "RELEASE"): "OPEN",
    ("CLAIMED", "CHECK_IN"): "CHECKED_IN",
    ("CLAIMED", "REFUSE"): "REFUSED",
    ("CLAIMED", "MISS"): "NO_SHOW",
    ("CLAIMED", "CANCEL"): "CANCELLED",
    ("NO_SHOW", "CHECK_IN"): "CHECKED_IN",
    ("NO_SHOW", "REFUSE"): "REFUSED",
    ("CHECKED_IN", "CHECK_OUT"): "DONE",
    ("CHECKED_IN", "REFUSE"): "REFUSED",
    ("CHECKED_IN", "REJECT"): "REJECTED",
    ("DONE", "VERIFY"): "VERIFIED",
    ("DONE", "REJECT"): "REJECTED",
}
OF_VOLUNTEERS = ("CLAIM", "RELEASE", "CHECK_IN", "CHECK_OUT", "REFUSE")
OF_STAFF = ("VERIFY", "REJECT", "MISS", "CANCEL")
FREED = ("REJECTED", "NO_SHOW", "CANCELLED")


@dataclass
class Visit:
    """What a visit should be.

    Parameters:
        here: whether it is in the street of the model, or in a district far from it.
    """

    elder_id: UUID
    here: bool
    begins: datetime
    ends: datetime
    state: str = "OPEN"
    claimed_by: UUID | None = None
    verified_by: UUID | None = None
    log: list[tuple[str, UUID]] = field(default_factory=list[tuple[str, UUID]])

    def overlaps(self, other: "Visit") -> bool:
        return self.begins < other.ends and other.begins < self.ends

    def takes_the_time_of(self, volunteer_id: UUID) -> bool:
        return self.claimed_by == volunteer_id and self.state not in FREED


@dataclass
class Model:
    """Some visits, and what befalls them.

    Parameters:
        street: the region of whoever is from here.
    """

    street: str
    visits: dict[UUID, Visit] = field(default_factory=dict[UUID, Visit])

    def among(self, state: str, claimed_by: UUID | None = None) -> list[UUID]:
        """Keys of the visits in a state, perhaps of one volunteer."""
        return [
            key
            for key, visit in self.visits.items()
            if visit.state == state and claimed_by in (None, visit.claimed_by)
        ]

    def _in_region(self, actor: Actor, visit: Visit) -> bool:
        return visit.here == (actor.region == self.street)

    def sees(self, actor: Actor, visit: Visit) -> bool:
        """Whether a volunteer or a desk sees a visit."""
        if actor.role is Role.STATION:
            return self._in_region(actor, visit)
        open_here = visit.state == "OPEN" and self._in_region(actor, visit)
        return open_here or visit.claimed_by == actor.id

    def known_to(self, actor: Actor) -> set[UUID]:
        """The elders whose door a volunteer knows."""
        states = ("CLAIMED", "CHECKED_IN")
        keys = [key for state in states for key in self.among(state, actor.id)]
        return {self.visits[key].elder_id for key in keys}

    def expected(self, actor: Actor, action: str, key: UUID) -> tuple[str | None, set[str]]:
        """The error that the rules ask for, None where there is none, and its blockers."""
        visit = self.visits[key]
        claims = action == "CLAIM" and actor.role is Role.VOLUNTEER
        if not (self.sees(actor, visit) or (claims and self._in_region(actor, visit))):
            return "NOT_FOUND", set()
        if action not in (OF_STAFF if actor.role is Role.STATION else OF_VOLUNTEERS):
            return "PERMISSION_DENIED", set()
        if claims and visit.claimed_by not in (None, actor.id):
            return "ALREADY_CLAIMED", set()
        if (visit.state, action) not in NEXT:
            return "ILLEGAL_TRANSITION", set()
        if action in ("VERIFY", "REJECT") and visit.claimed_by == actor.id:
            return "CONFLICT_OF_INTEREST", set()
        if action == "MISS":
            # All of them are to come.
            return "INVALID_INPUT", set()
        clashes = self.clashes(actor.id, visit) if claims else set[str]()
        if action == "CHECK_IN":
            under_way = self.among("CHECKED_IN", actor.id)
            clashes = {public_id("visit_task", other) for other in under_way}
        return ("TIMES_OVERLAP" if clashes else None), clashes

    def clashes(self, volunteer_id: UUID, visit: Visit) -> set[str]:
        """Ids of a volunteer's visits at the time of a visit."""
        return {
            public_id("visit_task", key)
            for key, other in self.visits.items()
            if other.takes_the_time_of(volunteer_id) and other.overlaps(visit)
        }

    def move(self, actor: Actor, action: str, key: UUID) -> None:
        """What an action that the rules allow makes of a visit."""
        visit = self.visits[key]
        visit.state = NEXT[visit.state, action]
        visit.log.append((action, actor.id))
        if action == "CLAIM":
            visit.claimed_by = actor.id
        elif action == "RELEASE":
            visit.claimed_by = None
        elif action in ("VERIFY", "REJECT"):
            visit.verified_by = actor.id
