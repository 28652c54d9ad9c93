"""The words for what beds, assessments and the ledger do not admit, beside ``api.reasons``."""

from domain.reasons import Reason

CARE: dict[str, tuple[str, str, str]] = {
    Reason.BED_NOT_OPEN: (
        "该床位在所选日期未开放",
        "該床位在所選日期未開放",
        "a bed that is open on these days",
    ),
    Reason.OTHER_BED: ("应为另一张床位", "應為另一張床位", "another bed than the elder has"),
    Reason.HOLD_OVER: ("床位保留已到期", "床位保留已到期", "the hold has run out"),
    Reason.NO_SUCH_BED: (
        "该机构没有此类床位",
        "該機構沒有此類床位",
        "a kind of which the home has beds",
    ),
    Reason.NOT_AS_APPLIED: (
        "应为所申请机构中符合申请的床位",
        "應為所申請機構中符合申請的床位",
        "a bed of the home, such as was applied for",
    ),
    Reason.OUT_OF_TURN: (
        "有轮候在先的申请，须说明理由（1 至 2000 个字符）",
        "有輪候在先的申請，須說明理由（1 至 2000 個字元）",
        "why another who is before them is passed over, 1 to 2000 characters",
    ),
    Reason.NOBODY_WAITS: (
        "没有人在轮候此类床位",
        "沒有人在輪候此類床位",
        "a bed that somebody waits for",
    ),
    Reason.AT_LATEST: ("最晚 {most}", "最晚 {most}", "{most} at the latest"),
    Reason.HOME_BED: (
        "应为家庭养老床位的入住",
        "應為家庭養老床位的入住",
        "a stay in a home care bed",
    ),
    Reason.ITEM_TWICE: ("同一项目只能出现一次", "同一項目只能出現一次", "no item twice"),
    Reason.STAY_OVER: ("应为尚未结束的入住", "應為尚未結束的入住", "one that is not over"),
    Reason.ELDER_OR_VOLUNTEER: (
        "elderId 和 volunteerId 必须且只能给出一个",
        "elderId 和 volunteerId 必須且只能給出一個",
        "exactly one of elderId and volunteerId",
    ),
    Reason.KIN: (
        "应为本人、配偶或年满 {years} 周岁的亲属",
        "應為本人、配偶或年滿 {years} 歲的親屬",
        "oneself, a spouse, or a relative of {years} or older",
    ),
    Reason.POINTS_ACCOUNT: (
        "应为老人或志愿者的积分账户",
        "應為長者或志工的積分帳戶",
        "an elder's or a volunteer's account of points",
    ),
    Reason.REVERSAL: (
        "冲正本身不能再冲正",
        "沖正本身不能再沖正",
        "a reversal is not reversed",
    ),
    Reason.DISTRICT: (
        "应为区县或以上的区划，街道和社区没有自己的账簿",
        "應為區縣或以上的區劃，街道和社區沒有自己的帳簿",
        "a district or what is above it: streets and communities keep no books",
    ),
    Reason.NO_SCALE: (
        "没有这个版本的量表；现有：{versions}",
        "沒有這個版本的量表；現有：{versions}",
        "no such version of the scale; there are: {versions}",
    ),
    Reason.NO_ITEM: (
        "{scale} 没有其中的某个指标",
        "{scale} 沒有其中的某個指標",
        "{scale} does not have one of these items",
    ),
    Reason.ITEMS: (
        "缺少、重复或超出范围的指标：{items}",
        "缺少、重複或超出範圍的指標：{items}",
        "items that are missing, given twice or out of range: {items}",
    ),
    Reason.ICD_10: ("应为 ICD-10 编码", "應為 ICD-10 編碼", "codes of ICD-10"),
    Reason.AFTER_ASSESSMENT: (
        "不能晚于评估日期",
        "不能晚於評估日期",
        "nothing after the day of the assessment",
    ),
    Reason.ASSESSED_ON: (
        "应不晚于今天，不早于现行评估，且尚未过期（{months} 个月）",
        "應不晚於今天，不早於現行評估，且尚未過期（{months} 個月）",
        "not after today, not before the assessment that counts now, and not so long ago that it "
        "would be over ({months} months)",
    ),
    Reason.ASSESSES: (
        "应为养老驿站或护理员的账号",
        "應為養老驛站或照護員的帳號",
        "an account of a station or of a caregiver",
    ),
}
