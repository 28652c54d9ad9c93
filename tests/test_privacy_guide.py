"""The story of docs/privacy.md, one operation after another, as it stands there."""

import re
from pathlib import Path
from typing import Any

from domain.access import Role
from tests.clients import Api

GUIDE = Path(__file__).parents[1] / "docs" / "privacy.md"


def story() -> list[tuple[Role, str]]:
    """Who asks, and what."""
    text = GUIDE.read_text(encoding="utf-8")
    (block,) = re.findall(r"```graphql\n(.*?)```", text, re.DOTALL)
    operations = block.strip().split("\n\n")
    roles = [operation.partition(":")[0].removeprefix("# ") for operation in operations]
    return [(Role[role], one) for role, one in zip(roles, operations, strict=True)]


def filled_in(operation: str, seen: dict[str, str]) -> str:
    """With what earlier answers have shown where the page has an ellipsis."""
    for kind in ("elder", "family_link", "data_request"):
        operation = operation.replace(f'"{kind}_…"', f'"{seen.get(kind)}"')
    return operation.replace('name: "…", idNumber: "…"', seen.get("person", ""))


def remember(seen: dict[str, str], answer: dict[str, Any]) -> None:
    """Take over the first id of each kind, and whom the first elder is."""
    for found in re.finditer(r"'((elder|family_link|data_request)_[0-9a-f]{32})'", str(answer)):
        seen.setdefault(found[2], found[1])
    if "person" not in seen:
        (elder,) = answer["elders"]["nodes"]
        seen["person"] = f'name: "{elder["name"]}", idNumber: "{elder["reveal"]}"'


def masked_fields(response: dict[str, Any]) -> list[str]:
    return [entry["path"][-1] for entry in response.get("extensions", {}).get("masked", [])]


async def test_the_story_can_be_copied(api: Api) -> None:
    seen: dict[str, str] = {}
    for role, operation in story():
        response = await api.post(role, filled_in(operation, seen))
        assert "errors" not in response, (operation, response)
        for answer in response["data"].values():
            assert answer is not None, operation
            assert answer.get("userErrors", []) == [], operation
        assert masked_fields(response) == (["tags"] if "NO_CONSENT" in operation else [])
        remember(seen, response["data"])
