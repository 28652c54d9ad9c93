"""What people do about a device: one transaction, one verb, one payload."""

import strawberry

from api.devices.types import Device
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.devices import assigning


@mutation_input
class DeviceAssignInput(MutationInput):
    """Which device, and whose it is from now on."""

    id: strawberry.ID
    """The device. One in stock need not be seen: its id is printed on it."""
    elder_id: strawberry.ID
    """The elder."""


@mutation_input
class DeviceUnassignInput(MutationInput):
    """Which device goes back into stock."""

    id: strawberry.ID
    """The device."""


@mutation_payload
class DevicePayload(MutationPayload):
    """What every mutation of a device answers."""

    device: Device | None
    """The device after the change; null if there is none to be seen, as one in stock."""


@mutation_payload
class DeviceAssignPayload(DevicePayload):
    """The device of the elder."""


@mutation_payload
class DeviceUnassignPayload(DevicePayload):
    """The device in stock."""


@strawberry.type
class DeviceMutations:
    """Root fields that change devices."""

    device_assign = mutation(
        DeviceAssignPayload,
        "Give an elder a device, from stock, a station or another elder. What it has said so far "
        "stays with whom it had been with.",
        node=Device,
        asks=Permission.DEVICE_ASSIGN,
        given=DeviceAssignInput,
        which="Which, and whose.",
        verb=lambda change, given: assigning.assign(
            change.session, change.actor, change.key, key_of(given.elder_id, "elder", "elder_id")
        ),
    )

    device_unassign = mutation(
        DeviceUnassignPayload,
        "Take a device back into stock: what it says is kept, and raises nothing.",
        node=Device,
        asks=Permission.DEVICE_ASSIGN,
        given=DeviceUnassignInput,
        which="Which.",
        verb=lambda change, given: assigning.unassign(change.session, change.actor, change.key),
    )
