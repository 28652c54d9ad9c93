"""Who may do something, and where: who works for a region does it there and below."""

from domain.access import Actor, Permission
from domain.errors import PermissionDenied


def require(
    actor: Actor,
    permission: Permission,
    region_code: str,
    *,
    action: str | None = None,
    field: str | None = None,
) -> None:
    """Make sure that the actor may do something in a division.

    Parameters:
        region_code: the division's code.
        action: what is refused by name; the permission's if None.
        field: the input's that names the division, where one does.

    Raises: PermissionDenied(field).
    """
    if not actor.may(permission) or not actor.governs(region_code):
        raise PermissionDenied(field, action=action or permission.value)
