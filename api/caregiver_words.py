"""The words for what caregivers' papers and advisors' lists do not admit, as ``api.reasons``."""

from domain.reasons import Reason

CAREGIVERS: dict[str, tuple[str, str, str]] = {
    Reason.HELD_IN_CARE: (
        "应为在任的护理员、养老驿站或康养顾问的账号，且岗位相符",
        "應為在任的照護員、養老驛站或康養顧問的帳號，且職務相符",
        "an account that works in care now, in the role that it takes",
    ),
    Reason.ADVISES_ELSEWHERE: (
        "该康养顾问不负责长者居住的区域",
        "該康養顧問不負責長者居住的區域",
        "an advisor of where the elder lives",
    ),
    Reason.NOT_PAST: ("不能早于今天", "不能早於今天", "today or a day to come"),
    Reason.KINDS: (
        "1 至 {most} 类，每类一次",
        "1 至 {most} 類，每類一次",
        "1 to {most} kinds, each once",
    ),
    Reason.GRADE: (
        "养老护理员证书须填等级 1 至 5，其他证书不填",
        "照護員證書須填等級 1 至 5，其他證書不填",
        "1 to 5 for a caregiver's certificate, and none for another",
    ),
    Reason.AFTER_SINCE: ("应晚于开始日期", "應晚於開始日期", "after the first day"),
    Reason.WITHDRAWN_ALREADY: ("应为未撤销的记录", "應為未撤銷的紀錄", "one that is not withdrawn"),
    Reason.ALREADY_OVER: ("应为尚未结束的记录", "應為尚未結束的紀錄", "one that is not over"),
    Reason.HALF_HOURS: (
        "0.5 至 {most}，以半小时计",
        "0.5 至 {most}，以半小時計",
        "0.5 to {most}, in half hours",
    ),
}
