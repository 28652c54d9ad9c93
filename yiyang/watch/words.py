"""The board's words. The enums' values are the API's."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.texts import Language


@dataclass(frozen=True)
class Words:
    """One language.

    Parameters:
        columns: headings in the board's order.
        cleared: a state: nobody has answered, and its cause is gone.
        levels: who has been told, by escalation level.
    """

    title: str
    columns: tuple[str, str, str, str, str, str, str, str, str]
    severities: Mapping[str, str]
    states: Mapping[str, str]
    cleared: str
    drill: str
    levels: tuple[str, str, str, str]
    reasons: Mapping[str, str]
    waiting: str
    handled: str
    live: str
    connecting: str
    broken: str
    calm: str
    more: str


_ZH_CN = Words(
    title="颐养 · 警报",
    columns=("时间", "级别", "警报", "老人", "社区", "状态", "已通知", "等待", "确认人"),
    severities={"CRITICAL": "危急", "MAJOR": "重要", "MINOR": "一般", "WARNING": "提示"},
    states={
        "RAISED": "待处理",
        "ACKNOWLEDGED": "已确认",
        "DISPATCHED": "已派出",
        "ARRIVED": "已到场",
        "RESOLVED": "已结束",
    },
    cleared="已恢复",
    drill="演练",
    levels=("无", "家属", "街道", "全区"),
    reasons={
        "TRUE_ALARM": "真实",
        "FALSE_ALARM": "误报",
        "DRILL": "演练",
        "TEST": "测试",
        "DEVICE_FAULT": "故障",
    },
    waiting="待处理 {count}",
    handled="处理中 {count}",
    live="实时",
    connecting="正在连接…",
    broken="正在重连…",
    calm="现在没有警报",
    more="还有 {count} 条，窗口再高一些就能看到",
)

_ZH_TW = Words(
    title="頤養 · 警報",
    columns=("時間", "級別", "警報", "長者", "社區", "狀態", "已通知", "等待", "確認人"),
    severities={"CRITICAL": "危急", "MAJOR": "重要", "MINOR": "一般", "WARNING": "提示"},
    states={
        "RAISED": "待處理",
        "ACKNOWLEDGED": "已確認",
        "DISPATCHED": "已派出",
        "ARRIVED": "已到場",
        "RESOLVED": "已結束",
    },
    cleared="已恢復",
    drill="演練",
    levels=("無", "家屬", "街道", "全區"),
    reasons={
        "TRUE_ALARM": "真實",
        "FALSE_ALARM": "誤報",
        "DRILL": "演練",
        "TEST": "測試",
        "DEVICE_FAULT": "故障",
    },
    waiting="待處理 {count}",
    handled="處理中 {count}",
    live="即時",
    connecting="正在連線…",
    broken="正在重新連線…",
    calm="現在沒有警報",
    more="還有 {count} 條，視窗再高一些就能看到",
)

_EN = Words(
    title="Yiyang · Alarms",
    columns=("Time", "Severity", "Alarm", "Elder", "Community", "State", "Told", "Waited", "By"),
    severities={"CRITICAL": "Critical", "MAJOR": "Major", "MINOR": "Minor", "WARNING": "Notice"},
    states={
        "RAISED": "Waiting",
        "ACKNOWLEDGED": "Answered",
        "DISPATCHED": "On way",
        "ARRIVED": "There",
        "RESOLVED": "Over",
    },
    cleared="Cleared",
    drill="Drill",
    levels=("no one", "family", "street", "district"),
    reasons={
        "TRUE_ALARM": "real",
        "FALSE_ALARM": "false",
        "DRILL": "drill",
        "TEST": "test",
        "DEVICE_FAULT": "fault",
    },
    waiting="{count} waiting",
    handled="{count} in hand",
    live="live",
    connecting="connecting…",
    broken="reconnecting…",
    calm="No alarms now",
    more="{count} more below: a taller window shows them",
)

WORDS: Mapping[Language, Words] = {
    Language.ZH_CN: _ZH_CN,
    Language.ZH_TW: _ZH_TW,
    Language.EN: _EN,
}
