"""The words for why a value is not admitted, in the order of ``Language``."""

from domain.reasons import Reason

REASONS: dict[str, tuple[str, str, str]] = {
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
    Reason.EXPORTABLE: (
        "应为只查询一个列表及其 nodes 的查询，不带 first、after、last、before",
        "應為只查詢一個列表及其 nodes 的查詢，不帶 first、after、last、before",
        "a query of one list and its nodes alone, without first, after, last and before",
    ),
}
"""Reason -> what a message says of it; a text that is no key here is shown as it stands."""
