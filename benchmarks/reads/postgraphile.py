"""PostGraphile's own documents, and its answers in our words.

Its schema is the database's, so that the caller's rows are asked for here: family by the link to
its elder, staff by the range of its region. What is computed in our schema is computed here, and
costs PostGraphile nothing.
"""

import base64
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from api.relay import encode_cursor
from benchmarks.reads.asking import Question
from domain.calendar import now, today, whole_years
from domain.devices.heartbeat import online
from domain.devices.models import DeviceKind
from domain.ids import parse_public_id, public_id

_HOME = """
query Home($account: UUID!, $elder: UUID!) {
  familyLinkByAccountIdAndElderId(accountId: $account, elderId: $elder) {
    elder: elderByElderId {
      rowId name birthDate gender careLevel addressMasked
      tags: elderTagsByElderIdList(condition: {until: null}, orderBy: [TAG_ASC]) { tag }
      region: regionByRegionCode { name }
      contacts: contactsByElderIdList(orderBy: [CALLING_ORDER_ASC]) {
        name relation phoneMasked callingOrder
      }
      devices: devicesByElderIdList(orderBy: [PRIMARY_KEY_ASC]) { rowId kind lastSeenAt }
      stays: bedStaysByElderIdList(
        first: 1, filter: {state: {in: ["OCCUPIED", "ON_LEAVE"]}},
        orderBy: [FULL_TIME_DESC, PRIMARY_KEY_DESC]
      ) { state startsOn bed: bedByBedId { label station: stationByStationId { name } } }
      alarms: alarmsByElderId(first: 5, orderBy: [PRIMARY_KEY_DESC]) {
        nodes { rowId type severity state raisedAt by: accountByAcknowledgedBy { name } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""
_DISPATCHER = """
query Dispatcher($from: String!, $to: String!, $mineFrom: String!, $mineTo: String!) {
  allAlarms(
    first: 50, orderBy: [PRIMARY_KEY_DESC],
    filter: {
      state: {in: ["RAISED", "ACKNOWLEDGED", "DISPATCHED", "ARRIVED"]},
      regionCode: {greaterThanOrEqualTo: $from, lessThan: $to},
      and: [{regionCode: {greaterThanOrEqualTo: $mineFrom, lessThan: $mineTo}}]
    }
  ) {
    nodes {
      rowId type severity state level raisedAt
      elder: elderByElderId { rowId name addressMasked region: regionByRegionCode { name } }
      device: deviceByDeviceId { rowId kind }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
_ROSTER = """
query Roster($from: String!, $to: String!, $mineFrom: String!, $mineTo: String!) {
  allElders(
    first: 200, orderBy: [PRIMARY_KEY_ASC],
    filter: {
      regionCode: {greaterThanOrEqualTo: $from, lessThan: $to},
      and: [{regionCode: {greaterThanOrEqualTo: $mineFrom, lessThan: $mineTo}}]
    }
  ) {
    nodes {
      rowId name gender birthDate careLevel
      devices: devicesByElderIdList(orderBy: [PRIMARY_KEY_ASC]) { rowId kind lastSeenAt }
      stays: bedStaysByElderIdList(
        first: 1, filter: {state: {in: ["OCCUPIED", "ON_LEAVE"]}},
        orderBy: [FULL_TIME_DESC, PRIMARY_KEY_DESC]
      ) { state bed: bedByBedId { label kind } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
_HISTORY = """
query History($after: Cursor, $mineFrom: String!, $mineTo: String!) {
  allAlarms(
    first: 50, after: $after, orderBy: [PRIMARY_KEY_DESC],
    filter: {regionCode: {greaterThanOrEqualTo: $mineFrom, lessThan: $mineTo}}
  ) {
    edges {
      cursor
      node {
        rowId type severity state raisedAt resolvedAt resolveReason elder: elderByElderId { name }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
_MUTATION = """
mutation Acknowledge($alarm: UUID!, $account: UUID!, $from: String!, $to: String!) {
  peersAcknowledgeAlarm(
    input: {alarmId: $alarm, accountId: $account, fromCode: $from, toCode: $to}
  ) {
    result {
      rowId state acknowledgedAt by: accountByAcknowledgedBy { name }
      elder: elderByElderId { rowId name }
    }
  }
}
"""
_DOCUMENTS = {
    "home": _HOME,
    "dispatcher": _DISPATCHER,
    "roster": _ROSTER,
    "history": _HISTORY,
    "mutation": _MUTATION,
}


def question(query: str, ours: Question) -> Question:
    """The same question in PostGraphile's words; a history begins at its beginning."""
    claims = _claims(ours.token)
    given = ours.variables
    mine = _bounds(claims.get("region", ""), "mineFrom", "mineTo")
    variables: dict[str, Any]
    match query:
        case "home":
            variables = {"account": claims["sub"], "elder": _key(given["id"])}
        case "history":
            variables = mine
        case "mutation":
            bounds = _bounds(claims["region"])
            variables = {"alarm": _key(given["id"]), "account": claims["sub"], **bounds}
        case _:
            variables = {**_bounds(given["region"]), **mine}
    return Question(ours.token, _DOCUMENTS[query], variables, ours.operation_name)


def in_our_words(query: str, data: Any) -> Any:
    """Its answer as ours would be."""
    return _IN_OUR_WORDS[query](data)


def _home(data: Any) -> Any:
    elder = data["familyLinkByAccountIdAndElderId"]["elder"]
    return {
        "elder": {
            "id": _id("elder", elder),
            "name": elder["name"],
            "age": _age(elder),
            "gender": elder["gender"],
            "careLevel": elder["careLevel"],
            "address": elder["addressMasked"],
            "tags": [row["tag"] for row in elder["tags"]],
            "region": elder["region"],
            "contacts": [
                {
                    "name": row["name"],
                    "relation": row["relation"],
                    "phone": row["phoneMasked"],
                    "callingOrder": row["callingOrder"],
                }
                for row in elder["contacts"]
            ],
            "devices": [{**_device(row), "online": _online(row)} for row in elder["devices"]],
            "currentStay": elder["stays"][0] if elder["stays"] else None,
            "alarms": {
                "nodes": [
                    {**_alarm(row, "raisedAt"), "acknowledgedBy": row["by"]}
                    for row in elder["alarms"]["nodes"]
                ],
                "pageInfo": _page_info(elder["alarms"]["pageInfo"]),
            },
        }
    }


def _dispatcher(data: Any) -> Any:
    page = data["allAlarms"]
    return {
        "alarms": {
            "nodes": [
                {
                    **_alarm(row, "level", "raisedAt"),
                    "elder": {
                        "id": _id("elder", row["elder"]),
                        "name": row["elder"]["name"],
                        "address": row["elder"]["addressMasked"],
                        "region": row["elder"]["region"],
                    },
                    "device": {"id": _id("device", row["device"]), "kind": row["device"]["kind"]},
                }
                for row in page["nodes"]
            ],
            "pageInfo": _page_info(page["pageInfo"]),
        }
    }


def _roster(data: Any) -> Any:
    page = data["allElders"]
    return {
        "elders": {
            "nodes": [
                {
                    "id": _id("elder", row),
                    "name": row["name"],
                    "gender": row["gender"],
                    "age": _age(row),
                    "careLevel": row["careLevel"],
                    "devices": [_device(each) for each in row["devices"]],
                    "currentStay": row["stays"][0] if row["stays"] else None,
                }
                for row in page["nodes"]
            ],
            "pageInfo": _page_info(page["pageInfo"]),
        }
    }


def _history(data: Any) -> Any:
    page = data["allAlarms"]
    shown = ("raisedAt", "resolvedAt", "resolveReason", "elder")
    return {
        "alarms": {
            "edges": [
                {"cursor": _cursor(edge["cursor"]), "node": _alarm(edge["node"], *shown)}
                for edge in page["edges"]
            ],
            "pageInfo": _page_info(page["pageInfo"]),
        }
    }


def _mutation(data: Any) -> Any:
    alarm = data["peersAcknowledgeAlarm"]["result"]
    return {
        "alarmAcknowledge": {
            "alarm": {
                "id": _id("alarm", alarm),
                "state": alarm["state"],
                "acknowledgedAt": alarm["acknowledgedAt"],
                "acknowledgedBy": alarm["by"],
                "elder": {"id": _id("elder", alarm["elder"]), "name": alarm["elder"]["name"]},
            },
            "userErrors": [],
        }
    }


_IN_OUR_WORDS: dict[str, Callable[[Any], Any]] = {
    "home": _home,
    "dispatcher": _dispatcher,
    "roster": _roster,
    "history": _history,
    "mutation": _mutation,
}


def _alarm(row: Any, *more: str) -> dict[str, Any]:
    names = ("type", "severity", "state", *more)
    return {"id": _id("alarm", row), **{name: row[name] for name in names}}


def _device(row: Any) -> dict[str, Any]:
    return {"id": _id("device", row), "kind": row["kind"], "lastSeenAt": row["lastSeenAt"]}


def _online(row: Any) -> bool:
    seen = row["lastSeenAt"] and datetime.fromisoformat(row["lastSeenAt"])
    return online(DeviceKind(row["kind"]), seen, now())


def _age(row: Any) -> int:
    return whole_years(date.fromisoformat(row["birthDate"]), today())


def _page_info(info: Any) -> dict[str, Any]:
    end = info["endCursor"]
    return {"hasNextPage": info["hasNextPage"], "endCursor": end and _cursor(end)}


def _cursor(theirs: str) -> str:
    """Their cursor ends with the row's key; ours is nothing else."""
    return encode_cursor([UUID(orjson.loads(base64.b64decode(theirs))[-1])])


def _id(prefix: str, row: Any) -> str:
    return public_id(prefix, UUID(row["rowId"]))


def _key(global_id: str) -> str:
    parsed = parse_public_id(global_id)
    assert parsed
    return str(parsed[1])


def _bounds(code: str, first: str = "from", last: str = "to") -> dict[str, Any]:
    """A code's subtree as a range of codes; of no region's as nothing."""
    return {first: code, last: code[:-1] + chr(ord(code[-1]) + 1) if code else ""}


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
