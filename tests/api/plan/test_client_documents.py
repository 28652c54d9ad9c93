"""Whatever the client examples send is answered by plans, over the transport they send it by."""

import re
from pathlib import Path
from typing import Any

import pytest

from client_examples.vendor_python import documents as vendor_documents
from domain.access import Actor, Role
from domain.database import Database
from domain.ids import public_id
from tests.clients import BEGINNING, PUSH_TEMPLATE, Api
from tests.signals import press
from tests.vendors import vendor_of

EXAMPLES = Path("client_examples")
NEAR = {"longitude": 120.17, "latitude": 30.25, "radiusM": 5000}
HERE = {"longitude": 120.17, "latitude": 30.25, "accuracyM": 20}


def scripted(path: Path) -> dict[str, str]:
    """The documents in a script, by their constants' names, with the fragments that they use."""
    found: dict[str, str] = {}
    for name, text in re.findall(r"const (\w+) = `(.*?)`;", path.read_text(), re.DOTALL):
        found[name] = re.sub(r"\$\{(\w+)\}", lambda used: found[used[1]], text)
    return {name: text for name, text in found.items() if not text.strip().startswith("fragment")}


def documents() -> dict[str, str]:
    """All documents of all examples."""
    found = {
        "family": scripted(EXAMPLES / "family_web" / "documents.js"),
        "wechat": scripted(EXAMPLES / "wechat_miniprogram" / "lib" / "documents.js"),
        "vendor": {name: text for name, text in vars(vendor_documents).items() if name.isupper()},
    }
    return {
        f"{example} {name}": text
        for example, texts in found.items()
        for name, text in texts.items()
        if not name.startswith("_")
    }


DOCUMENTS = documents()

SENT: dict[str, tuple[Role, dict[str, Any]]] = {
    "family HOME": (Role.FAMILY, {}),
    "family DEVICES": (Role.FAMILY, {}),
    "family ACKNOWLEDGE": (Role.FAMILY, {"input": {"id": "alarm"}}),
    "family CHANGED": (Role.FAMILY, {"after": BEGINNING}),
    "wechat VIEWER": (Role.VOLUNTEER, {}),
    "wechat HOME": (Role.FAMILY, {}),
    "wechat ACKNOWLEDGE": (Role.FAMILY, {"input": {"id": "alarm"}}),
    "wechat CHANGED": (Role.FAMILY, {"after": BEGINNING}),
    "wechat PUSH_HEALTH": (Role.FAMILY, {}),
    "wechat GRANT_PUSH": (Role.FAMILY, {"input": {"template": PUSH_TEMPLATE.template_id}}),
    "wechat VISITS": (Role.VOLUNTEER, {"near": NEAR}),
    "wechat MORE_VISITS": (Role.VOLUNTEER, {"near": None, "after": "end of the page before"}),
    "wechat OWN_VISIT": (Role.VOLUNTEER, {"id": "claimed visit"}),
    "wechat CLAIM": (Role.VOLUNTEER, {"input": {"id": "open visit"}}),
    "wechat RELEASE": (Role.VOLUNTEER, {"input": {"id": "claimed visit"}}),
    "wechat CHECK_IN": (Role.VOLUNTEER, {"input": {"id": "claimed visit", **HERE}}),
    "wechat CHECK_OUT": (Role.VOLUNTEER, {"input": {"id": "claimed visit"}}),
    "wechat REFUSE": (Role.VOLUNTEER, {"input": {"id": "claimed visit"}}),
    "vendor OPEN": (Role.VENDOR, {"after": None}),
    "vendor CHANGES": (Role.VENDOR, {"after": BEGINNING}),
}
"""Who sends each, and with what: ids by what they name."""


@pytest.fixture
async def named(api: Api, database: Database) -> dict[str, str]:
    """What the variables name; the mother has pressed her button."""
    await press(database, api.district)
    alarms = await api.data(Role.FAMILY, "{ alarms(first: 1) { nodes { id } } }")
    page = "{ visitTasks(first: 1, filter: {state: [OPEN]}) { pageInfo { endCursor } } }"
    visits = await api.data(Role.VOLUNTEER, page)
    return {
        "alarm": alarms["alarms"]["nodes"][0]["id"],
        "open visit": public_id("visit_task", api.district.open_visit_id),
        "claimed visit": public_id("visit_task", api.district.claimed_visit_id),
        "end of the page before": visits["visitTasks"]["pageInfo"]["endCursor"],
    }


async def figures(api: Api) -> dict[str, int]:
    """What the server shows at /metrics."""
    text = (await api.http.get(api.url.replace("/graphql", "/metrics"))).text
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {name: int(value) for name, value in lines}


async def sent(api: Api, who: Actor | Role, document: str, variables: Any) -> dict[str, Any]:
    """The data of the first answer."""
    if not document.strip().startswith("subscription"):
        return await api.data(who, document, **variables)
    async with api.socket(who) as socket:
        await socket.subscribe(document, **variables)
        answer = await socket.next()
    assert "errors" not in answer
    return answer["data"]


def test_each_document_has_its_sender() -> None:
    assert set(DOCUMENTS) == set(SENT)
    assert len(DOCUMENTS) >= 16


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_it_is_answered_by_a_plan(
    api: Api, database: Database, named: dict[str, str], name: str
) -> None:
    role, variables = SENT[name]
    who = await vendor_of(database, api.district.sos_button_id) if role is Role.VENDOR else role
    if name == "wechat CHECK_OUT":
        begin = _resolved(SENT["wechat CHECK_IN"][1], named)
        await sent(api, who, DOCUMENTS["wechat CHECK_IN"], begin)
    before = await figures(api)
    data = await sent(api, who, DOCUMENTS[name], _resolved(variables, named))
    assert data
    assert None not in data.values()
    for payload in data.values():
        assert not payload.get("userErrors")
    after = await figures(api)
    assert after["yiyang_operations_fallback_total"] == before["yiyang_operations_fallback_total"]
    assert after["yiyang_operations_planned_total"] > before["yiyang_operations_planned_total"]


def _resolved(value: Any, named: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _resolved(one, named) for name, one in value.items()}
    return named.get(value, value) if isinstance(value, str) else value
