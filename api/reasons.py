"""The words for why a value is not admitted, in the order of ``Language``."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from api.care_words import CARE
from api.caregiver_words import CAREGIVERS
from api.health.words import HEALTH
from api.import_words import IMPORT
from api.register_words import REGISTER
from api.request_words import REQUEST
from api.station_words import STATIONS
from api.volunteer_words import VOLUNTEERS
from domain.reasons import Reason

REASONS: dict[str, tuple[str, str, str]] = {
    **REGISTER,
    **CARE,
    **CAREGIVERS,
    **VOLUNTEERS,
    **IMPORT,
    **STATIONS,
    **HEALTH,
    Reason.FIRST_OR_LAST: (
        "first 和 last 必须且只能给出一个",
        "first 和 last 必須且只能給出一個",
        "exactly one of first and last",
    ),
    Reason.RANGE: ("{least} 至 {most}", "{least} 至 {most}", "{least} to {most}"),
    Reason.DAYS: (
        "晚于 {after}，不晚于 {most}",
        "晚於 {after}，不晚於 {most}",
        "after {after}, until {most}",
    ),
    Reason.AT_MOST: ("最多 {most} 个", "最多 {most} 個", "at most {most}"),
    Reason.TOO_LONG: ("最多 {most} 个字符", "最多 {most} 個字元", "at most {most} characters"),
    Reason.LENGTH: (
        "{least} 至 {most} 个字符",
        "{least} 至 {most} 個字元",
        "{least} to {most} characters",
    ),
    Reason.NO_CURSOR: ("不是这个列表的游标", "不是這個列表的游標", "no cursor of this list"),
    Reason.ID_OF: (
        "应为以 {prefix} 开头的 id",
        "應為以 {prefix} 開頭的 id",
        "an id that begins with {prefix}",
    ),
    Reason.NO_GLOBAL_ID: ("不是全局 id", "不是全域 id", "no global id"),
    Reason.REGION_CODE: (
        "应为 1 至 12 位数字的区划代码",
        "應為 1 至 12 位數字的區劃代碼",
        "a division code, 1 to 12 digits",
    ),
    Reason.NOT_STORABLE: ("无法存储的值", "無法儲存的值", "a value that cannot be stored"),
    Reason.NOT_CONSISTENT: (
        "与其他内容不一致",
        "與其他內容不一致",
        "it does not agree with the rest",
    ),
    Reason.KEY: (
        "应为 1 至 {most} 个可见 ASCII 字符",
        "應為 1 至 {most} 個可見 ASCII 字元",
        "1 to {most} visible ASCII characters",
    ),
    Reason.DISHES: ("1 至 {most} 道菜", "1 至 {most} 道菜", "1 to {most} dishes"),
    Reason.DISH_TWICE: ("同一道菜只能出现一次", "同一道菜只能出現一次", "no dish twice"),
    Reason.ONE_MEAL: (
        "应为同一食堂、同一天、同一餐的菜",
        "應為同一食堂、同一天、同一餐的菜",
        "dishes of one canteen, one day and one meal",
    ),
    Reason.NO_DELIVERY: ("该食堂不送餐", "該食堂不送餐", "the canteen does not deliver"),
    Reason.DAYS_AHEAD: ("最多提前 {most} 天", "最多提前 {most} 天", "at most {most} days ahead"),
    Reason.NO_RULE: (
        "当日没有已知的有效规定",
        "當日沒有已知的有效規定",
        "no rule that is known here was in force",
    ),
    Reason.WHOLE_PLACE: (
        "longitude、latitude 和 accuracyM 须同时给出",
        "longitude、latitude 和 accuracyM 須同時給出",
        "all three of longitude, latitude and accuracyM",
    ),
    Reason.PLACE_NEEDED: (
        "上门探访须提供位置",
        "到府探訪須提供位置",
        "a visit at home begins with a place",
    ),
    Reason.VISIT_OVER: ("探访时间已过", "探訪時間已過", "the visit's time is over"),
    Reason.VISIT_AHEAD: ("探访尚未开始", "探訪尚未開始", "the visit is still to begin"),
    Reason.HOURS_LONG: (
        "须晚于开始时间，最长 {most} 小时",
        "須晚於開始時間，最長 {most} 小時",
        "after the beginning, at most {most} hours long",
    ),
    Reason.PLACE_UNKNOWN: (
        "不知道该社区的位置：附近没有养老驿站",
        "不知道該社區的位置：附近沒有養老驛站",
        "where the community lies is not known: there is no place of care near it",
    ),
    Reason.AFTER_NOW: ("不得晚于现在", "不得晚於現在", "no moment to come"),
    Reason.NOT_BEFORE: ("须晚于 {earliest}", "須晚於 {earliest}", "after {earliest}"),
    Reason.WAIVED_ALREADY: ("已经免除", "已經免除", "it has been waived already"),
    Reason.DAYS_LATE: ("最多补录 {most} 天", "最多補錄 {most} 天", "at most {most} days ago"),
    Reason.QUERY_OR_DOCUMENT_ID: (
        "query 和 documentId 必须且只能给出一个",
        "query 和 documentId 必須且只能給出一個",
        "exactly one of query and documentId",
    ),
    Reason.DOCUMENT: ("查询无效：{detail}", "查詢無效：{detail}", "no valid query: {detail}"),
    Reason.WHICH_OPERATION: (
        "应为文档中某个操作的名称",
        "應為文件中某個操作的名稱",
        "the name of one of the document's operations",
    ),
    Reason.TO_COME: ("应为将来的时间", "應為將來的時間", "a moment to come"),
    Reason.PHOTO: (
        "应为 JPEG 或 PNG 照片的 base64，最多 {most} KiB",
        "應為 JPEG 或 PNG 照片的 base64，最多 {most} KiB",
        "a photo, JPEG or PNG of at most {most} KiB, in base64",
    ),
    Reason.WECHAT_APP: (
        "应为本平台小程序的 AppID",
        "應為本平台小程式的 AppID",
        "the app id of one of our mini-programs",
    ),
    Reason.EXPORTABLE: (
        "应为只查询一个列表及其 nodes 的查询，不带 first、after、last、before",
        "應為只查詢一個列表及其 nodes 的查詢，不帶 first、after、last、before",
        "a query of one list and its nodes alone, without first, after, last and before",
    ),
    Reason.WELL_FORMED: ("格式不正确", "格式不正確", "not well-formed"),
    Reason.RETENTION: (
        "法定保存期限至 {until}",
        "法定保存期限至 {until}",
        "it must be kept until {until}",
    ),
    Reason.OPEN_MATTERS: (
        "仍有未办结的事项",
        "仍有未辦結的事項",
        "something is still going on",
    ),
    Reason.WEBHOOK_ADDRESS: (
        "应为公网的 https 地址，不含用户名、密码和 #，端口为 443 或 1024 以上",
        "應為公網的 https 位址，不含使用者名稱、密碼和 #，連接埠為 443 或 1024 以上",
        "a public https address without user, password and #, on port 443 or one from 1024",
    ),
    Reason.FOLLOWABLE: (
        "应为只含一个可续接字段（带 after 参数）的订阅",
        "應為只含一個可續接欄位（帶 after 參數）的訂閱",
        "a subscription of one field that can be resumed (it has an argument after)",
    ),
    Reason.NOT_YOURS: (
        "您无权读取的字段：{fields}",
        "您無權讀取的欄位：{fields}",
        "fields that you may not read: {fields}",
    ),
    Reason.FOR_A_PURPOSE: (
        "须逐次说明用途才能查看、不能导出的字段：{fields}",
        "須逐次說明用途才能查看、不能匯出的欄位：{fields}",
        "fields that are shown one at a time, for a purpose, and in no file: {fields}",
    ),
    Reason.ONE_START: (
        "after、since、deliveryId 和 dead 必须且只能给出一个",
        "after、since、deliveryId 和 dead 必須且只能給出一個",
        "exactly one of after, since, deliveryId and dead",
    ),
    Reason.PHONE: (
        "应为 11 位手机号码",
        "應為 11 位手機號碼",
        "a mobile number of eleven digits",
    ),
    Reason.PLACE_OF_ROLE: (
        "须且只能给出该身份所需的一个地点",
        "須且只能給出該身分所需的一個地點",
        "exactly the one place that the role needs",
    ),
    Reason.NAME_OF_PHONE: (
        "与该手机号码登记的姓名不符",
        "與該手機號碼登記的姓名不符",
        "not the name of whoever is known by this phone",
    ),
    Reason.NO_PERSON: (
        "该账号不属于任何个人",
        "該帳號不屬於任何個人",
        "the account is not a person's",
    ),
    Reason.ROLE_OVER: ("该身份已经终止", "該身分已經終止", "the role is over"),
    Reason.ROLE_ENDS: (
        "探访在志愿者身份终止之后",
        "探訪在志工身分終止之後",
        "the visit is after the end of your role",
    ),
    Reason.WHOM: (
        "须给出 accountId，或同时给出 phone 和 name",
        "須給出 accountId，或同時給出 phone 和 name",
        "either accountId, or phone and name",
    ),
    Reason.NO_RULE_OF_KIND: (
        "该类设备没有这条规则",
        "該類設備沒有這條規則",
        "devices of this kind have no such rule",
    ),
    Reason.THRESHOLD_EMPTY: (
        "至少给出一个值",
        "至少給出一個值",
        "one value at least",
    ),
    Reason.THRESHOLD_BEYOND: (
        "超出该类设备的量程，或解除值与触发值矛盾",
        "超出該類設備的量程，或解除值與觸發值矛盾",
        "beyond what this kind can measure or wait for, or it would clear where it raises",
    ),
    Reason.THRESHOLD_ENDED: (
        "该阈值已失效",
        "該閾值已失效",
        "this threshold has ended",
    ),
    Reason.ELDER_OR_REGION: (
        "老人与区划须且仅须给出其一",
        "長者與區劃須且僅須給出其一",
        "an elder or a division, one of the two",
    ),
    Reason.DEVICE_REVOKED: (
        "该设备已停用",
        "該設備已停用",
        "this device has been revoked",
    ),
    Reason.PUSH_TEMPLATE: (
        "不是本平台的消息模板",
        "不是本平台的訊息範本",
        "no template of ours",
    ),
    Reason.CLOCK: ("应为 22:00 这样的时间", "應為 22:00 這樣的時間", "a time such as 22:00"),
    Reason.PUSH_DEVICE: (
        "设备消息模板需要设备，其他模板不需要",
        "裝置訊息範本需要裝置，其他範本不需要",
        "a template of devices needs a device, and no other takes one",
    ),
    Reason.STATION_OR_REGION: (
        "机构与区划须且仅须给出其一",
        "機構與區劃須且僅須給出其一",
        "a place of care or a division, one of the two",
    ),
    Reason.WORKS_THERE: (
        "应为届时在该处任职的值班人员",
        "應為屆時在該處任職的值班人員",
        "somebody of a fitting role who works there then",
    ),
    Reason.COVERS_ALARM: (
        "应为负责该警报所在区划的相应岗位人员",
        "應為負責該警報所在區劃的相應崗位人員",
        "somebody of a fitting role who works where the alarm rang",
    ),
    Reason.ELDER_OR_STATION: (
        "elderId 和 stationId 必须且只能给出一个",
        "elderId 和 stationId 必須且只能給出一個",
        "exactly one of elderId and stationId",
    ),
}
"""Reason -> what a message says of it."""


def reason_text(reason: str, facts: Mapping[str, Any], place: int) -> str:
    """The words for a reason.

    Parameters:
        reason: a Reason, or the English words of a transport; any others are left as they are.
        facts: the reason's own, if it is a Reason.
        place: of the language.
    """
    if reason in REASONS:
        return REASONS[reason][place].format_map(facts)
    for words, pattern in _patterns():
        if found := pattern.fullmatch(reason):
            return words[place].format_map(found.groupdict())
    return reason


@cache
def _patterns() -> list[tuple[tuple[str, str, str], re.Pattern[str]]]:
    return [(words, _pattern(words[-1])) for words in REQUEST]


def _pattern(template: str) -> re.Pattern[str]:
    """What a template's texts look like; its facts are numbers."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>\\d+)", re.escape(template)))
