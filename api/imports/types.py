"""Imports as their owners see them."""

from datetime import datetime

from api.context import Context
from api.describe import enumeration
from api.plan.declare import ascending, column, computed, connection, node, record
from api.relay import Connection, Node
from api.texts import error_text
from domain.errors import ErrorCode
from domain.imports import models
from domain.imports.lifecycle import APPLIED_WITHIN, ImportAction, ImportState
from domain.imports.service import available_actions
from domain.imports.visibility import elder_import_fault_visible, elder_import_visible

enumeration(
    ImportState,
    "Where an import has got to.",
    name="ElderImportState",
    WAITING="待检查 no worker has looked at the file yet.",
    CHECKED="已通过 every row is good: `elderImportApply` enters them.",
    ENTERING="导入中 being entered.",
    DONE="完成 all rows are in the register.",
    REFUSED="未通过 nothing was entered: `rowErrors` says what is wrong.",
    FAILED="失败 nothing was entered: `failure` says why.",
    CANCELLED="已取消 given up by its owner; nothing was entered.",
    EXPIRED="已过期 not entered within a day after it was found good.",
)

enumeration(
    ImportAction,
    "What is done with an import.",
    name="ElderImportAction",
    CHECK="检查: a worker looks it through.",
    APPLY="导入: have its elders entered.",
    FINISH="完成: a worker has entered them.",
    REFUSE="退回: a worker has found something wrong.",
    FAIL="失败: a worker could not look at it.",
    CANCEL="取消: give it up.",
    EXPIRE="过期: its time is over.",
)

enumeration(
    models.ImportFailure,
    "Why an import has come to nothing, whatever its rows say.",
    name="ElderImportFailure",
    UNREADABLE="无法读取 no spreadsheet that can be read.",
    TOO_LARGE="行数过多 more than 5000 elders: divide it.",
    RIGHTS_WITHDRAWN="The role or the region that it was brought with is no longer yours.",
    INTERNAL="A fault of ours.",
    INTERRUPTED="处理中断 each worker that began at the file was ended over it, maybe for what it "
    "takes to hold it in memory: divide it, or save it as CSV.",
)

enumeration(
    models.ImportColumn,
    "A column of a file of elders, by its title.",
    name="ElderImportColumn",
    NAME="姓名 required.",
    ID_NUMBER="身份证号 required, as text.",
    GENDER="性别 follows from the id number where it is empty.",
    BIRTH_DATE="出生日期 the same.",
    REGION="区划 required: the community's code, or its name if one of your region is called so.",
    ADDRESS="地址 required.",
    PHONE="电话.",
    TAGS="标签 any number, separated by commas.",
    TAGS_SINCE="标签起始日期 today where it is empty.",
    TAGS_SOURCE="标签来源 who says so, or which paper does; required where there are tags.",
    CONTACT_NAME="联系人 whom to call.",
    CONTACT_RELATION="联系人关系 其他 where it is empty.",
    CONTACT_PHONE="联系人电话 required where there is a contact.",
)


def _expires_at(found: models.ElderImport, _: Context) -> datetime | None:
    if found.state is not ImportState.CHECKED or found.checked_at is None:
        return None
    return found.checked_at + APPLIED_WITHIN


def _actions(found: models.ElderImport, context: Context) -> list[ImportAction]:
    return available_actions(context.actor, found.state)


def _message(fault: models.ElderImportFault, context: Context) -> str:
    return error_text(fault.code, {"field": "", **fault.facts}, context.language)


@record(models.ElderImportFault, visible=elder_import_fault_visible)
class ElderImportRowError:
    """Something that is wrong with a row of a file."""

    row: int = column(models.ElderImportFault.row_number)
    """The row as a spreadsheet numbers it: the titles stand in row 1."""
    code: ErrorCode = computed(
        lambda fault, _: ErrorCode(fault.code.value), needs=[models.ElderImportFault.code]
    )
    """What to branch on, as for `elderRegister`. ALREADY_EXISTS: whoever it is, is in the register
    already."""
    message: str = computed(
        _message, needs=[models.ElderImportFault.code, models.ElderImportFault.facts]
    )
    """A text to show, in the language of Accept-Language. It quotes nothing of the file."""
    column: models.ImportColumn | None = column(models.ElderImportFault.in_column)
    """Which column; null for the row as a whole."""


@node(models.ElderImport, visible=elder_import_visible)
class ElderImport(Node):
    """A spreadsheet of elders, brought by `POST /elder-imports`: looked through by a worker, and
    entered, all rows or none, once you say so. The file is gone as soon as the import has ended;
    what was wrong with it may be read for thirty days."""

    state: ImportState
    """Where it has got to."""
    row_count: int | None
    """How many elders are in it; null before it was read."""
    done_count: int
    """How many of them a worker is through with: has looked at, or, once you have said so, entered.
    They are in the register when it is DONE, and not before."""
    bad_row_count: int
    """How many rows have something wrong."""
    row_error_count: int = column(models.ElderImport.fault_count)
    """How much is wrong in all."""
    row_errors: Connection[ElderImportRowError] = connection(
        models.ElderImportFault.import_id, order=ascending(models.ElderImportFault.id)
    )
    """What is wrong, by rows: the first thousand of `rowErrorCount`."""
    ignored_columns: list[str] = computed(
        lambda found, _: found.ignored, needs=[models.ElderImport.ignored]
    )
    """Titles that are none of ours: what stands below them is not read."""
    failure: models.ImportFailure | None
    """Why it has come to nothing, whatever its rows say; null where it has not."""
    created_at: datetime
    """When the file was brought."""
    checked_at: datetime | None
    """When it was found good; null where it was not."""
    expires_at: datetime | None = computed(
        _expires_at, needs=[models.ElderImport.state, models.ElderImport.checked_at]
    )
    """Until when it may be entered; null where it may not."""
    finished_at: datetime | None
    """When it ended, however."""
    available_actions: list[ImportAction] = computed(_actions, needs=[models.ElderImport.state])
    """What you may do with it now."""
