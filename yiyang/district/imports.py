"""Two registers that the first street's station has brought: one was entered, one had faults."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import orjson

from domain.access import Role
from domain.imports.lifecycle import ImportState
from domain.imports.models import FaultCode, ImportColumn
from domain.reasons import Reason
from yiyang.district import numbers
from yiyang.district.columns import Batch, Row
from yiyang.district.moments import at
from yiyang.district.scripts import STREET
from yiyang.district.setting import Setting

_ENTERED_DAYS, _ENTERED_ROWS = 12, 26
_REFUSED_DAYS, _REFUSED_ROWS = 2, 34

_Fault = tuple[int, ImportColumn, FaultCode, dict[str, Any]]

_FAULTS: Final[tuple[_Fault, ...]] = (
    (5, ImportColumn.ID_NUMBER, FaultCode.INVALID_INPUT, {"reason": Reason.ID_CHECK}),
    (12, ImportColumn.ID_NUMBER, FaultCode.ALREADY_EXISTS, {}),
    (12, ImportColumn.TAGS, FaultCode.INVALID_INPUT, {"reason": Reason.NO_SUCH_WORD}),
    (27, ImportColumn.ID_NUMBER, FaultCode.INVALID_INPUT, {"reason": Reason.ID_AS_NUMBER}),
)
"""Of the second one: row, column and what is wrong."""

_TEN = 10 * 60


def add_imports(batch: Batch, setting: Setting) -> None:
    """Both into a batch; their files are gone."""
    entered = _import(setting, 0, ImportState.DONE, _ENTERED_DAYS, _ENTERED_ROWS, 0)
    bad_rows = len({row for row, *_ in _FAULTS})
    refused = _import(setting, 1, ImportState.REFUSED, _REFUSED_DAYS, _REFUSED_ROWS, bad_rows)
    batch["elder_import"].extend((entered, refused))
    batch["elder_import_fault"].extend(_faults(refused[0]))


def _import(
    setting: Setting, place: int, state: ImportState, days: int, rows: int, bad_rows: int
) -> Row:
    day = setting.today - timedelta(days)
    brought, looked_through, entered = (at(day, _TEN + minutes) for minutes in (0, 1, 9))
    good = state is ImportState.DONE
    return (
        setting.keys[numbers.IMPORT + place],
        setting.offices.stations[STREET],
        Role.STATION.value,
        STREET,
        state.value,
        rows,
        rows,
        bad_rows,
        0 if good else len(_FAULTS),
        1,
        [],
        brought,
        looked_through if good else None,
        entered if good else looked_through,
    )


def _faults(import_id: object) -> Iterator[Row]:
    for row, column, code, facts in _FAULTS:
        yield import_id, row, column.value, code.value, orjson.dumps(facts).decode()
