"""What a message about an alarm says, in the recipient's language.

A locked phone shows it to whoever looks, and a vendor's log keeps it: so no address, no full name,
and of what a body measures only that something is wrong.
"""

from collections.abc import Mapping

from domain.alarms.models import AlarmType
from domain.calendar import DISTRICT_ZONE
from domain.notifications.models import NotificationLanguage
from domain.notifications.sending import Notice

Words = tuple[str, str, str]
"""In the order of NotificationLanguage."""

_BODY: Words = ("身体指标异常", "身體指標異常", "Vital signs")

_WHAT: Mapping[AlarmType, Words] = {
    AlarmType.SOS: ("呼救", "求救", "Call for help"),
    AlarmType.FALL: ("跌倒", "跌倒", "Fall"),
    AlarmType.SMOKE: ("烟雾报警", "煙霧警報", "Smoke"),
    AlarmType.GAS: ("燃气报警", "瓦斯警報", "Gas"),
    AlarmType.WATER_LEAK: ("漏水", "漏水", "Water leak"),
    AlarmType.ELECTRICAL_OVERLOAD: ("用电过载", "用電過載", "Power overload"),
    **dict.fromkeys(
        (
            *(AlarmType.BRADYCARDIA, AlarmType.TACHYCARDIA, AlarmType.BRADYPNEA),
            *(AlarmType.TACHYPNEA, AlarmType.HYPOXEMIA, AlarmType.HYPERTENSION),
            *(AlarmType.HYPOTENSION, AlarmType.FEVER),
            *(AlarmType.HYPOGLYCEMIA, AlarmType.HYPERGLYCEMIA),
        ),
        _BODY,
    ),
    AlarmType.NO_MOTION: ("长时间无活动", "長時間無活動", "No motion"),
    AlarmType.NOT_BACK_IN_BED: ("离床未归", "離床未歸", "Not back in bed"),
    AlarmType.DOOR_LEFT_OPEN: ("房门未关", "房門未關", "Door left open"),
    AlarmType.NO_CONSUMPTION: ("长时间无用电用水", "長時間無用電用水", "No power or water"),
    AlarmType.DEVICE_OFFLINE: ("设备离线", "裝置離線", "Device offline"),
    AlarmType.UNCOVERED: ("无设备守护", "無裝置守護", "No live device"),
    AlarmType.CHAIN_BROKEN: ("报警链路中断", "警報鏈路中斷", "Alarm chain broken"),
}

_WHO: Words = ("{surname}老人", "{surname}長者", "Elder {surname}")
_NO_ELDER: Words = ("站点", "站點", "Station")
_DRILL: Words = ("演练：{what}", "演練：{what}", "Drill: {what}")


def words(notice: Notice, language: NotificationLanguage | None = None) -> dict[str, str]:
    """``who``, ``what`` and ``when`` of a message, each of at most 20 characters, which is what
    WeChat's ``thing`` holds; ``when`` by the district's clock as WeChat's ``time`` wants it.

    Parameters:
        language: of the template, where it is not the recipient's.
    """
    place = list(NotificationLanguage).index(language or notice.language)
    what = _WHAT[notice.type][place]
    who = _WHO[place].format(surname=notice.surname) if notice.surname else _NO_ELDER[place]
    return {
        "who": who,
        "what": _DRILL[place].format(what=what)[:20] if notice.drill else what,
        "when": f"{notice.raised_at.astimezone(DISTRICT_ZONE):%Y-%m-%d %H:%M}",
    }
