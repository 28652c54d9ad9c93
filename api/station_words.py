"""The words for what is not admitted of places of care, as ``api.reasons`` has the others."""

from domain.reasons import Reason

STATIONS: dict[str, tuple[str, str, str]] = {
    Reason.OPENING: (
        "每段时间应先开始后结束，且互不重叠",
        "每段時間應先開始後結束，且互不重疊",
        "each from an earlier to a later time, and no two that overlap",
    ),
    Reason.BELONGS_THERE: (
        "老人当日已属于该养老驿站",
        "長者當日已屬於該養老驛站",
        "another place than the elder belongs to on that day",
    ),
    Reason.NOT_OF_TODAY: (
        "该责任片区今天不生效",
        "該責任片區今天不生效",
        "the place does not answer for this community today",
    ),
    Reason.DAY_TWICE: ("同一天只能出现一次", "同一天只能出現一次", "each day once"),
}
