"""Writes the selections of an operation, walking over the whole schema."""

from dataclasses import dataclass, field, replace

from graphql import GraphQLInterfaceType

from tests.plans.arguments import Arguments, length
from tests.plans.shape import ambiguous, branches, conditions, leaves, named, node_of, soonest

FRESH = {("MealQuote", "token"), ("MealQuote", "expiresAt")}
"""What is another in every answer; it stands under a key that begins with ``FRESH_KEY``."""

FRESH_KEY = "fresh_"

HIDDEN = ("elder", "fullAddress", "recipient", "subsidyReason", "placedBy", "account", "device")
"""What some roles may not see where they see the row: chosen more often than the rest."""


_NEW_PERCENT = 30


@dataclass(frozen=True)
class Fragment:
    """A named fragment that has been written."""

    name: str
    on: str
    text: str


@dataclass(frozen=True)
class Room:
    """How much more may be asked for.

    Parameters:
        levels: of objects.
        rows: that a field may have, given the lists around it.
    """

    levels: int
    rows: int

    def within(self, rows: int) -> "Room":
        """The room in each row of a list."""
        return Room(self.levels - 1, self.rows // max(rows, 1))


@dataclass
class Writer:
    """Writes an operation.

    Parameters:
        mixed: whether rows of several types may stand side by side (``node``, ``nodes``): then
            fields of one name and different types get keys of their own.
        left: how many selections may still be written.
    """

    arguments: Arguments
    mixed: bool
    left: int
    fragments: list[Fragment] = field(default_factory=list[Fragment])
    visited: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    _keys: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def __post_init__(self) -> None:
        self._tape = self.arguments.values.tape

    def selection_set(self, parent: str, room: Room) -> str:
        """``{ … }`` of a type; never empty."""
        many = self._tape.pick([3, 1, 2, 4, 5]) if self.left > 0 else 1
        written = [self._selection(parent, room) for _ in range(many)]
        if self._tape.chance(9):
            written += [self.field(parent, name, room) for name in leaves(parent)]
        return "{ " + " ".join(written) + " }"

    def _selection(self, parent: str, room: Room) -> str:
        self.left -= 1
        abstract = isinstance(named(parent), GraphQLInterfaceType)
        if self.left > 0 and self._tape.chance(60 if abstract else 8):
            return self._inline(parent, room)
        if self.left > 0 and self._tape.chance(40 if abstract else 8):
            return self._spread(parent, room)
        return self.field(parent, self._name(parent, room), room)

    def _name(self, parent: str, room: Room) -> str:
        deeper = self.left > 0 and room.levels > 0 and room.rows > 0
        if self._tape.chance(_NEW_PERCENT) and (new := self._new(parent, room, deeper=deeper)):
            return self._tape.pick(new)
        choices = self._branches(parent) if deeper else []
        often = 85 if parent.endswith(("Connection", "Edge", "Page")) else 50
        if choices and (not leaves(parent) or self._tape.chance(often)):
            hidden = [one for one in HIDDEN if one in choices] if self._tape.chance(25) else []
            return self._tape.pick(hidden or choices)
        if not leaves(parent) or self._tape.chance(6):
            return "__typename"
        if self._tape.chance(20) and (choices := [one for one in HIDDEN if one in leaves(parent)]):
            return self._tape.pick(choices)
        return self._tape.pick(leaves(parent))

    def _new(self, parent: str, room: Room, *, deeper: bool) -> list[str]:
        """What nobody has asked for yet, or leads there; chance alone would come to all of a large
        schema too late."""
        known = self.arguments.values.supply.visited | self.visited
        found = soonest(parent, known, 3 * room.levels if deeper else 0)
        found = [name for name in found if deeper or name in leaves(parent)]
        several = [] if self.mixed else [name for name in found if _is_several(parent, name)]
        return [name for name in found if name not in several]

    def _branches(self, parent: str) -> list[str]:
        """What can be selected from; rows of several types only if mixed."""
        if parent.endswith("Connection"):
            return ["nodes", "nodes", "edges", "pageInfo"]
        if parent != "Query":
            below = branches(parent)
            # Three times, for there is seldom room for a list within a list.
            return below + 2 * [one for one in below if node_of(parent, one).endswith("Connection")]
        several = [name for name in branches(parent) if _is_several(parent, name)]
        if self.mixed and self._tape.chance(40):
            return several
        rows = [name for name in branches(parent) if name not in several]
        # Twice, for there is more below a list than below a row.
        return rows + [one for one in rows if node_of(parent, one).endswith("Connection")]

    def field(self, parent: str, name: str, room: Room) -> str:
        """A field with all that belongs to it."""
        if name == "__typename":
            return self._tape.pick([name, f"itsType: {name}"])
        self.visited.add((parent, name))
        arguments = self.arguments.of_field(parent, name)
        text = self._key(parent, name, arguments) + arguments
        if name in leaves(parent):
            return text + self.arguments.directives()
        below = room.within(length(parent, name, arguments))
        if parent.endswith(("Connection", "Edge")):
            below = room
        target = node_of(parent, name)
        whole = f"{text}{self.arguments.directives()} {self.selection_set(target, below)}"
        if self._tape.chance(6):
            # The same response key once more: the two are to be merged.
            whole += f" {text} {self.selection_set(target, replace(below, levels=0))}"
        return whole

    def _key(self, parent: str, name: str, arguments: str) -> str:
        """A response key that belongs to one field with the same arguments alone, so that all
        that have it can be merged; with the field's name."""
        said = self._keys.setdefault(name, [])
        if arguments not in said:
            said.append(arguments)
        number = said.index(arguments)
        key = f"{name}{number}" if number else name
        if self.mixed and name in ambiguous():
            key = f"{parent}_{key}"
        if self._tape.chance(10):
            key = f"other_{key}"
        if (parent, name) in FRESH:
            key = f"{FRESH_KEY}{key}"
        return name if key == name else f"{key}: {name}"

    def _inline(self, parent: str, room: Room) -> str:
        on = self._tape.pick(self._conditions(parent))
        plain = on == parent and self._tape.chance(50)
        condition = "" if plain else f" on {on}"
        return f"...{condition}{self.arguments.directives()} {self.selection_set(on, room)}"

    def _spread(self, parent: str, room: Room) -> str:
        fitting = self._conditions(parent)
        known = [one for one in self.fragments if one.on in fitting]
        if known and self._tape.chance(60):
            fragment = self._tape.pick(known)
        else:
            fragment = self._fragment(self._tape.pick(fitting), room)
        return f"...{fragment.name}{self.arguments.directives()}"

    def _conditions(self, parent: str) -> list[str]:
        return conditions(parent) if self.mixed else [parent]

    def _fragment(self, on: str, room: Room) -> Fragment:
        """A new one; it may spread the earlier ones, so there is no circle."""
        text = self.selection_set(on, room)
        name = f"F{len(self.fragments)}"
        self.fragments.append(Fragment(name, on, f"fragment {name} on {on} {text}"))
        return self.fragments[-1]


def _is_several(parent: str, name: str) -> bool:
    """Whether rows of several types may stand there."""
    return node_of(parent, name) == "Node"
