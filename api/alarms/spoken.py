"""What is said of an alarm: a heading to show, and a sentence for a desk that listens.

Each type's words stand here and nowhere else; clients hold no tables of their own.
"""

from typing import NamedTuple

from api.context import Context
from api.texts import Language
from domain.alarms.models import Alarm, AlarmType
from domain.calendar import DISTRICT_ZONE


class _Words(NamedTuple):
    """What is said of an alarm of a type, in the order of ``Language``.

    Parameters:
        title: a few words, as a heading.
        what: what happened, as part of a sentence.
    """

    title: tuple[str, str, str]
    what: tuple[str, str, str]


_WORDS: dict[AlarmType, _Words] = {
    AlarmType.SOS: _Words(
        ("呼救", "求救", "Call for help"),
        ("按下了呼救按钮", "按下了求救按鈕", "the help button was pressed"),
    ),
    AlarmType.FALL: _Words(
        ("跌倒", "跌倒", "Fall"),
        ("跌倒了", "跌倒了", "the elder has fallen"),
    ),
    AlarmType.SMOKE: _Words(
        ("烟雾", "煙霧", "Smoke"),
        ("家中有烟雾", "家中有煙霧", "there is smoke in the home"),
    ),
    AlarmType.GAS: _Words(
        ("燃气泄漏", "瓦斯外洩", "Gas leak"),
        ("家中燃气泄漏", "家中瓦斯外洩", "there is gas in the home"),
    ),
    AlarmType.WATER_LEAK: _Words(
        ("漏水", "漏水", "Water leak"),
        ("家中漏水", "家中漏水", "there is a water leak"),
    ),
    AlarmType.ELECTRICAL_OVERLOAD: _Words(
        ("用电过载", "用電過載", "Electrical overload"),
        ("用电过载", "用電過載", "the home draws too much current"),
    ),
    AlarmType.BRADYCARDIA: _Words(
        ("心率过低", "心率過低", "Low heart rate"),
        ("心率过低", "心率過低", "the heart rate is too low"),
    ),
    AlarmType.TACHYCARDIA: _Words(
        ("心率过高", "心率過高", "High heart rate"),
        ("心率过高", "心率過高", "the heart rate is too high"),
    ),
    AlarmType.BRADYPNEA: _Words(
        ("呼吸过慢", "呼吸過慢", "Slow breathing"),
        ("呼吸过慢", "呼吸過慢", "the breathing is too slow"),
    ),
    AlarmType.TACHYPNEA: _Words(
        ("呼吸过快", "呼吸過快", "Fast breathing"),
        ("呼吸过快", "呼吸過快", "the breathing is too fast"),
    ),
    AlarmType.HYPOXEMIA: _Words(
        ("血氧过低", "血氧過低", "Low blood oxygen"),
        ("血氧过低", "血氧過低", "the blood oxygen is too low"),
    ),
    AlarmType.HYPERTENSION: _Words(
        ("血压过高", "血壓過高", "High blood pressure"),
        ("血压过高", "血壓過高", "the blood pressure is too high"),
    ),
    AlarmType.HYPOTENSION: _Words(
        ("血压过低", "血壓過低", "Low blood pressure"),
        ("血压过低", "血壓過低", "the blood pressure is too low"),
    ),
    AlarmType.FEVER: _Words(
        ("体温过高", "體溫過高", "Fever"),
        ("体温过高", "體溫過高", "the temperature is too high"),
    ),
    AlarmType.HYPOGLYCEMIA: _Words(
        ("血糖过低", "血糖過低", "Low blood glucose"),
        ("血糖过低", "血糖過低", "the blood glucose is too low"),
    ),
    AlarmType.HYPERGLYCEMIA: _Words(
        ("血糖过高", "血糖過高", "High blood glucose"),
        ("血糖过高", "血糖過高", "the blood glucose is too high"),
    ),
    AlarmType.NO_MOTION: _Words(
        ("长时间无活动", "長時間無活動", "No motion"),
        ("家中长时间无活动", "家中長時間無活動", "nothing has moved in the home for long"),
    ),
    AlarmType.NOT_BACK_IN_BED: _Words(
        ("离床未归", "離床未歸", "Not back in bed"),
        ("夜间离床未归", "夜間離床未歸", "the elder has not come back to bed"),
    ),
    AlarmType.DOOR_LEFT_OPEN: _Words(
        ("房门未关", "房門未關", "Door left open"),
        ("房门长时间未关", "房門長時間未關", "the door has been open for long"),
    ),
    AlarmType.NO_CONSUMPTION: _Words(
        ("无用电用水", "無用電用水", "No consumption"),
        ("长时间无用电用水", "長時間無用電用水", "no electricity or water has been used for long"),
    ),
    AlarmType.DEVICE_OFFLINE: _Words(
        ("设备离线", "裝置離線", "Device offline"),
        ("设备离线", "裝置離線", "a device is offline"),
    ),
    AlarmType.UNCOVERED: _Words(
        ("无设备守护", "無裝置守護", "Unprotected"),
        ("老人已无设备守护", "長者已無裝置守護", "no device protects the elder any more"),
    ),
    AlarmType.CHAIN_BROKEN: _Words(
        ("报警链路中断", "警報鏈路中斷", "Alarm chain broken"),
        ("报警链路中断", "警報鏈路中斷", "the test call did not come through"),
    ),
}

_SENTENCE = {
    Language.ZH_CN: "{hour}点{minute:02d}分，{what}。",
    Language.ZH_TW: "{hour}點{minute:02d}分，{what}。",
    Language.EN: "At {hour}:{minute:02d}, {what}.",
}


def title_of(type: AlarmType, language: Language) -> str:
    """``呼救``: what an alarm of a type is called where it is shown."""
    return _WORDS[type].title[list(Language).index(language)]


def title(alarm: Alarm, context: Context) -> str:
    """``呼救``, in the caller's language."""
    return title_of(alarm.type, context.language)


def spoken_text(alarm: Alarm, context: Context) -> str:
    """``3点05分，按下了呼救按钮。`` in the caller's language and the district's time."""
    local = alarm.raised_at.astimezone(DISTRICT_ZONE)
    what = _WORDS[alarm.type].what[list(Language).index(context.language)]
    return _SENTENCE[context.language].format(hour=local.hour, minute=local.minute, what=what)
