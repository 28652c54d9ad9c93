"""Which thresholds a role sees: those of its region's elders and divisions, and of what its region
is part of, as these count there too."""

from typing import Any

from sqlalchemy import false, func, or_
from sqlmodel import col

from domain.access import Actor, Role
from domain.elders.visibility import of_regions_elders
from domain.row_access import EVERY_ROW, RowAccess, RowRule, region_staff
from domain.tables import Subtree, within
from domain.thresholds.models import RuleThreshold

_ELDERS = of_regions_elders(col(RuleThreshold.elder_id))


def _counting_there(actor: Actor) -> Any:
    if not actor.region:
        return false()
    code: Any = col(RuleThreshold.region_code)
    # The first code of a subtree is its root's own.
    region = actor.region
    root: Any = region.first if isinstance(region, Subtree) else region
    above = func.starts_with(root, code)
    return or_(_ELDERS.predicate(actor), within(code, region), above)


rule_threshold_visible = RowAccess(
    {
        **region_staff(
            RowRule("of the region's elders and divisions, and those above it", _counting_there)
        ),
        Role.ADMIN: EVERY_ROW,
    }
)
