"""What people read, in simplified and traditional Chinese and in English."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from api.negotiation import entries, remembered
from api.reasons import reason_text
from api.volunteer_words import REFUSALS
from domain.errors import ErrorCode


class Language(StrEnum):
    """A language that Yiyang speaks."""

    ZH_CN = "zh-CN"
    ZH_TW = "zh-TW"
    EN = "en"


_TRADITIONAL = ("zh-tw", "zh-hk", "zh-mo", "zh-hant")

ERRORS: dict[str, tuple[str, str, str]] = {
    **REFUSALS,
    ErrorCode.NOT_FOUND: ("没有找到", "找不到", "Not found"),
    ErrorCode.PERMISSION_DENIED: (
        "您的身份不能执行此操作",
        "您的身分不能執行此操作",
        "Your role may not do this",
    ),
    ErrorCode.ILLEGAL_TRANSITION: (
        "当前状态（{from}）不能执行 {to}；可执行：{allowed}",
        "目前狀態（{from}）不能執行 {to}；可執行：{allowed}",
        "{to} is not possible from {from}; possible: {allowed}",
    ),
    ErrorCode.INVALID_INPUT: (
        "输入无效：{field}（{reason}）",
        "輸入無效：{field}（{reason}）",
        "Invalid input: {field} ({reason})",
    ),
    ErrorCode.ALREADY_EXISTS: ("已经存在", "已經存在", "It exists already"),
    ErrorCode.ALARM_ALREADY_OPEN: (
        "这位老人已有同类未处理的警报",
        "這位長者已有同類未處理的警報",
        "The elder has an open alarm of this type",
    ),
    ErrorCode.STILL_REFERENCED: (
        "关联的记录不存在，或仍被引用",
        "關聯的紀錄不存在，或仍被引用",
        "A related row is missing, or others still need this one",
    ),
    ErrorCode.CURSOR_EXPIRED: (
        "游标已过期，请重新查询后再订阅",
        "游標已過期，請重新查詢後再訂閱",
        "The cursor has expired: query again, then subscribe",
    ),
    ErrorCode.BED_UNAVAILABLE: (
        "该床位在所选日期已有人入住或尚未清洁（{taken}）",
        "該床位在所選日期已有人入住或尚未清潔（{taken}）",
        "The bed is taken or not yet clean ({taken})",
    ),
    ErrorCode.ELDER_HAS_BED: (
        "这位老人在所选日期已有床位（{taken}）",
        "這位長者在所選日期已有床位（{taken}）",
        "The elder has another bed ({taken})",
    ),
    ErrorCode.ALREADY_CLAIMED: (
        "这次探访已被其他志愿者认领",
        "這次探訪已被其他志工認領",
        "Another volunteer has claimed this visit",
    ),
    ErrorCode.TIMES_OVERLAP: (
        "与该时间的其他安排冲突",
        "與該時間的其他安排衝突",
        "Something else is arranged for that time",
    ),
    ErrorCode.CONFLICT_OF_INTEREST: (
        "申请人或经办人不能审核自己的事项",
        "申請人或經辦人不能審核自己的事項",
        "Who asked for it, or did it, cannot decide about it",
    ),
    ErrorCode.QUOTE_INVALID: (
        "报价无效，请重新询价",
        "報價無效，請重新詢價",
        "This quote is not valid: ask for another",
    ),
    ErrorCode.QUOTE_EXPIRED: (
        "报价已过期，请重新询价",
        "報價已過期，請重新詢價",
        "This quote has expired: ask for another",
    ),
    ErrorCode.SUBSIDY_USED: (
        "当日的补贴餐已被预订，请重新询价",
        "當日的補貼餐已被預訂，請重新詢價",
        "The day's subsidised meal has been ordered since: ask for another quote",
    ),
    ErrorCode.ORDERING_CLOSED: (
        "已过截止时间（{cutoff}），不能再订餐或取消",
        "已過截止時間（{cutoff}），不能再訂餐或取消",
        "Ordering and cancelling ended at {cutoff}",
    ),
    ErrorCode.CASE_ALREADY_OPEN: (
        "这位老人已有办理中的同类申请",
        "這位長者已有辦理中的同類申請",
        "The elder has a case of this kind that has not ended",
    ),
    ErrorCode.QUERY_TOO_LARGE: (
        "一次请求的内容过多（{reason}）",
        "一次請求的內容過多（{reason}）",
        "Too much for one request ({reason})",
    ),
    ErrorCode.TOO_MANY_EXPORTS: (
        "导出数量已达上限（{most}）",
        "匯出數量已達上限（{most}）",
        "You have as many exports as you may ({most})",
    ),
    ErrorCode.MERGE_BLOCKED: (
        "两份登记各有只能有一份的事项（{types}），请先处理其中一份",
        "兩份登記各有只能有一份的事項（{types}），請先處理其中一份",
        "Both entries have what one may have once ({types}): end it in one of them first",
    ),
    ErrorCode.TOO_MANY_IMPORTS: (
        "未结束的导入数量已达上限（{most}）",
        "未結束的匯入數量已達上限（{most}）",
        "You have as many imports that have not ended as you may ({most})",
    ),
    ErrorCode.TOO_MANY_WEBHOOKS: (
        "Webhook 数量已达上限（{most}）",
        "Webhook 數量已達上限（{most}）",
        "You have as many webhooks as you may ({most})",
    ),
    ErrorCode.VERSION_CONFLICT: (
        "内容已被他人更改，请重新读取后再试",
        "內容已被他人更改，請重新讀取後再試",
        "Somebody has changed it since: read it again, then decide",
    ),
    ErrorCode.IDEMPOTENCY_KEY_REUSED: (
        "这个幂等键已用于另一个请求",
        "這個冪等鍵已用於另一個請求",
        "This idempotency key was used for something else",
    ),
    ErrorCode.TOO_MANY_ATTEMPTS: (
        "尝试次数过多，请在 {seconds} 秒后再试",
        "嘗試次數過多，請在 {seconds} 秒後再試",
        "You have tried this too often: come again in {seconds} seconds",
    ),
    ErrorCode.TOO_MANY_KEYS: (
        "一天内使用的幂等键已达上限（{most}）",
        "一天內使用的冪等鍵已達上限（{most}）",
        "You have used as many idempotency keys within a day as you may ({most})",
    ),
    ErrorCode.ROLE_HELD: (
        "此人在该时段已在该处担任此身份",
        "此人在該時段已在該處擔任此身分",
        "The person holds this role there at some time of that period",
    ),
    ErrorCode.INSUFFICIENT_BALANCE: (
        "余额不足，可用 {available}",
        "餘額不足，可用 {available}",
        "Not enough: {available} available",
    ),
    ErrorCode.CERTIFICATE_MISSING: (
        "需要有效的资格证书（{certificates}）",
        "需要有效的資格證書（{certificates}）",
        "It takes a certificate that is good ({certificates})",
    ),
    ErrorCode.CERTIFICATE_EXPIRED: (
        "资格证书在 {day} 无效（{certificates}）",
        "資格證書在 {day} 無效（{certificates}）",
        "A certificate is not good on {day} ({certificates})",
    ),
    ErrorCode.GONE: ("已失效", "已失效", "It is good no more"),
    "UNAUTHENTICATED": ("请先登录", "請先登入", "Sign in first"),
    "SIGN_IN_AGAIN": (
        "登录已失效，请重新登录",
        "登入已失效，請重新登入",
        "You have been signed out: sign in again",
    ),
    "LOGIN_CODE_INVALID": (
        "登录凭证无效或已过期，请重试",
        "登入憑證無效或已過期，請重試",
        "The sign-in code is not valid any more: try again",
    ),
    "LOGIN_BLOCKED": (
        "微信提示该账号存在安全风险，暂时不能登录",
        "微信提示該帳號存在安全風險，暫時不能登入",
        "WeChat considers this account a risk: it cannot sign in now",
    ),
    "PHONE_BOUND": (
        "此手机号已绑定其他微信，请联系社区",
        "此手機號碼已綁定其他微信，請聯絡社區",
        "This phone number belongs to another WeChat account here: please ask your community",
    ),
    "BAD_REQUEST": ("请求格式有误：{reason}", "請求格式有誤：{reason}", "Bad request: {reason}"),
    "INVALID_VARIABLE": (
        "变量 {variable} 的值无效（{reason}）",
        "變數 {variable} 的值無效（{reason}）",
        "The value of variable {variable} is not valid ({reason})",
    ),
    "STAFF_LOGIN_EXPIRED": (
        "登录已过期，或已在另一个窗口重新开始，请返回应用重新登录",
        "登入已逾時，或已在另一個視窗重新開始，請返回應用程式重新登入",
        "This sign-in has expired, or another was begun since: go back to the app, sign in again",
    ),
    "STAFF_LOGIN_REFUSED": (
        "统一身份认证未通过，请返回应用重新登录",
        "統一身分認證未通過，請返回應用程式重新登入",
        "Your organisation's sign-in was not accepted: go back to the app and sign in again",
    ),
    "STAFF_LOGIN_NO_ROLE": (
        "您的账号未被授予本系统的任何岗位，请联系单位管理员",
        "您的帳號未獲授予本系統的任何職務，請聯絡單位管理員",
        "Your account has no role here: ask your organisation's administrator for one",
    ),
    "SIGN_IN_CODE_INVALID": (
        "登录码无效、已使用或已过期，请重新登录",
        "登入碼無效、已使用或已逾時，請重新登入",
        "No sign-in stands behind this code (any more): sign in again",
    ),
    "UNAVAILABLE": (
        "服务器繁忙，请稍后再试",
        "伺服器忙碌，請稍後再試",
        "Busy or away for a moment: try again in a few seconds",
    ),
    "TOO_MANY_OPERATIONS": (
        "同一连接上的操作过多（最多 {most} 个）",
        "同一連線上的操作過多（最多 {most} 個）",
        "Too many operations on one socket (at most {most})",
    ),
    "TOO_MANY_CONNECTIONS": (
        "打开的连接过多（最多 {most} 个）",
        "開啟的連線過多（最多 {most} 個）",
        "Too many open connections (at most {most})",
    ),
    "METHOD_NOT_ALLOWED": (
        "只接受 POST；GET 和 HEAD 只能用于查询",
        "只接受 POST；GET 和 HEAD 只能用於查詢",
        "POST, or for queries GET and HEAD",
    ),
    "PERSISTED_QUERY_NOT_FOUND": (
        "没有此编号的查询文档",
        "沒有此編號的查詢文件",
        "No document of this id is known here",
    ),
    "DOCUMENT_NOT_TRUSTED": (
        "此应用只能执行已登记的查询文档",
        "此應用程式只能執行已登記的查詢文件",
        "This app may execute its registered documents only",
    ),
    "RATE_LIMITED": (
        "请求过于频繁，请在 {seconds} 秒后重试",
        "請求過於頻繁，請在 {seconds} 秒後重試",
        "Too much in a short time: try again in {seconds} s",
    ),
    "EXPORT_NOT_READY": (
        "文件尚未生成完毕",
        "檔案尚未產生完畢",
        "The file is not complete yet",
    ),
    "EXPORT_GONE": (
        "文件已过期、已取消或未能生成",
        "檔案已過期、已取消或未能產生",
        "There is no file (any more): it has expired, was given up, or could not be written",
    ),
    "EXPORT_CHANGED": (
        "不是您所指的文件",
        "不是您所指的檔案",
        "The file is not the one that you named",
    ),
    "RANGE_NOT_SATISFIABLE": (
        "请求的范围超出文件末尾",
        "請求的範圍超出檔案末尾",
        "The range lies behind the file's end",
    ),
    "INTERNAL": (
        "服务器出错了，请稍后再试（编号 {request_id}）",
        "伺服器發生錯誤，請稍後再試（編號 {request_id}）",
        "Something went wrong here; try again later (reference {request_id})",
    ),
}
"""Code -> the message in the order of ``Language``."""


def preferred(accept_language: str | None) -> Language:
    """The language of an Accept-Language header; simplified Chinese where none is known."""
    if accept_language is None:
        return Language.ZH_CN
    # What is no header's character is no language's either.
    return _preferred(accept_language.encode("latin-1", "replace"))


@remembered
def _preferred(accept_language: str) -> Language:
    for entry in sorted(entries(accept_language), key=lambda entry: -entry.quality):
        if entry.quality <= 0:
            continue
        if entry.name.startswith(_TRADITIONAL):
            return Language.ZH_TW
        if entry.name.startswith("zh"):
            return Language.ZH_CN
        if entry.name.startswith("en"):
            return Language.EN
    return Language.ZH_CN


def error_text(code: str, facts: Mapping[str, Any], language: Language) -> str:
    """The message of an error code with its facts filled in."""
    place = list(Language).index(language)
    known = _Facts(facts)
    known["reason"] = reason_text(known["reason"], known, place)
    return ERRORS[code][place].format_map(known)


class _Facts(dict[str, Any]):
    """A fact that is missing reads as nothing rather than breaking the message."""

    def __missing__(self, key: str) -> str:
        return ""
