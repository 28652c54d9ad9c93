"""A terminal's picture as SVG, with Chinese in its cells.

Rich's own export gives a text the length of its characters, not of its cells, so Chinese is
squeezed to half its width; and it loads a font from elsewhere. Here each run of wide or narrow
characters gets the length of its cells, and the reader's own fonts.
"""

import html
import re
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import TerminalTheme

_CELL = 12.2
"""Width of a cell; Rich's characters are 20 high with an aspect of 0.61."""

_FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: "JetBrains Mono", "DejaVu Sans Mono", Menlo, Consolas, "Noto Sans CJK SC",
    "PingFang SC", "Microsoft YaHei", monospace;
  font-size: {char_height}px;
}}
.{unique_id}-matrix .wide {{ font-size: 22px; }}
.{unique_id}-title {{
  font: 17px "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  opacity: 0.7;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""

_THEME = TerminalTheme(
    (28, 26, 24),
    (232, 226, 216),
    [(60, 56, 52), (208, 72, 58), (126, 190, 124), (226, 180, 92),
     (110, 160, 214), (190, 130, 190), (110, 190, 190), (232, 226, 216)],
)  # fmt: skip

_TEXT = re.compile(
    r'<text class="(?P<style>[^"]+)" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" textLength="[\d.]+"'
    r"(?P<clip>[^>]*)>(?P<content>[^<]*)</text>"
)


def svg_of(console: Console, title: str) -> str:
    """What a recording console has shown, as SVG text."""
    exported = console.export_svg(
        title=title, theme=_THEME, code_format=_FORMAT, unique_id="watch", font_aspect_ratio=0.61
    )
    return _TEXT.sub(_in_runs, exported)


def _in_runs(match: re.Match[str]) -> str:
    x = float(match["x"])
    pieces: list[str] = []
    content = html.unescape(match["content"])
    if content != content.strip("\xa0"):
        x += _CELL * (len(content) - len(content.lstrip("\xa0")))
        content = content.strip("\xa0")
    for is_wide, group in groupby(content, lambda character: cell_len(character) == 2):
        run = "".join(group)
        length = _CELL * cell_len(run)
        style = f"{match['style']} wide" if is_wide else match["style"]
        shown = html.escape(run).replace("\xa0", "&#160;")
        pieces.append(
            f'<text class="{style}" x="{x:g}" y="{match["y"]}" textLength="{length:g}"'
            f"{match['clip']}>{shown}</text>"
        )
        x += length
    return "\n".join(pieces)
