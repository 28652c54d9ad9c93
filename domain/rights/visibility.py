"""Which data requests a role sees."""

from sqlmodel import col

from domain.access import Role
from domain.elders.visibility import of_linked_elders, own
from domain.rights.models import DataRequest
from domain.row_access import EVERY_ROW, RowAccess, in_region

_in_region = in_region(col(DataRequest.region_code))

data_request_visible = RowAccess(
    {
        Role.ELDER: own(col(DataRequest.elder_id)),
        Role.GUARDIAN: of_linked_elders(col(DataRequest.elder_id)),
        Role.STATION: _in_region,
        # Whether requests are answered in time.
        Role.OFFICIAL: _in_region,
        Role.ADMIN: EVERY_ROW,
    }
)
