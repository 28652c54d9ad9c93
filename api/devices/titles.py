"""What a device is called where it is shown."""

from api.context import Context
from api.texts import Language
from domain.devices.models import Device, DeviceKind

_TITLES: dict[DeviceKind, tuple[str, str, str]] = {
    DeviceKind.SOS_BUTTON: ("一键呼救", "一鍵求救", "Help button"),
    DeviceKind.SLEEP_BAND: ("睡眠带", "睡眠帶", "Sleep band"),
    DeviceKind.FALL_RADAR: ("跌倒雷达", "跌倒雷達", "Fall radar"),
    DeviceKind.DOOR_CONTACT: ("门磁", "門磁", "Door contact"),
    DeviceKind.MOTION_SENSOR: ("人体感应器", "人體感應器", "Motion sensor"),
    DeviceKind.SMOKE_DETECTOR: ("烟雾报警器", "煙霧警報器", "Smoke detector"),
    DeviceKind.GAS_DETECTOR: ("燃气报警器", "瓦斯警報器", "Gas detector"),
    DeviceKind.WATER_LEAK_DETECTOR: ("水浸报警器", "漏水警報器", "Water leak detector"),
    DeviceKind.WATER_METER: ("智能水表", "智慧水表", "Water meter"),
    DeviceKind.ELECTRICITY_METER: ("智能电表", "智慧電表", "Electricity meter"),
    DeviceKind.WATCH: ("智能手表", "智慧手錶", "Watch"),
    DeviceKind.BLOOD_PRESSURE_METER: ("血压计", "血壓計", "Blood pressure meter"),
    DeviceKind.HEALTH_STATION: ("健康一体机", "健康量測站", "Health station"),
}


def device_title(device: Device, context: Context) -> str:
    """``睡眠带``, in the caller's language."""
    return _TITLES[device.kind][list(Language).index(context.language)]
