"""The real browser that pages are tested in."""

import os
from pathlib import Path

import pytest

CHROMIUM = Path(os.environ.get("YIYANG_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FULFILLED = "--disable-features=LocalNetworkAccessChecks"
"""For pages that a test answers itself: they come from no address, which may not talk to
127.0.0.1."""


def chromium_here() -> Path:
    """Where Chromium is; without one the test is skipped, and fails in CI."""
    if not CHROMIUM.exists():
        missing = f"chromium is not at {CHROMIUM} (YIYANG_CHROMIUM names another place)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return CHROMIUM
