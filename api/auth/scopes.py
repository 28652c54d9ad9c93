"""What a token lets its client do, beside what its actor may."""

from collections.abc import Iterable, Mapping

from domain.access import DataScope

OWN_DOCUMENTS = "documents:own"
"""Send documents of its own where there are trusted ones; without it only these are executed."""

INTROSPECTION = "schema:introspect"
"""Ask the schema about itself, and be told what a name that is wrong might have been."""

ALL = frozenset({OWN_DOCUMENTS, INTROSPECTION})
"""All that there is for people: what they read is a matter of their role."""

OF_CLIENTS: Mapping[str, str] = {
    OWN_DOCUMENTS: "send documents of its own; without it those of the manifest alone",
    INTROSPECTION: "ask the schema about itself",
    DataScope.DEVICES: "read the devices of the vendor's make",
    DataScope.ALARMS: "read the alarms of these devices, and follow them",
    DataScope.ORDERS: "read the meal orders of the canteens that the vendor runs",
}
"""All that an OAuth client may be given, and what it is for."""


def data_scopes(scopes: Iterable[str]) -> frozenset[DataScope]:
    """Those of some scopes that open rows."""
    return frozenset(DataScope(scope) for scope in scopes if scope in set(DataScope))
