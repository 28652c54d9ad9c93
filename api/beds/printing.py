"""A bed's code as it is printed, in the one answer that shows it."""

import segno

from api.context import Context
from domain.beds.code_models import CareCode

_SCALE = 8
"""Pixels of a module: 33 of them with the quiet zone are 264 pixels, 22 mm at 300 dpi."""


def shown(code: CareCode, context: Context) -> str | None:
    """The code, in the answer that made it; None in any other."""
    return context.shown_once.get(code.id)


def as_svg(code: CareCode, context: Context) -> str | None:
    """Its QR code as SVG."""
    plain = shown(code, context)
    return None if plain is None else _drawn(plain).svg_inline(scale=_SCALE)


def as_png(code: CareCode, context: Context) -> str | None:
    """Its QR code as PNG, in a data URI."""
    plain = shown(code, context)
    return None if plain is None else _drawn(plain).png_data_uri(scale=_SCALE)


def _drawn(plain: str) -> segno.QRCode:
    # A quarter of it may be dirty or torn. Never a Micro QR code, which WeChat doesn't read.
    return segno.make_qr(plain, error="q")
