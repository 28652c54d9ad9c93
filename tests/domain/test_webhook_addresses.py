"""Where a webhook may lead, by its text and by what its name resolves to."""

import pytest

from domain.errors import InvalidInput
from domain.webhooks.address import checked, is_public


@pytest.mark.parametrize(
    "url",
    [
        "https://vendor.example/hook",
        "https://vendor.example:8443/hook?x=1",
        "https://8.8.8.8/hook",
        "https://[2606:4700::1111]/hook",
    ],
)
def test_admitted(url: str) -> None:
    assert checked(url, anywhere=False) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://vendor.example/",
        "ftp://vendor.example/",
        "https:///hook",
        "https://user:word@vendor.example/",
        "https://vendor.example@127.0.0.1/",
        "https://vendor.example/#part",
        "https://vendor.example:22/",
        "https://vendor.example:0/",
        "https://vendor.example:99999/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0x7f000001/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data",
        "https://vendor.example\\@127.0.0.1/",
        "https://vendor.example /",
        "https://ven\ndor.example/",
        "https://例子.example/",
        "https://vendor.example/" + "x" * 2_000,
        "no address",
    ],
)
def test_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked(url, anywhere=False)
    assert caught.value.field == "url"


def test_development_admits_http_and_private_ones_but_no_passwords() -> None:
    assert checked("http://127.0.0.1:8080/hook", anywhere=True)
    with pytest.raises(InvalidInput):
        checked("http://user:word@127.0.0.1/", anywhere=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2606:4700::1111", "2400:3200::1"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.53",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "vendor.example",
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)
