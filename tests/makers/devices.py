"""Devices for tests, inserted past the registry."""

from domain.database import Database
from domain.devices.credentials import device_name
from domain.devices.models import Device, DeviceKind
from yiyang.district.cast import District


async def make_device(database: Database, district: District, kind: DeviceKind) -> str:
    """The mother is given a device. Returns: its name."""
    async with database.transaction("test") as session:
        button = await session.get_one(Device, district.sos_button_id)
        device = Device(kind=kind, elder_id=district.mother_id, vendor_id=button.vendor_id)
        session.add(device)
        await session.flush()
        return device_name(device.id)
