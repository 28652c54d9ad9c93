"""Every table of every feature, for migrations and whole-schema checks."""

from sqlmodel import SQLModel

from domain import outbox
from domain.accounts import models as accounts
from domain.alarms import models as alarms
from domain.devices import models as devices
from domain.elders import models as elders
from domain.regions import models as regions

METADATA = SQLModel.metadata
FEATURES = (accounts, alarms, devices, elders, outbox, regions)
