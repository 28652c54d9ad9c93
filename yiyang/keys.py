"""The development keys of a data directory: made once, readable by their owner only."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.crypto import Vault

BRIDGE_LOGIN, DEVICE_LOGIN = "bridge", "device"
"""The accounts at the embedded broker: it knows no rights of single devices, so they share one."""

DATA_KEY_ID = "dev1"
"""The name of the one data key, as it stands in front of each ciphertext."""

_FILE = "keys.json"


@dataclass(frozen=True)
class DevelopmentKeys:
    """Every secret of one demo; all but ``token_jwk`` are text, keys are base64."""

    token_jwk: dict[str, Any]
    data_key: str
    hash_key: str
    device_key: str
    bridge_password: str
    device_password: str

    @property
    def vault(self) -> "Vault":
        """Seals and opens the demo's personal data."""
        from domain.crypto import Vault

        return Vault({DATA_KEY_ID: _bytes(self.data_key)}, DATA_KEY_ID, _bytes(self.hash_key))

    @property
    def device_key_bytes(self) -> bytes:
        """What device passwords are derived from, 32 bytes."""
        return _bytes(self.device_key)


def load(data_dir: Path) -> DevelopmentKeys | None:
    """The keys of a data directory, None where it has none."""
    file = data_dir / _FILE
    return DevelopmentKeys(**json.loads(file.read_text())) if file.exists() else None


def load_or_create(data_dir: Path) -> DevelopmentKeys:
    """The keys of a data directory, made where it has none."""
    return load(data_dir) or _create(data_dir)


def _create(data_dir: Path) -> DevelopmentKeys:
    from api.auth.tokens import TokenKey

    keys = DevelopmentKeys(
        token_jwk=TokenKey.new_jwk(),
        data_key=_fresh(),
        hash_key=_fresh(),
        device_key=_fresh(),
        bridge_password=secrets.token_urlsafe(18),
        device_password=secrets.token_urlsafe(18),
    )
    file = data_dir / _FILE
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        json.dump(asdict(keys), opened)
    return keys


def _fresh() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
