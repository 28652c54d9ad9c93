"""The Python of docs/webhooks.md, as it stands there, on messages as we sign them."""

import re
from pathlib import Path
from time import time
from typing import Any

import pytest

from domain.webhooks.signing import new_secret, shown_secret, signatures

GUIDE = Path(__file__).parents[1] / "docs" / "webhooks.md"
BODY = '{"type":"alarm.changed","data":{"name":"王奶奶"}}'.encode()


@pytest.fixture
def guide() -> dict[str, Any]:
    """What the page's Python defines."""
    found = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    defined: dict[str, Any] = {}
    exec(found[1], defined)
    return defined


def signed(secrets: list[bytes], moment: int) -> dict[str, str]:
    return {
        "webhook-id": "webhook_delivery_1",
        "webhook-timestamp": str(moment),
        "webhook-signature": signatures(secrets, "webhook_delivery_1", moment, BODY),
    }


def test_ours_is_verified_by_either_secret(guide: dict[str, Any]) -> None:
    secrets = [new_secret(), new_secret()]
    for secret in secrets:
        assert guide["verified"](shown_secret(secret), signed(secrets, int(time())), BODY)


@pytest.mark.parametrize("fault", ["secret", "body", "id", "old"])
def test_anything_else_is_not(guide: dict[str, Any], fault: str) -> None:
    secret = new_secret()
    headers = signed([secret], int(time()) - (600 if fault == "old" else 0))
    if fault == "id":
        headers["webhook-id"] = "webhook_delivery_2"
    key = new_secret() if fault == "secret" else secret
    body = BODY.replace(b"alarm", b"Alarm") if fault == "body" else BODY
    assert not guide["verified"](shown_secret(key), headers, body)
