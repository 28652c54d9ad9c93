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
from domain.admissions import models as admissions
from domain.advising import models as advising
from domain.alarms import models as alarms
from domain.allotment import models as allotment
from domain.assessments import models as assessments
from domain.assistance import models as assistance
from domain.audit import models as audit
from domain.beds import code_models as bed_codes
from domain.beds import models as beds
from domain.beds import package_models as bed_packages
from domain.calendars import models as calendars
from domain.canary import models as canary
from domain.canteens import models as canteens
from domain.caregivers import models as caregivers
from domain.clients import models as clients
from domain.coverage import models as coverage
from domain.devices import bridges as bridges
from domain.devices import models as devices
from domain.elders import models as elders
from domain.emergency import models as emergency
from domain.escalation import models as escalation
from domain.exports import models as exports
from domain.family import models as family
from domain.health import models as health
from domain.imports import models as imports
from domain.ledger import models as ledger
from domain.merges import models as merges
from domain.notifications import models as notifications
from domain.regions import models as regions
from domain.rights import models as rights
from domain.rosters import models as rosters
from domain.sessions import models as sessions
from domain.stations import area_models as station_areas
from domain.stations import models as stations
from domain.thresholds import models as thresholds
from domain.upstream import models as upstream
from domain.visits import models as visits
from domain.visits import obligation_models as obligations
from domain.volunteers import models as volunteers
from domain.webhooks import models as webhooks

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "accounts",
    "admissions",
    "advising",
    "alarms",
    "allotment",
    "assessments",
    "assistance",
    "attempts",
    "audit",
    "bed_codes",
    "bed_packages",
    "beds",
    "buckets",
    "calendars",
    "canary",
    "canteens",
    "caregivers",
    "clients",
    "coverage",
    "devices",
    "elders",
    "emergency",
    "escalation",
    "exports",
    "family",
    "health",
    "idempotency",
    "identities",
    "imports",
    "ledger",
    "merges",
    "notifications",
    "obligations",
    "outbox",
    "regions",
    "revocations",
    "rights",
    "rosters",
    "sessions",
    "sign_in_codes",
    "station_areas",
    "stations",
    "thresholds",
    "upstream",
    "visits",
    "volunteers",
    "webhooks",
]
