"""The cockpit over HTTP, each figure held against its own rows."""

from datetime import date
from typing import Any

from domain.access import Actor, Role
from tests.clients import Api

_HEAD = "key title definition unit target unavailable value rowCount amongCount"
_COUNT = f"{{ {_HEAD} rows(first: 0) {{ totalCount }} }}"
_SHARE = f"{{ {_HEAD} rows(first: 0) {{ totalCount }} among(first: 0) {{ totalCount }} }}"
FIELDS = {
    "elders": _SHARE,
    "keyElders": _SHARE,
    "protected": _SHARE,
    "visitCoverage": _SHARE,
    "visits": _COUNT,
    "hours": f"{{ {_HEAD} rows(first: 200) {{ totalCount nodes {{ id amount }} }} }}",
    "occupancy": _SHARE,
    "homeOccupancy": _SHARE,
    "nursingRatio": _SHARE,
    "answeredIn60": _SHARE,
    "answeredIn180": _SHARE,
    "arrivedInTime": _SHARE,
}
"""Each figure, with what is asked of it."""


def document(*names: str) -> str:
    """A query for some figures; for all of them if none is named."""
    asked = " ".join(f"{name} {FIELDS[name]}" for name in names or FIELDS)
    return f"""query ($region: String!, $asOf: Date) {{
      districtDashboard(region: $region, asOf: $asOf) {{
        asOf month region {{ code name }} {asked} }} }}"""


async def cockpit(
    api: Api, who: Role | Actor, region: str, as_of: date | None = None, *names: str
) -> dict[str, Any]:
    """The figures, each of which is what its rows are."""
    day = as_of and as_of.isoformat()
    said = await api.data(who, document(*names), region=region, asOf=day)
    found = said["districtDashboard"]
    for name in names or FIELDS:
        _check(name, found[name])
    return found


def numbers(found: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """The figures alone: value, rows, among how many."""
    return {
        name: (found[name]["value"], found[name]["rowCount"], found[name]["amongCount"])
        for name in FIELDS
        if name in found
    }


def _check(name: str, figure: dict[str, Any]) -> None:
    """That a figure is nothing but its rows."""
    if figure["unavailable"] is not None:
        open_ones = ("value", "rowCount", "amongCount", "rows")
        assert [figure[one] for one in open_ones] == [None] * 4, name
        return
    assert figure["rows"]["totalCount"] == figure["rowCount"], name
    among = figure.get("among")
    assert figure["amongCount"] == (among and among["totalCount"]), name
    if figure["unit"] == "HOURS":
        wanted = sum(int(one["amount"]) for one in figure["rows"]["nodes"]) / 60
    elif figure["unit"] == "SHARE":
        among_them = figure["amongCount"]
        wanted = figure["rowCount"] / among_them if among_them else None
    else:
        wanted = figure["rowCount"]
    assert figure["value"] == wanted, name
