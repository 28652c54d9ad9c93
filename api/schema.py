"""The one schema, merged from the features."""

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from api.access_page import access_page as access_page
from api.accounts.mutations import RoleMutations
from api.accounts.queries import AccountQueries, NodeQueries
from api.alarms.mutations import AlarmMutations
from api.alarms.queries import AlarmQueries
from api.alarms.subscriptions import AlarmSubscriptions
from api.assistance.mutations import AssistanceMutations
from api.assistance.queries import AssistanceQueries
from api.audit.queries import AuditQueries
from api.beds.mutations import BedMutations
from api.beds.queries import BedQueries
from api.canteens.mutations import CanteenMutations
from api.canteens.queries import CanteenQueries
from api.devices.queries import DeviceQueries
from api.elders.queries import ElderQueries
from api.errors_page import errors_page as errors_page
from api.exports.mutations import ExportMutations
from api.exports.queries import ExportQueries
from api.exports.subscriptions import ExportSubscriptions
from api.family.mutations import FamilyMutations
from api.plan.shapes import declared_nodes
from api.regions.queries import RegionQueries
from api.rights.mutations import RightsMutations
from api.rights.queries import RightsQueries
from api.scalars import SCALARS
from api.sessions.mutations import SessionMutations
from api.sessions.queries import SessionQueries
from api.stations.queries import StationQueries
from api.visits.mutations import VisitMutations
from api.visits.queries import VisitQueries
from api.webhooks.mutations import WebhookMutations
from api.webhooks.queries import WebhookQueries


@strawberry.type(description="What can be read.")
class Query(
    NodeQueries,
    AccountQueries,
    RegionQueries,
    ElderQueries,
    DeviceQueries,
    AlarmQueries,
    StationQueries,
    VisitQueries,
    BedQueries,
    CanteenQueries,
    AssistanceQueries,
    ExportQueries,
    SessionQueries,
    RightsQueries,
    WebhookQueries,
    AuditQueries,
):
    """What can be read."""


@strawberry.type(description="What can be changed: one input, one payload with userErrors.")
class Mutation(
    RoleMutations,
    AlarmMutations,
    BedMutations,
    VisitMutations,
    CanteenMutations,
    AssistanceMutations,
    ExportMutations,
    SessionMutations,
    RightsMutations,
    FamilyMutations,
    WebhookMutations,
):
    """What can be changed."""


@strawberry.type(description="What can be followed live.")
class Subscription(AlarmSubscriptions, ExportSubscriptions):
    """What can be followed live."""


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=declared_nodes(),
    config=StrawberryConfig(scalar_map=SCALARS),
)

core: GraphQLSchema = schema._schema  # pyright: ignore[reportPrivateUsage]  # no public way to it
"""The same as graphql-core has it: what documents are checked against and run by."""


def sdl() -> str:
    """The schema definition language text, as in ``schema.graphql``."""
    return schema.as_str() + "\n"
