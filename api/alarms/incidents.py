"""Incidents as clients see them: alarms of an elder that ring together, answered together."""

from datetime import datetime

import strawberry

from api.alarms.types import AlarmConnection
from api.context import Context
from api.describe import enumeration
from api.elders.types import Elder
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.plan.criteria import equal_id, one_of, under
from api.plan.declare import computed, connection, descending, node, one
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.regions.types import Region
from api.relay import Connection, Node
from domain.access import Permission
from domain.alarms import incidents, models
from domain.alarms.lifecycle import IncidentAction, IncidentState
from domain.alarms.visibility import incident_visible

enumeration(
    IncidentState,
    "Where those who answer have got to with all of an incident's alarms.",
    RAISED="待处理 nobody has answered some of its alarms yet.",
    ACKNOWLEDGED="已确认 someone has taken responsibility for all that are open.",
    RESOLVED="已结束 all are over.",
)

enumeration(
    IncidentAction,
    "What may be done with all alarms of an incident at once.",
    ACKNOWLEDGE="确认: take responsibility for those that are raised.",
    RESOLVE="结束: end those that are open, with a reason.",
)


def _actions(incident: models.Incident, context: Context) -> list[IncidentAction]:
    return incidents.available_actions(context.actor, incident.state)


@node(models.Incident, visible=incident_visible)
class Incident(Node):
    """What befalls an elder, whichever devices tell of it: the alarms that ring within ten minutes
    of each other. It is over when its last alarm is."""

    severity: models.AlarmSeverity
    """Of its most urgent alarm."""
    purpose: models.AlarmPurpose
    """What its alarms are rung for."""
    state: IncidentState
    """Where those who answer have got to with all of them."""
    opened_at: datetime
    """When the first happened."""
    last_alarm_at: datetime
    """When the last happened; one within ten minutes of it joins."""
    resolved_at: datetime | None
    """When the last was over."""
    elder: Elder | None = one(models.Incident.elder_id)
    """Whose it is; null where you may not see the elder."""
    region: Region = one(models.Incident.region_code)
    """The community where it began."""
    alarms: AlarmConnection = connection(
        models.Alarm.incident_id, order=descending(models.Alarm.id)
    )
    """Its alarms, newest first."""
    version: int
    """How often it has been written; `incidentResolve` takes it as `expectedVersion`."""
    available_actions: list[IncidentAction] = computed(_actions, needs=[models.Incident.state])
    """What you may do with it now."""


@filter_input
class IncidentFilter(Filter):
    """Which incidents."""

    state: list[IncidentState] | None = one_of(models.Incident.state)
    """Only those in one of these states; one alone needs no brackets."""
    severity: list[models.AlarmSeverity] | None = one_of(models.Incident.severity)
    """Only those whose most urgent alarm is of one of these severities."""
    purpose: list[models.AlarmPurpose] | None = one_of(models.Incident.purpose)
    """Only those rung for one of these purposes."""
    elder: strawberry.ID | None = equal_id(models.Incident.elder_id, "elder")
    """Only this elder's."""
    region: str | None = under(models.Incident.region_code)
    """Only those that began in the subtree of the division with this code."""


@strawberry.type
class IncidentQueries:
    """Root fields on incidents."""

    incident: Incident | None = by_id(
        models.Incident, description="An incident by id; null if there is none to be seen."
    )
    incidents: Connection[Incident] = listing(
        models.Incident,
        order=descending(models.Incident.id),
        filter=IncidentFilter,
        description="The incidents that you may see, newest first.",
    )


@mutation_input
class IncidentAcknowledgeInput(MutationInput):
    """Which incident to take responsibility for."""

    id: strawberry.ID
    """The incident."""
    note: str | None = None
    """A word for the logs of its alarms."""


@mutation_input
class IncidentResolveInput(MutationInput):
    """Which incident is over, and what it was."""

    id: strawberry.ID
    """The incident."""
    reason: models.ResolveReason
    """What its alarms turned out to be."""
    note: str | None = None
    """A word for their logs."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since, as
    when another alarm has joined. Null for whatever it has become."""


@mutation_payload
class IncidentPayload(MutationPayload):
    """What every incident mutation answers."""

    incident: Incident | None
    """The incident after the change; null if there is none to be seen."""


@mutation_payload
class IncidentAcknowledgePayload(IncidentPayload):
    """The acknowledged incident."""


@mutation_payload
class IncidentResolvePayload(IncidentPayload):
    """The resolved incident."""


@strawberry.type
class IncidentMutations:
    """Root fields that change all alarms of an incident."""

    incident_acknowledge = mutation(
        IncidentAcknowledgePayload,
        "Take responsibility for all alarms of an incident that are still raised.",
        node=Incident,
        asks=Permission.INCIDENT_ACKNOWLEDGE,
        given=IncidentAcknowledgeInput,
        which="Which incident.",
        verb=lambda change, given: incidents.acknowledge_all(
            change.session, change.actor, change.key, given.note
        ),
    )

    incident_resolve = mutation(
        IncidentResolvePayload,
        "End all open alarms of an incident.",
        node=Incident,
        asks=Permission.INCIDENT_RESOLVE,
        given=IncidentResolveInput,
        which="Which, and why.",
        verb=lambda change, given: incidents.resolve_all(
            change.session,
            change.actor,
            change.key,
            given.reason,
            given.note,
            given.expected_version,
        ),
    )
