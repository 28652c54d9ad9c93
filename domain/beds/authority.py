"""Who gives away which beds."""

from domain.access import REGION_ROLES, Actor, Permission
from domain.errors import PermissionDenied


def require(actor: Actor, permission: Permission, region_code: str, action: str) -> None:
    """Make sure that the actor may do something with the beds of a region: staff keep to their own.

    Parameters:
        action: what is refused by name.

    Raises: PermissionDenied.
    """
    elsewhere = actor.region is None or not region_code.startswith(actor.region)
    not_theirs = actor.role in REGION_ROLES and elsewhere
    if not_theirs or not actor.may(permission):
        raise PermissionDenied(action=action)
