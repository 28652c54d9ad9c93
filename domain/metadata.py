"""Every table of every feature, for migrations and whole-schema checks."""

from sqlmodel import SQLModel

# Imported for what they declare.
from domain import buckets as buckets
from domain import idempotency as idempotency
from domain import outbox as outbox
from domain.accounts import attempts as attempts
from domain.accounts import identities as identities
from domain.accounts import models as accounts
from domain.accounts import revocations as revocations
from domain.accounts import sign_in_codes as sign_in_codes
from domain.alarms import models as alarms
from domain.assistance import models as assistance
from domain.audit import models as audit
from domain.beds import models as beds
from domain.canteens import models as canteens
from domain.clients import models as clients
from domain.devices import models as devices
from domain.elders import models as elders
from domain.exports import models as exports
from domain.family import models as family
from domain.regions import models as regions
from domain.rights import models as rights
from domain.sessions import models as sessions
from domain.stations import models as stations
from domain.visits import models as visits
from domain.webhooks import models as webhooks

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "accounts",
    "alarms",
    "assistance",
    "attempts",
    "audit",
    "beds",
    "buckets",
    "canteens",
    "clients",
    "devices",
    "elders",
    "exports",
    "family",
    "idempotency",
    "identities",
    "outbox",
    "regions",
    "revocations",
    "rights",
    "sessions",
    "sign_in_codes",
    "stations",
    "visits",
    "webhooks",
]
