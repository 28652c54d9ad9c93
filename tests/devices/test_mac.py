"""The ``mac`` of a message: what proves it, and what does not."""

import hashlib
import hmac
import json
from dataclasses import replace
from uuid import UUID

import pytest

from devices.bridge import BridgeSettings
from devices.mac import sign, verify
from domain.database import Database
from domain.devices.credentials import device_password
from domain.ids import parse_public_id
from tests.conftest import Broker
from tests.devices.wire import MASTER_KEY, Field, in_the_field, number, running

PASSWORD = "abcdefghijklmnopqrstuvwxyz"
MESSAGE = b'{"v":1,"id":"7-42","m":{"battery":80}}'


def test_a_signature_is_the_hmac_of_the_message_without_it() -> None:
    signed = json.loads(sign(MESSAGE, PASSWORD))
    mac = signed.pop("mac")
    assert signed == json.loads(MESSAGE)
    assert mac == hmac.new(PASSWORD.encode(), MESSAGE, hashlib.sha256).hexdigest()


def test_what_was_signed_verifies_and_nothing_else_does() -> None:
    signed = sign(MESSAGE, PASSWORD)
    assert verify(signed, PASSWORD)
    assert not verify(signed, PASSWORD + "x")
    assert not verify(signed.replace(b"80", b"81"), PASSWORD)
    assert not verify(MESSAGE, PASSWORD)
    assert not verify(signed[:-66] + bytes(reversed(signed[-66:-2])) + b'"}', PASSWORD)


def test_spaces_and_capitals_as_other_libraries_write_them() -> None:
    message = json.dumps(json.loads(MESSAGE)).encode()
    digest = hmac.new(PASSWORD.encode(), message, hashlib.sha256).hexdigest().upper()
    assert verify(message[:-1] + f', "mac": "{digest}"}}\n'.encode(), PASSWORD)


def password_of(device: str) -> str:
    parsed = parse_public_id(device)
    assert parsed is not None
    key: UUID = parsed[1]
    return device_password(MASTER_KEY, key, 1)


async def test_a_wrong_mac_is_refused_and_a_right_one_taken(
    field: Field, button: str, database: Database
) -> None:
    forged, true = field.message("sos", {}), field.message("sos", {})
    await field.publish(button, "event", sign(json.dumps(forged).encode(), "not the password"))
    receipt = await field.receipt(forged["id"])
    assert (receipt["status"], receipt["reason"]) == ("refused", "WRONG_MAC")
    assert await number(database, "SELECT count(*) FROM alarm") == 0
    seen = "SELECT count(*) FROM device WHERE last_seen_at IS NOT NULL"
    assert await number(database, seen) == 0
    await field.publish(button, "event", sign(json.dumps(true).encode(), password_of(button)))
    assert (await field.receipt(true["id"]))["status"] == "stored"
    assert await number(database, "SELECT count(*) FROM alarm") == 1


@pytest.mark.parametrize("text", [b"hello", b'{"v":1,"id":"unsigned-1"}'])
async def test_where_a_mac_is_required_none_is_no_sign_of_life(
    settings: BridgeSettings, broker: Broker, database: Database, button: str, text: bytes
) -> None:
    async with (
        running(replace(settings, require_mac=True)),
        in_the_field(broker.mqtt_url, settings.tenant) as field,
    ):
        await field.publish(button, "event", text)
        unsigned, signed = field.message("sos", {}), field.message("sos", {})
        await field.publish(button, "event", unsigned)
        assert (await field.receipt(unsigned["id"]))["reason"] == "MISSING_MAC"
        assert await number(database, "SELECT count(last_seen_at) FROM device") == 0
        await field.publish(button, "event", sign(json.dumps(signed).encode(), password_of(button)))
        assert (await field.receipt(signed["id"]))["status"] == "stored"
    assert await number(database, "SELECT count(*) FROM device_event") == 1
