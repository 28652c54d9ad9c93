"""Stand-ins for the vendors by whom people are told."""

from tests.aliyun import aliyun as aliyun
from tests.wechat import wechat as wechat
