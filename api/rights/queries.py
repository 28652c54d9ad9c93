"""Data requests as a list."""

import strawberry

from api.plan.criteria import one_of, under
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from api.rights.types import DataRequest
from domain.rights import models
from domain.rights.lifecycle import RequestState


@filter_input
class DataRequestFilter(Filter):
    """Which data requests."""

    state: list[RequestState] | None = one_of(models.DataRequest.state)
    """Only those in one of these states; one alone needs no brackets."""
    kind: list[models.RequestKind] | None = one_of(models.DataRequest.kind)
    """Only those of one of these kinds; one alone needs no brackets."""
    region: str | None = under(models.DataRequest.region_code)
    """Only those of the subtree of the division with this code."""


@strawberry.type
class RightsQueries:
    """Root fields on data requests."""

    data_request: DataRequest | None = by_id(
        models.DataRequest,
        description="A data request by id; null if there is none to be seen.",
    )
    data_requests: Connection[DataRequest] = listing(
        models.DataRequest,
        order=descending(models.DataRequest.id),
        filter=DataRequestFilter,
        description="The data requests that you may see, newest first.",
    )
