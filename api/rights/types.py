"""Data requests as clients see them."""

from datetime import date, datetime

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration
from api.elders.types import Elder
from api.plan.declare import computed, node, one
from api.relay import Node
from domain.access import Permission
from domain.ids import public_id
from domain.rights import models
from domain.rights.lifecycle import RequestState
from domain.rights.visibility import data_request_visible

COPIES = "/data-requests"
"""The path below which copies are fetched."""

enumeration(
    models.RequestKind,
    "What is asked for.",
    name="DataRequestKind",
    ACCESS="查阅、复制 a copy of all data (PIPL article 45).",
    CORRECTION="更正、补充 something is wrong (article 46).",
    ERASURE="删除 the end of all data (article 47).",
)

enumeration(
    RequestState,
    "Where a data request has got to.",
    name="DataRequestState",
    REQUESTED="已申请 waits for a decision.",
    APPROVED="已同意 a worker is at it.",
    DONE="已完成 done; of a copy: it may be fetched until `expiresAt`.",
    REFUSED="已拒绝 refused; `refusal` says why.",
    WITHDRAWN="已撤回 taken back by whoever asked.",
    EXPIRED="已过期 the copy's time is over, and it is gone.",
    FAILED="办理失败 it cannot be carried out, by a fault of ours; it may be approved once more.",
)

enumeration(
    models.CorrectedField,
    "What of the register may be wrong.",
    name="DataRequestField",
    NAME="姓名 the name.",
    BIRTH_DATE="出生日期 the day of birth, as 1941-05-30.",
    ID_NUMBER="身份证号 the citizen's id number.",
    ADDRESS="住址 the address.",
    PHONE="电话 the mobile phone.",
)

enumeration(
    models.Refusal,
    "Why a data request is refused.",
    name="DataRequestRefusal",
    NOT_IDENTIFIED="未能核实身份 it is not certain who asks.",
    NOT_PROVED="缺少证明材料 nothing shows that the register is wrong.",
    RETENTION="保存期限未届满 the law wants the data kept for longer.",
    OPEN_MATTERS="仍有未办结的事项 something is still going on.",
    OTHERS_RIGHTS="涉及他人权益 it would harm somebody else.",
)


def _url(request: models.DataRequest, context: Context) -> str | None:
    if request.asked_by != context.actor.id or request.expires_at is None:
        return None
    fetchable = request.state is RequestState.DONE and request.expires_at > context.now
    return f"{COPIES}/{public_id('data_request', request.id)}" if fetchable else None


def _opened(sealed: bytes | None, name: str, context: Context) -> str | None:
    return None if sealed is None else context.vault.open(sealed, f"data_request.{name}_cipher")


@node(models.DataRequest, visible=data_request_visible)
class DataRequest(Node):
    """What somebody wants to be done about an elder's data: a copy, a correction, its erasure.
    Decided by somebody else."""

    kind: models.RequestKind
    """What is asked for."""
    state: RequestState
    """Where it has got to."""
    elder: Elder | None = one(models.DataRequest.elder_id)
    """About whose data; null where you may not see the elder."""
    asked_by: Account | None = one(models.DataRequest.asked_by)
    """Who asked; null where you may not see them."""
    asked_at: datetime
    """When."""
    due_on: date
    """The day by which it is to be answered: thirty days later (GB/T 35273-2020, 8.7)."""
    reason: str | None = computed(
        lambda request, context: _opened(request.reason_cipher, "reason", context),
        needs=[models.DataRequest.reason_cipher],
        permission=Permission.DATA_REQUEST_READ,
    )
    """Why, in the asker's words; null for officials, and after an erasure."""
    field: models.CorrectedField | None
    """What is to be corrected; null where nothing is."""
    wanted: str | None = computed(
        lambda request, context: _opened(request.wanted_cipher, "wanted", context),
        needs=[models.DataRequest.wanted_cipher],
        permission=Permission.DATA_REQUEST_READ,
        # A phone, an id number or an address in full.
        discloses=models.DataRequest.elder_id,
    )
    """What it should be; null for officials, and after an erasure. Who is shown it is in the audit
    trail."""
    decided_by: Account | None = one(models.DataRequest.decided_by)
    """Who decided; null where nobody has."""
    decided_at: datetime | None
    """When; null before."""
    refusal: models.Refusal | None
    """Why it was refused; null where it was not."""
    note: str | None = computed(
        lambda request, context: _opened(request.note_cipher, "note", context),
        needs=[models.DataRequest.note_cipher],
        permission=Permission.DATA_REQUEST_READ,
    )
    """What whoever decided wrote about it; null for officials, and after an erasure."""
    finished_at: datetime | None
    """When it was done; null before."""
    expires_at: datetime | None
    """Until when a copy may be fetched; null where there is none."""
    byte_count: int
    """Size of the copy; 0 where there is none."""
    url: str | None = computed(
        _url,
        needs=[
            models.DataRequest.id,
            models.DataRequest.asked_by,
            models.DataRequest.state,
            models.DataRequest.expires_at,
        ],
    )
    """Where whoever asked fetches the copy, by GET with their bearer token: an address relative to
    this server, of one JSON object with the rows of each table. Null for others."""
