"""How far somebody walks in so many minutes, reckoned for elders."""

from math import ceil

WALK_MINUTES = 15
"""一刻钟生活圈: what is needed every day lies within a quarter of an hour on foot."""

MOST_MINUTES = 60

METRES_A_MINUTE = 1000 / 15
"""1,000 m in fifteen minutes, 1.1 m/s, is what the planning standard of residential areas takes for
the walk of a fifteen-minute circle (GB 50180-2018, 2.0.2: 800 to 1,000 m; from secondary sources,
the standard itself was not seen). It suits elders: it is how fast healthy people in their seventies
walk at their ease, where younger ones make 1,250 m."""

DETOUR = 1.3
"""How much longer a way through streets is than as the crow flies: an assumption, as we have no
map of ways; in cities it is usually put between 1.2 and 1.4."""


def radius_m(minutes: int) -> float:
    """How far away, as the crow flies, what can be walked to in some minutes lies at most."""
    return minutes * METRES_A_MINUTE / DETOUR


def minutes_for(metres: float) -> int:
    """How long the walk takes to what lies so many metres away as the crow flies; begun minutes
    count."""
    return ceil(metres * DETOUR / METRES_A_MINUTE)
