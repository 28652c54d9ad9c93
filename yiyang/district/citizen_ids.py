"""Citizen id numbers (GB 11643-1999): division, birth date, sequence, check character."""

from datetime import date
from random import Random

from stdnum.iso7064 import mod_11_2

from domain.elders.models import Gender
from yiyang.district.chance import Weighted, between

# Numbers were first given out in 1984 and stay when a division is merged away, so an elder's
# names the county of that time. Weighted by what today's 上城区 was made of.
_DIVISIONS = Weighted(
    {
        "330102": 34.0,  # 上城区
        "330104": 32.0,  # 江干区, until 2021
        "330103": 9.0,  # 下城区, until 2021
        "330105": 4.0,  # 拱墅区
        "330106": 5.0,  # 西湖区
        "330107": 0.5,  # 半山区, until 1990
        "330121": 3.0,  # 萧山县, until 1987
        "330181": 1.0,  # 萧山市, 1989 to 2001
        "330125": 3.0,  # 余杭县, until 1994
        "330184": 0.5,  # 余杭市, 1994 to 2001
        "330123": 2.0,  # 富阳县, until 1994
        "330124": 1.5,  # 临安县, until 1996
        "330126": 1.5,  # 建德县, until 1992
        "330182": 0.5,  # 建德市
        "330122": 1.5,  # 桐庐县
        "330127": 1.0,  # 淳安县
    }
)


class CitizenIds:
    """Gives out numbers, each once."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def draw(self, rng: Random, birth: date, gender: Gender) -> str:
        """A number of 18 characters: sequence odd for men, even for women, never 000.

        Raises: OverflowError where a county's day has no number of that sex left.
        """
        day = (birth.year * 100 + birth.month) * 100 + birth.day
        first = (int(_DIVISIONS.draw(rng)) * 10**8 + day) * 1000
        parity = 1 if gender is Gender.MALE else 2
        start = between(rng, 0, 498)
        for step in range(499):
            number = first + 2 * ((start + step) % 499) + parity
            if number not in self._given:
                self._given.add(number)
                return f"{number}{mod_11_2.calc_check_digit(str(number))}"
        raise OverflowError(f"no citizen id is left for a {gender.value} person born on {birth}")
