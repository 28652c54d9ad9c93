# The package says nothing about its types; this is the part of it that Yiyang uses.

from datetime import date

holidays: dict[date, str]
workdays: dict[date, str]
