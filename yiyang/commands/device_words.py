"""What operators say of devices, and what they are told, in the command line's words."""

from typing import TYPE_CHECKING
from uuid import UUID

from yiyang.settings import SettingsError

if TYPE_CHECKING:
    from domain.devices.models import DeviceKind
    from domain.devices.registry import NewDevice


def new_device(kind: str, vendor: str, elder: str | None, station: str | None) -> "NewDevice":
    """A device to be. Raises: SettingsError for what is no kind or no id."""
    from domain.devices.registry import NewDevice

    return NewDevice(
        kind_named(kind),
        vendor,
        elder_id=key_of(elder, "elder", "--elder") if elder else None,
        station_id=key_of(station, "station", "--station") if station else None,
    )


def kind_named(name: str) -> "DeviceKind":
    """A kind by its name, in small letters or capitals. Raises: SettingsError."""
    from domain.devices.models import DeviceKind

    try:
        return DeviceKind(name.upper())
    except ValueError:
        known = ", ".join(kind.lower() for kind in DeviceKind)
        raise SettingsError(f"--kind {name} is none of {known}.") from None


def key_of(text: str, prefix: str, option: str) -> UUID:
    """The key in an id, as clients see it. Raises: SettingsError."""
    from domain.ids import parse_public_id

    found = parse_public_id(text)
    if found is None or found[0] != prefix:
        raise SettingsError(f"{option} {text} is no id like {prefix}_ and 32 hex digits.")
    return found[1]


def said(error: Exception) -> str:
    """A refusal of the registry's."""
    from domain.errors import InvalidInput, NotFound

    if isinstance(error, NotFound):
        return f"there is no such {'device' if error.field == 'id' else error.field}."
    if isinstance(error, InvalidInput) and error.field == "id":
        return "this device has been revoked."
    if isinstance(error, InvalidInput):
        return "a device is an elder's or a station's, not both."
    return str(error)
