"""The figures as a picture for the README: a group of bars for each query."""

from collections.abc import Mapping, Sequence
from html import escape

from benchmarks.reads.figures import Figure

TITLES: Mapping[str, str] = {
    "home": "Home: a family's first screen",
    "dispatcher": "Dispatcher: 50 open alarms of a street",
    "roster": "Roster: 200 elders, their devices and beds",
    "history": "History: 50 alarms, 50 pages deep",
    "mutation": "Mutation: an alarm acknowledged, with payload",
}
LABELS: Mapping[str, str] = {
    "planned": "Yiyang, planned",
    "ordinary": "Yiyang, ordinary",
    "mercurius": "Mercurius + JIT",
    "postgraphile": "PostGraphile 5",
    "yoga": "Yoga + graphql-jit",
    "floor": "one SQL statement",
}
_COLOURS: Mapping[str, str] = {"planned": "#0f766e", "ordinary": "#7fb8b2", "floor": "#c8a24a"}
_PEER = "#9aa3af"
_WIDTH, _LEFT, _RIGHT = 760, 150, 76
_BAR, _GAP, _TITLE = 17, 5, 34
_FONT = "font-family='system-ui, sans-serif'"


def chart(figures: Sequence[Figure]) -> str:
    """An SVG picture; the bars of a group are to the scale of its fastest."""
    parts: list[str] = []
    top = 44.0
    for query in dict.fromkeys(each.query for each in figures):
        group = [each for each in figures if each.query == query]
        parts += _group(query, group, top)
        top += _TITLE + len(group) * (_BAR + _GAP) + 10
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {top:.0f}' "
        f"width='{_WIDTH}' height='{top:.0f}' role='img' aria-label='Answers a second'>"
    )
    paper = f"<rect width='{_WIDTH}' height='{top:.0f}' fill='#ffffff'/>"
    title = _text(16, 28, "Answers a second, one core for the server", 15, "#111827", bold=True)
    return "\n".join([head, paper, title, *parts, "</svg>"]) + "\n"


def _group(query: str, group: Sequence[Figure], top: float) -> list[str]:
    longest = max(each.rate for each in group)
    parts = [_text(16, top + 22, TITLES.get(query, query), 13, "#111827", bold=True)]
    for number, each in enumerate(group):
        y = top + _TITLE + number * (_BAR + _GAP)
        width = (_WIDTH - _LEFT - _RIGHT) * each.rate / longest
        colour = _COLOURS.get(each.server, _PEER)
        bold = each.server == "planned"
        middle = y + _BAR - 4.5
        parts += [
            _text(_LEFT - 8, middle, LABELS.get(each.server, each.server), 12, "#374151", end=True),
            f"<rect x='{_LEFT}' y='{y:.1f}' width='{width:.1f}' height='{_BAR}' rx='2' "
            f"fill='{colour}'/>",
            _text(_LEFT + width + 6, middle, f"{each.rate:,.0f}", 12, "#111827", bold=bold),
        ]
    return parts


def _text(
    x: float, y: float, said: str, size: int, colour: str, *, bold: bool = False, end: bool = False
) -> str:
    anchor = " text-anchor='end'" if end else ""
    weight = " font-weight='600'" if bold else ""
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' fill='{colour}' {_FONT}{anchor}{weight}>"
        f"{escape(said)}</text>"
    )
