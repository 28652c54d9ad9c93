"""Where elders live: the real communities of 上城区, and doors in them."""

from dataclasses import dataclass
from functools import cache
from random import Random

from domain.regions.load import divisions
from domain.regions.models import Region, RegionLevel
from yiyang.district.chance import Weighted, between, pick, stream

DISTRICT = "330102"
"""上城区."""

_VILLAGE = "村委会"

# Roads that run through each street, by its code.
_ROADS = {
    "330102001": ("南山路", "劳动路", "定安路", "河坊街", "惠民路"),
    "330102003": ("延安路", "东坡路", "平海路", "学士路", "长生路"),
    "330102004": ("解放路", "建国中路", "马市街", "葵巷", "大学路"),
    "330102008": ("复兴路", "钱江路", "凤凰山脚路", "美政路"),
    "330102009": ("中山南路", "江城路", "候潮路", "上羊市街"),
    "330102010": ("望江路", "秋涛路", "婺江路", "海潮路"),
    "330102011": ("凯旋路", "景昙路", "庆春东路", "秋涛北路"),
    "330102012": ("采荷路", "双菱路", "太平门直街", "凤起东路"),
    "330102013": ("机场路", "天城路", "濮家东路", "三里亭路"),
    "330102014": ("钱江路", "富春路", "新业路", "解放东路"),
    "330102015": ("明石路", "昙花庵路", "彭埠路", "新塘路"),
    "330102016": ("笕桥路", "同协路", "机场路", "黎明路"),
    "330102017": ("大农港路", "丁兰路", "长睦路", "勤丰路"),
    "330102018": ("九和路", "九环路", "杭海路", "九盛路"),
}


@dataclass(frozen=True)
class Community:
    """A community or village: its statistical code, name and street."""

    code: str
    name: str
    street_code: str
    street: str


@cache
def streets() -> tuple[Region, ...]:
    """The streets of 上城区, by code."""
    return tuple(row for row in divisions() if row.parent_code == DISTRICT)


@cache
def communities() -> tuple[Community, ...]:
    """Every community and village of 上城区, by code."""
    names = {row.code: row.name for row in streets()}
    return tuple(
        Community(row.code, row.name, row.parent_code, names[row.parent_code])
        for row in divisions()
        if row.level is RegionLevel.COMMUNITY and row.parent_code in names
    )


def population(seed: int) -> Weighted[Community]:
    """The communities, each as likely as it is large."""
    return Weighted(sizes(seed))


def sizes(seed: int) -> dict[Community, float]:
    """How many live in each community, by code; only ratios count.

    Sizes are log-normal, most within half and double of the middle one; villages are half as
    large.
    """
    return {place: _size(seed, place) for place in communities()}


def street_sizes(seed: int) -> dict[str, float]:
    """How many live in each street, by code; only ratios count."""
    totals: dict[str, float] = {}
    for place, size in sizes(seed).items():
        totals[place.street_code] = totals.get(place.street_code, 0) + size
    return totals


def _size(seed: int, place: Community) -> float:
    size = stream(seed, "community", int(place.code)).lognormvariate(0, 0.4)
    return size / 2 if place.name.endswith(_VILLAGE) else size


def draw_house(rng: Random, place: Community) -> str:
    """A house of its own: ``上城区清波街道清波门社区南山路12号``."""
    where = place.name.removesuffix("委会") if place.name.endswith(_VILLAGE) else place.name
    road = pick(rng, _ROADS[place.street_code])
    return f"上城区{place.street}{where}{road}{between(rng, 1, 400)}号"


def draw_address(rng: Random, place: Community) -> str:
    """A door: ``上城区清波街道清波门社区南山路12弄3幢2单元501室``."""
    if place.name.endswith(_VILLAGE):
        village = place.name.removesuffix("委会")
        return f"上城区{place.street}{village}{between(rng, 1, 14)}组{between(rng, 1, 120)}号"
    road = pick(rng, _ROADS[place.street_code])
    # Most were built as walk-ups of seven floors, some later with lifts.
    floor = between(rng, 1, 7) if rng.random() < 0.75 else between(rng, 1, 18)
    return (
        f"上城区{place.street}{place.name}{road}{between(rng, 1, 260)}弄{between(rng, 1, 30)}幢"
        f"{between(rng, 1, 4)}单元{floor}0{between(rng, 1, 4)}室"
    )
