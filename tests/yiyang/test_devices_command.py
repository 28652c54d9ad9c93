"""`yiyang devices add`, `import`, `rotate`, `revoke` and `list`, run as an operator runs them."""

import base64
from pathlib import Path
from uuid import uuid4

import pytest

from devices.mac import Trust
from devices.storing import Store
from devices.uplink import Uplink
from domain.database import Database
from domain.devices.credentials import device_password
from domain.ids import parse_public_id, public_id
from tests.devices.reported import uplink
from tests.devices.wire import MASTER_KEY, now_ms, number, rows
from tests.operators import Operator


@pytest.fixture
def operator(database_url: str) -> Operator:
    """An operator of the test's own database."""
    key = base64.b64encode(MASTER_KEY).decode()
    return Operator(database_url, "devices", YIYANG_DEVICE_KEY=key)


ADD = ("add", "--kind", "sos_button", "--vendor", "安颐科技")


def press(device: str, seq: int) -> Uplink:
    """A call for help, as it comes from the broker."""
    message = {"v": 1, "id": f"1-{seq}", "boot": 1, "seq": seq, "ts": now_ms()}
    return uplink(device, message | {"type": "sos", "m": {}}, "event")


async def test_a_devices_life(operator: Operator, database: Database) -> None:
    store = Store(database, Trust(MASTER_KEY))
    elder_id = (await rows(database, "SELECT id FROM elder ORDER BY id LIMIT 1"))[0].id
    elder = public_id("elder", elder_id)
    (made,) = operator.says(*ADD, "--elder", elder)
    (_, key) = parse_public_id(made["device"]) or ("", uuid4())
    assert made["password"] == device_password(MASTER_KEY, key, 1)
    (rotated,) = operator.says("rotate", made["device"])
    assert rotated == {"device": made["device"], "password": device_password(MASTER_KEY, key, 2)}
    (outcome,) = await store.take([press(made["device"], 1)])
    assert outcome.status == "stored"
    assert operator.says("revoke", made["device"]) == []
    assert operator.says("revoke", made["device"]) == []
    (outcome,) = await store.take([press(made["device"], 2)])
    assert (outcome.status, outcome.reason) == ("refused", "REVOKED_DEVICE")
    assert "revoked" in operator.is_told("rotate", made["device"])
    (listed,) = operator.says("list", "--revoked")
    assert (listed["device"], listed["elder"]) == (made["device"], elder)
    assert listed["password_version"] == 2
    assert listed["revoked_at"] is not None
    acts = "SELECT action FROM audit_entry WHERE object_id = :id ORDER BY id"
    assert [act.action for act in await rows(database, acts, id=key)] == [
        "device_add",
        "device_rotate",
        "device_revoke",
    ]
    told = "SELECT change FROM outbox_event WHERE topic = 'device' ORDER BY position"
    assert [event.change for event in await rows(database, told)] == ["ADDED", "ROTATED", "REVOKED"]
    assert await number(database, "SELECT count(*) FROM device_event") == 1


async def test_a_file_is_entered_whole_or_not_at_all(
    operator: Operator, database: Database, tmp_path: Path
) -> None:
    file, count = tmp_path / "devices.csv", "SELECT count(*) FROM device"
    before = await number(database, count)
    nobody, nowhere = public_id("elder", uuid4()), public_id("station", uuid4())
    good = "kind,vendor,elder,station\nsos_button,安颐科技,,\nsleep_band,安颐科技,,\n"
    wrong = {
        "toaster,安颐科技,,": "line 4: --kind toaster",
        "sos_button,没有,,": "line 5: there is no such vendor",
        f"sos_button,安颐科技,{nobody},": "line 6: there is no such elder",
        f"sos_button,安颐科技,,{nowhere}": "line 7: there is no such station",
        f"sos_button,安颐科技,{nobody},{nowhere}": "line 8: a device is an elder's or",
        "sos_button,安颐科技,x,": "line 9: --elder x is no id",
    }
    file.write_text(good + "\n".join(wrong), encoding="utf-8")
    done = operator.run("import", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert [words for words in wrong.values() if words not in done.stderr] == []
    file.write_text(good, encoding="utf-8-sig")
    assert operator.says("import", str(file), "--dry-run") == []
    assert await number(database, count) == before
    made = operator.says("import", str(file))
    assert await number(database, count) == before + 2
    listed = operator.says("list", "--limit", "2")
    assert {line["device"] for line in listed} == {line["device"] for line in made}
    assert {line["elder"] for line in listed} == {None}


async def test_a_device_that_is_not_there_is_named(operator: Operator) -> None:
    assert "no such device" in operator.is_told("rotate", public_id("device", uuid4()))
    assert "no id like" in operator.is_told("revoke", "x")
