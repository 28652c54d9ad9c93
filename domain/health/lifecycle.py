"""What the health record says is believed until it is taken back."""

from enum import StrEnum

from domain.lifecycle import Lifecycle


class EntryState(StrEnum):
    """Whether an entry is believed. That its time is over is no state: the days say so."""

    BELIEVED = "BELIEVED"
    WITHDRAWN = "WITHDRAWN"


class EntryAction(StrEnum):
    """What may happen to an entry."""

    CHANGE = "CHANGE"
    END = "END"
    WITHDRAW = "WITHDRAW"


_S, _A = EntryState, EntryAction

ENTRY_LIFECYCLE = Lifecycle(
    {
        # Both take the entry back and enter another in its place.
        (_S.BELIEVED, _A.CHANGE): _S.WITHDRAWN,
        (_S.BELIEVED, _A.END): _S.WITHDRAWN,
        (_S.BELIEVED, _A.WITHDRAW): _S.WITHDRAWN,
    }
)
