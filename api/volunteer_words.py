"""The words for why a volunteer may not visit, and for what is not admitted about volunteers."""

from domain.errors import ErrorCode
from domain.reasons import Reason

REFUSALS: dict[str, tuple[str, str, str]] = {
    ErrorCode.NOT_CLEARED: (
        "尚无有效的无犯罪记录核查，请联系养老驿站",
        "尚無有效的無犯罪紀錄查核，請聯絡養老驛站",
        "You have not been cleared to visit, or no longer are: ask your station",
    ),
    ErrorCode.CLEARANCE_ENDS: (
        "您的无犯罪记录核查有效至 {until}，早于探访日期，请先更新",
        "您的無犯罪紀錄查核有效至 {until}，早於探訪日期，請先更新",
        "You are cleared until {until}, and the visit is later: hand in the next certificate",
    ),
    ErrorCode.VOLUNTEER_SUSPENDED: (
        "您的志愿服务已暂停，请联系养老驿站",
        "您的志工服務已暫停，請聯絡養老驛站",
        "You have been suspended: ask your station",
    ),
    ErrorCode.ALLOTTED_LATER: (
        "这次探访正在接受申请，截止后统一分配",
        "這次探訪正在接受申請，截止後統一分配",
        "Volunteers apply for this visit, and it is allotted once applications have closed",
    ),
    ErrorCode.SKILLS_MISSING: (
        "这次探访需要您尚未登记的技能（{skills}）",
        "這次探訪需要您尚未登記的技能（{skills}）",
        "The visit asks for skills that you have not named as yours ({skills})",
    ),
}

VOLUNTEERS: dict[str, tuple[str, str, str]] = {
    Reason.ENDS_AFTER: ("结束须晚于开始", "結束須晚於開始", "each ends after it begins"),
    Reason.OPEN_VISITS: (
        "应为待认领、尚未开放申请的探访",
        "應為待認領、尚未開放申請的探訪",
        "open visits for which nobody applies yet",
    ),
    Reason.BEFORE_VISITS: (
        "须早于其中每次探访",
        "須早於其中每次探訪",
        "before any of the visits",
    ),
    Reason.NO_WINDOW: (
        "不在接受申请的时间内",
        "不在接受申請的時間內",
        "one for which applications are taken",
    ),
    Reason.OF_ONES_OWN: (
        "志愿者不探访本人或家人",
        "志工不探訪本人或家人",
        "a visit to somebody who is neither you nor of your family",
    ),
    Reason.NOT_SUSPENDED: ("并未暂停", "並未暫停", "one who is suspended"),
    Reason.CLOCK_24: (
        "应为 00:00 至 24:00 的时间，如 08:30",
        "應為 00:00 至 24:00 的時間，如 08:30",
        "a time from 00:00 to 24:00, such as 08:30",
    ),
}
