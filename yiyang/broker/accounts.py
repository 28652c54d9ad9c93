"""The accounts of a broker, as it reads them: one for each device, one for the bridges.

A device's password is derived (``domain.devices.credentials``) and has 128 bits of chance: no list
of words finds it, however quick a try is. So one round of PBKDF2 is enough for it, and a second
makes 50,000 accounts. The bridges' password is people's choice and gets as many rounds as
``mosquitto_passwd`` gives (2.0: 101).

Salts are derived, too: what has not changed is written as before, and a file that is the same need
not be read anew.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from domain.devices.credentials import device_name, device_password

_SALT_BYTES = 12  # as mosquitto_passwd makes them
_HASH_BYTES = 64
_DEVICES_ROUNDS = 1
_PEOPLES_ROUNDS = 101


@dataclass(frozen=True, slots=True)
class Login:
    """An account that people have chosen, such as the bridges'."""

    username: str
    password: str = field(repr=False)


@dataclass
class Accounts:
    """Writes accounts down, remembering each line while its device has the same password.

    Parameters:
        master_key: what device passwords are derived from, 32 bytes.
        bridges: the bridges' own account.
    """

    master_key: bytes = field(repr=False)
    bridges: Login
    _lines: dict[tuple[UUID, int], str] = field(default_factory=dict[tuple[UUID, int], str])

    def password_file(self, devices: Iterable[tuple[UUID, int]]) -> str:
        """Mosquitto's ``password_file``.

        Parameters:
            devices: id and ``secret_version`` of each device that may come in.
        """
        lines = {device: self._lines.get(device) or self._line(*device) for device in devices}
        self._lines = lines
        return self._written(self.bridges, _PEOPLES_ROUNDS) + "".join(lines.values())

    def emqx_users(self, devices: Iterable[tuple[UUID, int]]) -> str:
        """A CSV file for ``import_users`` of EMQX's built-in database, SHA-256 with salt behind."""
        rows = map(self._emqx_row, self._logins(devices))
        return "user_id,password_hash,salt,is_superuser\n" + "".join(rows)

    def _logins(self, devices: Iterable[tuple[UUID, int]]) -> Iterator[Login]:
        yield self.bridges
        for device in devices:
            yield self._login(*device)

    def _login(self, device_id: UUID, version: int) -> Login:
        password = device_password(self.master_key, device_id, version)
        return Login(device_name(device_id), password)

    def _line(self, device_id: UUID, version: int) -> str:
        return self._written(self._login(device_id, version), _DEVICES_ROUNDS)

    def _written(self, login: Login, rounds: int) -> str:
        salt = self._salt(login)
        word = login.password.encode()
        digest = hashlib.pbkdf2_hmac("sha512", word, salt, rounds, _HASH_BYTES)
        return f"{login.username}:$7${rounds}${_base64(salt)}${_base64(digest)}\n"

    def _emqx_row(self, login: Login) -> str:
        salt = self._salt(login).hex()
        digest = hashlib.sha256((login.password + salt).encode()).hexdigest()
        return f"{login.username},{digest},{salt},false\n"

    def _salt(self, login: Login) -> bytes:
        """Another one for each account and password, which tells nothing of either."""
        said = f"salt:{login.username}:{login.password}".encode()
        return hmac.digest(self.master_key, said, hashlib.sha256)[:_SALT_BYTES]


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
