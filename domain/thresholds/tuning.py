"""A kind's rules with other thresholds, and which of those count for a device."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col

from domain.devices.kinds import KINDS, Absence, Count, Kind, Rule, Threshold
from domain.devices.models import DeviceKind
from domain.devices.service import DeviceCard
from domain.thresholds.models import RuleThreshold

log = logging.getLogger("yiyang.thresholds")

_CODE_LENGTHS = (12, 9, 6, 4, 2)
"""Digits of a division's code, the most specific first (record 14)."""


class Setting(NamedTuple):
    """What a rule has instead of its kind's own; None: the kind's own.

    Parameters:
        raise_at, clear_at: in the measure's unit; of a count ``raise_at`` is how often.
        hold: how long; of a count the window.
    """

    rule: str
    raise_at: float | None = None
    clear_at: float | None = None
    hold: timedelta | None = None


_Place = tuple[UUID | str | None, DeviceKind]
"""(elder or region, kind)"""


def tuned_kind(kind: Kind, settings: Iterable[Setting]) -> Kind:
    """The kind with other thresholds.

    Raises: ValueError if it contradicts itself with them, or has no such rule.
    """
    by_rule = {setting.rule: setting for setting in settings}
    known = {rule.name for rule in (*kind.rules, *kind.counts, *kind.absences)}
    if not by_rule.keys() <= known:
        raise ValueError("no such rule")
    return replace(
        kind,
        rules=tuple(_threshold(rule, by_rule.get(rule.name)) for rule in kind.rules),
        counts=tuple(_count(rule, by_rule.get(rule.name)) for rule in kind.counts),
        absences=tuple(_absence(rule, by_rule.get(rule.name)) for rule in kind.absences),
    )


async def rules_of(
    session: AsyncSession, cards: Sequence[DeviceCard]
) -> Mapping[UUID, Sequence[Rule]]:
    """Each device's rules, with the thresholds that are in force for it."""
    settings = await settings_of(session, cards)
    return {card.id: fitting(card.kind, settings.get(card.id, {})) for card in cards}


async def settings_of(
    connection: AsyncSession | AsyncConnection, cards: Sequence[DeviceCard]
) -> Mapping[UUID, Mapping[str, Setting]]:
    """What is in force for each device, by rule: its elder's, or else its division's, the most
    specific one; none for a device whose kind's own values count. One statement for all."""
    codes = {card.region_code[:length] for card in cards for length in _CODE_LENGTHS}
    elders = {card.elder_id for card in cards if card.elder_id is not None}
    rows = await connection.execute(_OPEN, {"elders": list(elders), "codes": list(codes)})
    found: dict[_Place, dict[str, Setting]] = {}
    for elder_id, region, kind, rule, raise_at, clear_at, hold in rows:
        settings = found.setdefault((elder_id or region, kind), {})
        length = None if hold is None else timedelta(seconds=hold)
        settings[rule] = Setting(rule, raise_at, clear_at, length)
    if not found:
        return {}
    return {card.id: _counting(card, found) for card in cards}


def fitting(kind: DeviceKind, settings: Mapping[str, Setting]) -> Sequence[Rule]:
    """A kind's rules with other thresholds, or with its own where those do not fit."""
    return _rules(kind, tuple(settings.values())) if settings else KINDS[kind].watched


def _counting(
    card: DeviceCard, found: Mapping[_Place, Mapping[str, Setting]]
) -> Mapping[str, Setting]:
    counting: dict[str, Setting] = {}
    for length in reversed(_CODE_LENGTHS):
        counting |= found.get((card.region_code[:length], card.kind), {})
    if card.elder_id is not None:
        counting |= found.get((card.elder_id, card.kind), {})
    return counting


@lru_cache(maxsize=4096)
def _rules(kind: DeviceKind, settings: tuple[Setting, ...]) -> Sequence[Rule]:
    own = KINDS[kind]
    try:
        return tuned_kind(own, settings).watched
    except ValueError as fault:
        # Set for a kind that has changed since: no reading waits for somebody to set it anew.
        log.error("the thresholds %s do not fit and are passed over: %s", settings, fault)
        return own.watched


def _threshold(rule: Threshold, setting: Setting | None) -> Threshold:
    if setting is None:
        return rule
    return replace(
        rule,
        raise_at=rule.raise_at if setting.raise_at is None else setting.raise_at,
        clear_at=rule.clear_at if setting.clear_at is None else setting.clear_at,
        hold=rule.hold if setting.hold is None else setting.hold,
    )


def _count(rule: Count, setting: Setting | None) -> Count:
    if setting is None:
        return rule
    if setting.clear_at is not None:
        raise ValueError(f"{rule.name}: a count clears by time")
    return replace(
        rule,
        times=rule.times if setting.raise_at is None else round(setting.raise_at),
        window=rule.window if setting.hold is None else setting.hold,
    )


def _absence(rule: Absence, setting: Setting | None) -> Absence:
    if setting is None:
        return rule
    if setting.hold is None or setting.raise_at is not None or setting.clear_at is not None:
        raise ValueError(f"{rule.name}: an absence has a time and nothing else")
    return replace(rule, hold=setting.hold)


_OPEN = select(
    col(RuleThreshold.elder_id),
    col(RuleThreshold.region_code),
    col(RuleThreshold.kind),
    col(RuleThreshold.rule),
    col(RuleThreshold.raise_at),
    col(RuleThreshold.clear_at),
    col(RuleThreshold.hold_seconds),
).where(
    col(RuleThreshold.ended_at).is_(None),
    or_(
        col(RuleThreshold.elder_id) == func.any(bindparam("elders", type_=ARRAY(Uuid()))),
        col(RuleThreshold.region_code) == func.any(bindparam("codes", type_=ARRAY(Text()))),
    ),
)
