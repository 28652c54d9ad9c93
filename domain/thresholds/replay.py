"""A device's rules over what it has said, as they would have spoken. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.devices.deadlines import GRACE, judge
from domain.devices.kinds import Rule
from domain.devices.rule_memory import RuleMemory
from domain.devices.rule_steps import Reading
from domain.devices.rules import follow


@dataclass
class Replay:
    """Follows the rules of one device, reading by reading in the order of device time.

    Parameters:
        offline_after: a longer silence ends a stretch of being heard.
    """

    rules: Sequence[Rule]
    offline_after: timedelta
    _memories: dict[str, RuleMemory] = field(default_factory=dict[str, RuleMemory])
    _heard_since: datetime | None = None
    _last: datetime | None = None

    def raises(self, readings: Iterable[Reading]) -> Iterator[Rule]:
        """A rule for each time that it raises on the way."""
        for reading in readings:
            yield from self.wait_until(reading.at)
            if self._last is None or reading.at - self._last >= self.offline_after:
                self._heard_since = reading.at
            self._last = reading.at
            for rule in self.rules:
                memory, changes = follow(rule, self._memories.get(rule.name), [reading])
                if memory is not None:
                    self._memories[rule.name] = memory
                yield from (rule for change in changes if change.raised)

    def wait_until(self, moment: datetime) -> Iterator[Rule]:
        """A rule for each whose deadline passes while nothing is heard; a device that is silent for
        too long is offline, and says nothing."""
        if self._last is None:
            return
        now = min(moment, self._last + self.offline_after) + GRACE
        for rule in self.rules:
            known = self._memories.get(rule.name)
            if known is None:
                continue
            self._memories[rule.name], verdict = judge(rule, known, self._heard_since, now)
            if verdict is not None and verdict.raised:
                yield rule
