"""Measures that mean the same on every kind which has them."""

from typing import Final

from domain.devices.kinds.measures import Quantity

BATTERY = Quantity("%", 0, 100)
HEART_RATE = Quantity("/min", 0, 250)
OXYGEN_SATURATION = Quantity("%", 0, 100)
BLOOD_PRESSURE = Quantity("mm[Hg]", 20, 300)
LATITUDE = Quantity("deg", -90, 90)
LONGITUDE = Quantity("deg", -180, 180)

PLACE: Final = ("latitude", "longitude")
"""The names of what says where somebody is: no vital sign, and shown by another consent."""
