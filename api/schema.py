"""The one schema, merged from the features."""

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter, ParserCache
from strawberry.types import ExecutionContext

from api.access_page import access_page as access_page
from api.accounts.queries import NodeQueries
from api.alarms.mutations import AlarmMutations
from api.alarms.queries import AlarmQueries
from api.alarms.subscriptions import AlarmSubscriptions
from api.assistance.mutations import AssistanceMutations
from api.assistance.queries import AssistanceQueries
from api.beds.mutations import BedMutations
from api.beds.queries import BedQueries
from api.canteens.mutations import CanteenMutations
from api.canteens.queries import CanteenQueries
from api.devices.queries import DeviceQueries
from api.elders.queries import ElderQueries
from api.limits import BoundedAnswer, CheckedDocument, NamedOperation
from api.plan.shapes import declared_nodes
from api.regions.queries import RegionQueries
from api.stations.queries import StationQueries
from api.turns import StartedSubscription
from api.visits.mutations import VisitMutations
from api.visits.queries import VisitQueries


@strawberry.type(description="What can be read.")
class Query(
    NodeQueries,
    RegionQueries,
    ElderQueries,
    DeviceQueries,
    AlarmQueries,
    StationQueries,
    VisitQueries,
    BedQueries,
    CanteenQueries,
    AssistanceQueries,
):
    """What can be read."""


@strawberry.type(description="What can be changed: one input, one payload with userErrors.")
class Mutation(AlarmMutations, BedMutations, VisitMutations, CanteenMutations, AssistanceMutations):
    """What can be changed."""


@strawberry.type(description="What can be followed live.")
class Subscription(AlarmSubscriptions):
    """What can be followed live."""


class Schema(strawberry.Schema):
    """Strawberry's schema; its errors are logged by ``api.errors`` alone."""

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """Nothing: the shells format and log each error once."""


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=declared_nodes(),
    extensions=[
        lambda: ParserCache(maxsize=1000),
        CheckedDocument,
        NamedOperation,
        BoundedAnswer,
        StartedSubscription,
        lambda: MaxTokensLimiter(max_token_count=2000),
    ],
)


def sdl() -> str:
    """The schema definition language text, as in ``schema.graphql``."""
    return schema.as_str() + "\n"
