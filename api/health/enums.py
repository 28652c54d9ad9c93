"""The words of the health record."""

from api.describe import enumeration
from domain.health.contents import AllergySeverity, MedicationFrequency, MedicationUnit
from domain.health.kinds import MeasurementKind
from domain.health.lifecycle import EntryAction
from domain.health.models import AllergyKind

__all__ = [
    "AllergyKind",
    "AllergySeverity",
    "EntryAction",
    "MeasurementKind",
    "MedicationFrequency",
    "MedicationUnit",
]

enumeration(
    EntryAction,
    "What is done with something that the health record says.",
    name="ElderHealthAction",
    CHANGE="调整: from a day on it is otherwise.",
    END="终止: from a day on it is no more.",
    WITHDRAW="撤回: it was wrong and never held.",
)

enumeration(
    AllergyKind,
    "What kind of thing somebody is allergic to.",
    DRUG="药物.",
    FOOD="食物.",
    OTHER="其他, such as pollen or latex.",
)

enumeration(
    AllergySeverity,
    "How bad the worst reaction was.",
    MILD="轻度.",
    MODERATE="中度.",
    SEVERE="重度: life was in danger.",
    UNKNOWN="不详.",
)

enumeration(
    MedicationUnit,
    "What a dose is counted in.",
    MICROGRAM="微克 ug.",
    MILLIGRAM="毫克 mg.",
    GRAM="克 g.",
    MILLILITRE="毫升 mL.",
    INTERNATIONAL_UNIT="国际单位 [iU].",
    DROP="滴 [drp].",
    TABLET="片 {tbl}.",
    CAPSULE="粒 {capsule}.",
    SACHET="袋 {sachet}.",
    PUFF="喷 {puff}.",
    PATCH="贴 {patch}.",
)

enumeration(
    MedicationFrequency,
    "On which days something is taken, counted from the first.",
    DAILY="每日.",
    EVERY_OTHER_DAY="隔日.",
    WEEKLY="每周.",
    AS_NEEDED="必要时.",
)

enumeration(
    MeasurementKind,
    "What is measured.",
    BLOOD_PRESSURE="血压: two values, in mm[Hg].",
    HEART_RATE="心率, a minute.",
    OXYGEN_SATURATION="血氧饱和度, in per cent.",
    RESPIRATORY_RATE="呼吸频率, a minute.",
    BODY_TEMPERATURE="体温, in Cel.",
    GLUCOSE_FASTING="空腹血糖, in mmol/L.",
    GLUCOSE_AFTER_MEAL="餐后血糖: two hours after a meal, in mmol/L.",
    WEIGHT="体重, in kg.",
)
