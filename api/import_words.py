"""The words for why a row of a file is not entered, in the order of ``Language``."""

from domain.reasons import Reason

IMPORT: dict[str, tuple[str, str, str]] = {
    Reason.SPREADSHEET: (
        "应为 .xlsx、.xls、.ods 表格，或 UTF-8、GB18030 编码的 CSV",
        "應為 .xlsx、.xls、.ods 試算表，或 UTF-8、GB18030 編碼的 CSV",
        "a spreadsheet (.xlsx, .xls, .ods), or CSV in UTF-8 or GB18030",
    ),
    Reason.NO_ROWS: (
        "表头之下没有任何数据",
        "標題列之下沒有任何資料",
        "there is nothing below the titles",
    ),
    Reason.COLUMN_MISSING: ("缺少此列", "缺少此欄", "this column is missing"),
    Reason.COLUMN_TWICE: ("此列出现两次", "此欄出現兩次", "this column stands twice"),
    Reason.ID_AS_NUMBER: (
        "单元格被存为数字，末尾几位已丢失；请将该列设为文本后重新填写",
        "儲存格被存為數字，末尾幾位已遺失；請將該欄設為文字後重新填寫",
        "kept as a number, its last digits are lost: make the column text, and enter it anew",
    ),
    Reason.TWICE_IN_FILE: (
        "与第 {row} 行重复",
        "與第 {row} 列重複",
        "the same as in row {row}",
    ),
    Reason.SEVERAL_PLACES: (
        "本辖区有多个同名社区，请填写 12 位区划代码",
        "本轄區有多個同名社區，請填寫 12 位區劃代碼",
        "several communities of your region are called so: give the code of twelve digits",
    ),
    Reason.NO_DAY: (
        "应为 1950-01-31 这样的日期",
        "應為 1950-01-31 這樣的日期",
        "a day such as 1950-01-31",
    ),
    Reason.NO_SUCH_WORD: ("无法识别", "無法識別", "no word that is known here"),
}
"""Reason -> what a message says of it."""
