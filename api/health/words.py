"""The words for what the health record does not admit, as ``api.reasons`` has the others."""

from domain.reasons import Reason

HEALTH: dict[str, tuple[str, str, str]] = {
    Reason.WHILE_TAKEN: (
        "应为用药期间的日期",
        "應為用藥期間的日期",
        "a day on which it is taken",
    ),
    Reason.INTAKES: (
        "按时用药每日 1 至 {most} 次，必要时用药只写一次的剂量",
        "按時用藥每日 1 至 {most} 次，必要時用藥只寫一次的劑量",
        "1 to {most} doses of the day, and one alone of what is taken as needed",
    ),
    Reason.INTAKE_TIMES: (
        "按时用药每次须写明不同的时间，如 08:00；必要时用药不写时间",
        "按時用藥每次須寫明不同的時間，如 08:00；必要時用藥不寫時間",
        "each dose at another time, such as 08:00; none for what is taken as needed",
    ),
    Reason.OF_BLOOD_PRESSURE: (
        "血压须有舒张压，其他项目没有",
        "血壓須有舒張壓，其他項目沒有",
        "a blood pressure has one, and nothing else has",
    ),
    Reason.BELOW_SYSTOLIC: (
        "舒张压须低于收缩压",
        "舒張壓須低於收縮壓",
        "below the systolic value",
    ),
}
