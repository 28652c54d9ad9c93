"""Which of a batch's new readings say something of an elder's vital signs. No I/O here.

Being in bed is no vital sign: it decides whether a rate is one.
"""

from collections.abc import Iterable, Iterator

from devices.sorting import Measured
from domain.devices.kinds import KINDS
from domain.devices.rule_steps import says_nothing
from domain.devices.vital_signs import Measurement


def vital_signs_in(measured: Iterable[Measured]) -> Iterator[Measurement]:
    """The vital signs that readings speak of, in no order."""
    for card, reading, _, _ in measured:
        if card.elder_id is None:
            continue
        for name, vital in KINDS[card.kind].vitals.items():
            value = reading.measures.get(name)
            if value is None or says_nothing(reading.measures, vital.unless):
                continue
            yield Measurement(
                card.elder_id, vital.sign, reading.at, card.id, reading.seq, float(value)
            )
