"""The words for why a volunteer may not visit, and for what is not admitted about volunteers."""

from domain.errors import ErrorCode
from domain.reasons import Reason

REFUSALS: dict[str, tuple[str, str, str]] = {
    ErrorCode.NOT_CLEARED: (
        "尚无有效的无犯罪记录核查，请联系服务站",
        "尚無有效的無犯罪紀錄查核，請聯絡服務站",
        "You have not been cleared to visit, or no longer are: ask your station",
    ),
    ErrorCode.VOLUNTEER_SUSPENDED: (
        "您的志愿服务已暂停，请联系服务站",
        "您的志願服務已暫停，請聯絡服務站",
        "You have been suspended: ask your station",
    ),
    ErrorCode.SKILLS_MISSING: (
        "这次探访需要您尚未登记的技能（{skills}）",
        "這次探訪需要您尚未登記的技能（{skills}）",
        "The visit asks for skills that you have not named as yours ({skills})",
    ),
}

VOLUNTEERS: dict[str, tuple[str, str, str]] = {
    Reason.ENDS_AFTER: ("结束须晚于开始", "結束須晚於開始", "each ends after it begins"),
    Reason.NOT_SUSPENDED: ("并未暂停", "並未暫停", "one who is suspended"),
    Reason.CLOCK_24: (
        "应为 00:00 至 24:00 的时间，如 08:30",
        "應為 00:00 至 24:00 的時間，如 08:30",
        "a time from 00:00 to 24:00, such as 08:30",
    ),
}
