"""Vendors' formats, turned into ours: one file each."""

from collections.abc import Mapping

from devices.codecs.alink import Alink
from devices.codecs.huawei import Huawei
from devices.codecs.message import Answer, Codec, VendorMessage
from devices.codecs.tencent import Tencent

CODECS: Mapping[str, Codec] = {"aliyun": Alink(), "tencent": Tencent(), "huawei": Huawei()}
"""By the name that the setting gives them."""

_BY_ROOT: Mapping[str, Codec] = {codec.root: codec for codec in CODECS.values()}

__all__ = ["CODECS", "Answer", "Codec", "VendorMessage", "read"]


def read(topic: str, payload: bytes, received: int) -> VendorMessage | None:
    """Read a message whose topic is not of ours; None where it is no vendor's either.

    Parameters:
        received: when it came, ms since 1970-01-01 UTC.
    """
    levels = topic.split("/")
    codec = _BY_ROOT.get(levels[0])
    return codec.read(levels, payload, received) if codec else None
