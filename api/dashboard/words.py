"""What each figure is called, and what it counts, in the order of ``Language``."""

from dataclasses import dataclass

from domain.dashboard.metrics import Gap, Key

Texts = tuple[str, str, str]


@dataclass(frozen=True)
class Words:
    """Of one figure.

    Parameters:
        title: its name.
        definition: what is counted, how, and by whose rule.
    """

    title: Texts
    definition: Texts


WORDS: dict[Key, Words] = {
    Key.ELDERS: Words(
        ("登记老人", "登記長者", "Elders"),
        (
            "截至当日已登记、当日住址在本区划的老人，按登记时间和迁移记录计算；仅计您现在可见的老人。"
            "数据已依法删除的老人仍计入人数。",
            "截至當日已登記、當日住址在本區劃的長者，按登記時間和遷移紀錄計算；僅計您現在可見的長者。"
            "資料已依法刪除的長者仍計入人數。",
            "Those who had been registered by the end of the day and lived in the division then, "
            "by the moment of registration and the log of moves; of those whom you may see now. "
            "Whoever's data has been erased since still counts as one.",
        ),
    ),
    Key.KEY_ELDERS: Words(
        ("重点老人", "重點長者", "Key elders"),
        (
            "登记老人中，当日至少有一个区县计为重点的标签者；以当日结束时已录入的标签为准。"
            "区县未另行规定时，按2022年探访关爱政策的六类：独居、空巢、留守、失能、重残、计生特殊。",
            "登記長者中，當日至少有一個區縣計為重點的標籤者；以當日結束時已登錄的標籤為準。"
            "區縣未另行規定時，按2022年探訪關愛政策的六類：獨居、空巢、留守、失能、重殘、計生特殊。",
            "Of the elders, those who carried on the day a tag that their district counts, as it "
            "had been entered by the day's end. Where a district has said nothing these are the "
            "six groups of the visiting policy of 2022.",
        ),
    ),
    Key.PROTECTED: Words(
        ("设备守护率", "設備守護率", "Protected by devices"),
        (
            "有设备、且曾上线的设备现在全部在线的老人，占登记老人的比例。"
            "只有现在的数值：过去某日设备是否在线没有记录。",
            "有設備、且曾上線的設備現在全部在線的長者，占登記長者的比例。"
            "只有現在的數值：過去某日設備是否在線沒有紀錄。",
            "The share of the elders who have a device, and all of whose devices that were ever "
            "heard are online now. It is known of now alone: nobody notes which devices were "
            "online on a day that is past.",
        ),
    ),
    Key.VISIT_COVERAGE: Words(
        ("探访覆盖率", "探訪覆蓋率", "Visit coverage"),
        (
            "当月应探访的重点老人中，已由上门、电话或视频探访过的比例，每人只计一次；"
            "以当日结束时已知为准。目标：每月探访率100%（淳安县）。",
            "當月應探訪的重點長者中，已由上門、電話或視訊探訪過的比例，每人只計一次；"
            "以當日結束時已知為準。目標：每月探訪率100%（淳安縣）。",
            "The share of the key elders due a visit in the month who had one, at home, by phone "
            "or by video, each once, as known at the day's end. Wanted: all of them each month, as "
            "Chun'an county has it.",
        ),
    ),
    Key.VISITS: Words(
        ("探访次数", "探訪次數", "Visits"),
        (
            "当月开始、截至当日结束已完成且未被退回的探访；以当日结束时已知为准。",
            "當月開始、截至當日結束已完成且未被退回的探訪；以當日結束時已知為準。",
            "Visits that began in the month, were ended, and were not rejected, as known at the "
            "day's end.",
        ),
    ),
    Key.HOURS: Words(
        ("志愿服务时长", "志工服務時數", "Hours given"),
        (
            "当月截至当日，为本区划的探访记入时间银行的小时数，含转入捐赠的部分；"
            "每次探访向下取整到半小时，当日结束前已冲正的不计。",
            "當月截至當日，為本區劃的探訪記入時間銀行的小時數，含轉入捐贈的部分；"
            "每次探訪向下取整到半小時，當日結束前已沖正的不計。",
            "Hours that the time bank credited in the month, up to the day's end, for verified "
            "visits in the division, what went to the donations included; each visit rounded down "
            "to half hours, without what had been taken back by then.",
        ),
    ),
    Key.OCCUPANCY: Words(
        ("机构床位入住率", "機構床位入住率", "Occupancy"),
        (
            "当日开放的机构床位中有人居住的比例，请假外出计为居住；事后补录的入住和床位会计入。",
            "當日開放的機構床位中有人居住的比例，請假外出計為居住；事後補登的入住和床位會計入。",
            "The share of the beds in institutions that were open on the day in which somebody "
            "lived; who is on leave counts. Stays and beds that are entered late count.",
        ),
    ),
    Key.HOME_OCCUPANCY: Words(
        ("家庭养老床位使用率", "家庭養老床位使用率", "Home care beds in use"),
        (
            "当日开放的家庭养老床位中有老人使用的比例；事后补录的入住和床位会计入。",
            "當日開放的家庭養老床位中有長者使用的比例；事後補登的入住和床位會計入。",
            "The share of the home care beds that were open on the day in which somebody was "
            "looked after. Stays and beds that are entered late count.",
        ),
    ),
    Key.NURSING_RATIO: Words(
        ("护理型床位占比", "護理型床位占比", "Nursing ratio"),
        (
            "当日开放的机构床位中护理型床位的比例，家庭和日间照料床位不计。"
            "目标：2025年达到65%（淳安县）。",
            "當日開放的機構床位中護理型床位的比例，家庭和日間照料床位不計。"
            "目標：2025年達到65%（淳安縣）。",
            "The share of the beds in institutions open on the day that are for nursing, home beds "
            "and beds for the day apart. Wanted: 65 % by 2025, as Chun'an county has it.",
        ),
    ),
    Key.ANSWERED_IN_60: Words(
        ("60秒内应答率", "60秒內應答率", "Answered within 60 s"),
        (
            "当月截至当日收到的警报中，60秒内有人应答的比例；演练、迟到和老人及时取消的不计。"
            "目标：97.5%（BS 8521）。",
            "當月截至當日收到的警報中，60秒內有人應答的比例；演練、遲到和長者及時取消的不計。"
            "目標：97.5%（BS 8521）。",
            "The share of the alarms stored in the month, up to the day's end, that somebody "
            "answered within 60 seconds; without drills, those that came too late, and those that "
            "the elder called off. Wanted: 97.5 % (BS 8521).",
        ),
    ),
    Key.ANSWERED_IN_180: Words(
        ("180秒内应答率", "180秒內應答率", "Answered within 180 s"),
        (
            "当月截至当日收到的警报中，180秒内有人应答的比例；演练、迟到和老人及时取消的不计。"
            "目标：99%（BS 8521）。",
            "當月截至當日收到的警報中，180秒內有人應答的比例；演練、遲到和長者及時取消的不計。"
            "目標：99%（BS 8521）。",
            "The share of the alarms stored in the month, up to the day's end, that somebody "
            "answered within 180 seconds; without drills, those that came too late, and those that "
            "the elder called off. Wanted: 99 % (BS 8521).",
        ),
    ),
    Key.ARRIVED_IN_TIME: Words(
        ("15分钟内到场率", "15分鐘內到場率", "There within 15 minutes"),
        (
            "当月截至当日收到并已派人的警报中，15分钟内有人到场的比例；到场前已结束的不计。",
            "當月截至當日收到並已派人的警報中，15分鐘內有人到場的比例；到場前已結束的不計。",
            "Of the alarms stored in the month, up to the day's end, to which somebody was sent, "
            "the share at which somebody was within 15 minutes; without those that were over by "
            "then.",
        ),
    ),
}

GAPS: dict[Gap, Texts] = {
    Gap.ROLE: (
        "您的身份看不到这个数值背后的记录",
        "您的身分看不到這個數值背後的紀錄",
        "Your role does not see the rows behind this figure",
    ),
    Gap.PAST: (
        "只有现在的数值，过去的日子没有记录",
        "只有現在的數值，過去的日子沒有紀錄",
        "It is known of now alone, of no day that is past",
    ),
}
