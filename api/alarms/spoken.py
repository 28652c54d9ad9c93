"""An alarm as one spoken sentence: for a duty desk that listens while it works."""

from api.context import Context
from api.texts import Language
from domain.alarms.models import Alarm, AlarmType
from domain.calendar import DISTRICT_ZONE

_WHAT: dict[AlarmType, tuple[str, str, str]] = {
    AlarmType.SOS: ("按下了呼救按钮", "按下了求救按鈕", "the help button was pressed"),
    AlarmType.BRADYCARDIA: ("心率过低", "心率過低", "the heart rate is too low"),
    AlarmType.TACHYCARDIA: ("心率过高", "心率過高", "the heart rate is too high"),
}

_SENTENCE = {
    Language.ZH_CN: "{hour}点{minute:02d}分，{what}。",
    Language.ZH_TW: "{hour}點{minute:02d}分，{what}。",
    Language.EN: "At {hour}:{minute:02d}, {what}.",
}


def spoken_text(alarm: Alarm, context: Context) -> str:
    """``3点05分，按下了呼救按钮。`` in the caller's language and the district's time."""
    local = alarm.raised_at.astimezone(DISTRICT_ZONE)
    what = _WHAT[alarm.type][list(Language).index(context.language)]
    return _SENTENCE[context.language].format(hour=local.hour, minute=local.minute, what=what)
