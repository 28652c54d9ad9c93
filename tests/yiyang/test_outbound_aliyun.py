"""Alibaba Cloud is asked as its documentation says, and what it answers has a meaning."""

import pytest

from domain.notifications.models import NotificationReason
from domain.notifications.sending import Outcome
from tests.aliyun import KEY_ID, SECRET, AliyunStandIn
from yiyang.outbound.aliyun import AliyunClient, authorization, canonical_query
from yiyang.outbound.phones import VERSION


def test_the_documentations_example_has_its_signature() -> None:
    """From "V3 request structure and signature method"."""
    query = canonical_query(
        {
            "RegionId": "cn-shanghai",
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        }
    )
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    word = authorization("YourAccessKeyId", "YourAccessKeySecret", "POST", query, headers)
    assert word == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_what_is_signed_is_encoded_by_rfc_3986() -> None:
    assert canonical_query({"b": "王 *~/", "a": "+"}) == "a=%2B&b=%E7%8E%8B%20%2A~%2F"


CODES = [
    ("isv.MOBILE_NUMBER_ILLEGAL", NotificationReason.ADDRESS),
    ("isv.BUSINESS_LIMIT_CONTROL", NotificationReason.LIMITED),
    ("Throttling.User", NotificationReason.LIMITED),
    ("isp.SYSTEM_ERROR", NotificationReason.AWAY),
    ("isv.SMS_TEMPLATE_ILLEGAL", NotificationReason.MESSAGE),
    ("isv.AMOUNT_NOT_ENOUGH", NotificationReason.MESSAGE),
]


@pytest.mark.parametrize(("code", "reason"), CODES, ids=[code for code, _ in CODES])
async def test_a_code_has_a_meaning(
    aliyun: AliyunStandIn,
    code: str,
    reason: NotificationReason,
) -> None:
    aliyun.faults.append(code)
    client = AliyunClient(KEY_ID, SECRET, aliyun.url, VERSION)
    assert await client.call("SendSms", {"PhoneNumbers": "1"}) == Outcome(reason, code)
    assert await client.call("SendSms", {"PhoneNumbers": "王 *~/"}) == Outcome()
    await client.close()


async def test_a_wrong_key_is_a_fault_of_ours(aliyun: AliyunStandIn) -> None:
    client = AliyunClient(KEY_ID, "another", aliyun.url, VERSION)
    outcome = await client.call("SendSms", {})
    assert outcome == Outcome(NotificationReason.MESSAGE, "SignatureDoesNotMatch")
    await client.close()


async def test_nobody_there_is_an_outcome() -> None:
    client = AliyunClient(KEY_ID, SECRET, "http://127.0.0.1:1", VERSION)
    assert await client.call("SendSms", {}) == Outcome(NotificationReason.AWAY, "NO_ANSWER")
    await client.close()
