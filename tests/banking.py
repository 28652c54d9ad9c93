"""The time bank and happiness points over HTTP, with the operations that a client would send."""

from typing import Any
from uuid import UUID

from domain.access import Actor, Role
from domain.ids import public_id
from tests.clients import Api

HOLD = """ledgerHold { id state currency amount elder { id } account { id }
  madeBy { id } endedBy { id } note transfer { kind amount } availableActions }"""
TRANSFER = """ledgerTransfer { id kind currency amount reason region { code }
  postings { number amount balanceAfter account { holder } }
  reverses { id } reversedBy { id } }"""

ANSWERS = {
    "timeBankRedeem": HOLD,
    "timeBankRedeemComplete": HOLD,
    "timeBankRedeemRelease": HOLD,
    "timeBankDonate": TRANSFER,
    "pointsGrant": TRANSFER,
    "pointsRedeem": TRANSFER,
    "ledgerTransferReverse": TRANSFER,
}

OWN = """{ ledgerAccounts(first: 5, filter: {currency: %s}) { nodes {
  id holder balance held available volunteer { id } elder { id } region { code }
  postings(first: 50) { totalCount nodes { number amount balanceAfter
    transfer { id kind amount creditedOn visit { id } } } } } } }"""


async def payload(api: Api, who: Role | Actor, name: str, **given: Any) -> dict[str, Any]:
    """What a mutation answers."""
    kind = f"{name[0].upper()}{name[1:]}Input"
    mutation = f"""mutation ($input: {kind}!) {{ {name}(input: $input) {{
        {ANSWERS[name]} userErrors {{ code field message }} }} }}"""
    return (await api.data(who, mutation, input=given))[name]


async def done(api: Api, who: Role | Actor, name: str, **given: Any) -> Any:
    """The object after a mutation that must succeed."""
    answer = await payload(api, who, name, **given)
    assert answer["userErrors"] == [], answer
    return answer.get("ledgerHold") or answer.get("ledgerTransfer")


async def refused(api: Api, who: Role | Actor, name: str, **given: Any) -> tuple[str, str | None]:
    """The code and the field of the one error of a mutation that must fail."""
    (error,) = (await payload(api, who, name, **given))["userErrors"]
    return error["code"], error["field"]


async def own(api: Api, who: Role | Actor, currency: str = "MINUTES") -> Any:
    """One's own account with its statement; None where there is none yet."""
    nodes = (await api.data(who, OWN % currency))["ledgerAccounts"]["nodes"]
    assert len(nodes) <= 1
    return nodes[0] if nodes else None


def elder_id(key: UUID) -> str:
    """The global id of an elder."""
    return public_id("elder", key)
