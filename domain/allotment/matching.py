"""Who gets which visit: as many as can be are given, as evenly as can be.

Of all ways to give visits to those who want them, nobody getting two of one block of times, this
finds one that gives the most visits; among these one in which the busiest volunteer has as few as
can be, then the next busiest, and so on (a decreasing minimum); and among these one of the smallest
sum of ranks. It is a flow of least cost: volunteer's place in a block, one visit each; each further
visit of one volunteer costs more than the one before. For such flows the smallest sum of squares is
the decreasing minimum (Frank and Murota, Decreasing minimization on M-convex sets, 2022), so costs
that grow by one are enough.

Found by successive shortest paths with potentials: Dijkstra's algorithm once for each visit. Costs
are Python's whole numbers, which never overflow, so one number holds all that is compared, in its
order.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any, Generic, TypeVar

Task = TypeVar("Task", bound=Hashable)
Person = TypeVar("Person", bound=Hashable)

_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Wish(Generic[Task, Person]):
    """Somebody wants a visit.

    Parameters:
        block: visits of one block are at overlapping times; the same for all wishes for a visit.
        rank: how well they suit each other, 0 or more; less is better.
    """

    task: Task
    person: Person
    block: Hashable
    rank: int


@dataclass
class _Network:
    """Nodes by number: visits first, then places (a volunteer in a block), then volunteers.

    Parameters:
        wants: visit -> the places it may have, with the cost.
        owner: place -> its volunteer's node.
        places: volunteer's node -> their places.
        load: volunteer's node -> what the next visit costs.
        holder: place -> the visit that has it.
        cost: (visit, place) -> the cost.
        has: visit -> the place that it has.
        nobody: what it costs that nobody has a visit.
    """

    wants: list[list[tuple[int, int]]] = field(default_factory=list[list[tuple[int, int]]])
    owner: dict[int, int] = field(default_factory=dict[int, int])
    places: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    load: dict[int, int] = field(default_factory=dict[int, int])
    holder: dict[int, int] = field(default_factory=dict[int, int])
    cost: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    has: dict[int, int] = field(default_factory=dict[int, int])
    nobody: int = 0

    def end(self, node: int) -> int:
        """What it costs that a way ends at a visit or at a volunteer; at a place none does."""
        return self.nobody if node < len(self.wants) else self.load.get(node, 2 * self.nobody)

    def arcs(self, node: int) -> Iterable[tuple[int, int]]:
        """Where one may go on to, and at what cost: to take a place, to give one up for another."""
        if node < len(self.wants):
            mine = self.has.get(node)
            return [arc for arc in self.wants[node] if arc[0] != mine]
        if node in self.owner:
            held = self.holder.get(node)
            if held is None:
                return [(self.owner[node], 0)]
            return [(held, -self.cost[held, node])]
        return [(place, 0) for place in self.places[node] if place in self.holder]


def allot(wishes: Iterable[Wish[Task, Person]], held: Mapping[Person, int]) -> dict[Task, Person]:
    """Who gets which visit.

    Parameters:
        wishes: at most one of a person for a visit.
        held: how many visits each has had before; 0 for who is not named.
    """
    given = list(wishes)
    tasks = {task: number for number, task in enumerate(dict.fromkeys(w.task for w in given))}
    # Each further visit outweighs all ranks together.
    heavy = (len(tasks) + 1) * (max((wish.rank for wish in given), default=0) + 1)
    network, people = _network(given, tasks, held, heavy)
    # And that nobody has a visit outweighs whatever it would cost that somebody has it.
    network.nobody = heavy * (len(tasks) + 1) * (len(tasks) + max(held.values(), default=0) + 2)
    potential = [0] * (len(tasks) + len(network.owner) + len(people))
    for task in tasks.values():
        _take(network, _cheapest(network, potential, task), heavy)
    persons = {number: person for person, number in people.items()}
    return {
        task: persons[network.owner[network.has[number]]]
        for task, number in tasks.items()
        if number in network.has
    }


def _network(
    wishes: list[Wish[Any, Any]],
    tasks: Mapping[Any, int],
    held: Mapping[Any, int],
    heavy: int,
) -> tuple[_Network, dict[Any, int]]:
    """The network, and the nodes of the volunteers."""
    network = _Network(wants=[[] for _ in tasks])
    known = dict.fromkeys((wish.person, wish.block) for wish in wishes)
    places = {place: number for number, place in enumerate(known, len(tasks))}
    known_people = dict.fromkeys(wish.person for wish in wishes)
    first = len(tasks) + len(places)
    people = {person: number for number, person in enumerate(known_people, first)}
    for (person, _), place in places.items():
        network.owner[place] = people[person]
        network.places.setdefault(people[person], []).append(place)
    for person, number in people.items():
        network.load[number] = held.get(person, 0) * heavy
    for wish in wishes:
        task, place = tasks[wish.task], places[wish.person, wish.block]
        network.wants[task].append((place, wish.rank))
        network.cost[task, place] = wish.rank
    return network, people


def _cheapest(network: _Network, potential: list[int], task: int) -> list[int]:
    """The nodes from a visit by the way that costs least of all: to a volunteer who has a visit
    more then, or to a visit that nobody has then, which may be the first."""
    came: dict[int, int] = {}
    reached: dict[int, int] = {}
    heap = [(0, task, _NOWHERE)]
    least, last = network.nobody + potential[task], task
    while heap and heap[0][0] < least:
        distance, node, before = heappop(heap)
        if node in reached:
            continue
        reached[node], came[node] = distance, before
        ends = distance + potential[node] + network.end(node)
        if ends < least:
            least, last = ends, node
        for following, cost in network.arcs(node):
            if following not in reached:
                ahead = distance + cost + potential[node] - potential[following]
                heappush(heap, (ahead, following, node))
    # No arc that is left, or turned round, becomes cheaper than nothing by this.
    for node, distance in reached.items():
        if distance < least:
            potential[node] += distance - least
    return _back(came, last)


def _back(came: Mapping[int, int], node: int) -> list[int]:
    path = [node]
    while (node := came[node]) != _NOWHERE:
        path.append(node)
    return path[::-1]


def _take(network: _Network, path: list[int], heavy: int) -> None:
    """Give as the way says: each visit on it the place after it, which others on it give up."""
    tasks = len(network.wants)
    for node, following in pairwise(path):
        if following < tasks:
            del network.holder[node], network.has[following]
    for node, following in pairwise(path):
        if node < tasks:
            network.holder[following], network.has[node] = node, following
    if path[-1] in network.load:
        network.load[path[-1]] += heavy
