"""The words for what the register does not admit, as ``api.reasons`` has the others."""

from domain.reasons import Reason

REGISTER: dict[str, tuple[str, str, str]] = {
    Reason.ID_CHECK: (
        "应为 18 位公民身份号码，且校验码正确",
        "應為 18 位公民身分號碼，且校驗碼正確",
        "18 characters, the last of which is the check of the others",
    ),
    Reason.ID_DIVISION: (
        "前六位应为现有或曾有的行政区划代码",
        "前六位應為現有或曾有的行政區劃代碼",
        "the first six digits are the code of a division that exists or existed",
    ),
    Reason.ID_BIRTH_DATE: (
        "第 7 至 14 位应为真实的日期",
        "第 7 至 14 位應為真實的日期",
        "its digits 7 to 14 are a real day",
    ),
    Reason.NOT_OF_ID: (
        "与身份证号中的出生日期不一致",
        "與身分證號中的出生日期不一致",
        "the day of birth in the id number",
    ),
    Reason.AGE: ("{least} 至 {most} 周岁", "{least} 至 {most} 週歲", "{least} to {most} years old"),
    Reason.A_COMMUNITY: (
        "应为社区（村）代码",
        "應為社區（村）代碼",
        "the code of a community or village",
    ),
    Reason.BEFORE_BIRTH: (
        "不得早于出生日期",
        "不得早於出生日期",
        "not before the day of birth",
    ),
    Reason.TAG_NOT_HELD: (
        "老人在该日没有此标签",
        "長者在該日沒有此標籤",
        "the elder does not carry this tag then",
    ),
    Reason.A_DISTRICT: ("应为区县代码", "應為區縣代碼", "the code of a district"),
    Reason.TAGS_NEEDED: ("至少一个标签", "至少一個標籤", "one tag at least"),
    Reason.ALL_CONTACTS: (
        "应为该老人的全部联系人，各出现一次",
        "應為該長者的全部聯絡人，各出現一次",
        "all of the elder's contacts, each once",
    ),
    Reason.MERGE_OVER: (
        "合并已经撤销，或已超过可撤销的期限",
        "合併已經撤銷，或已超過可撤銷的期限",
        "it was undone already, or longer ago than it can be",
    ),
    Reason.MERGE_CHANGED: (
        "合并后相关记录已有变动，不能撤销",
        "合併後相關紀錄已有變動，不能撤銷",
        "what was moved has changed since",
    ),
    Reason.SOMEBODY_ELSE: ("应为另一位老人", "應為另一位長者", "somebody else"),
    Reason.NO_HOUSEHOLD: (
        "没有登记同住人",
        "沒有登記同住人",
        "nobody is known to live with the elder",
    ),
    Reason.NOT_TO_COME: ("不得晚于今天", "不得晚於今天", "today or a day that is past"),
}
