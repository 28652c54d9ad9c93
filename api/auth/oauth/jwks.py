"""Which keys a client may prove itself by."""

import json
import warnings
from typing import Any, cast

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

_LEAST_RSA_BITS = 2048
_MOST_KEYS = 10


class BadKeys(Exception):
    """No set of public keys that assertions may be signed with; its text says why."""


def public_keys(text: str) -> dict[str, Any]:
    """A JSON Web Key Set (RFC 7517) as a client of ours may have it, each key with its ``kid``.

    Raises: BadKeys.
    """
    try:
        given: Any = json.loads(text)
        found = cast(dict[str, Any], given)["keys"] if isinstance(given, dict) else None
        if not isinstance(found, list):
            raise BadKeys('it is no JSON Web Key Set: {"keys": […]}')
        keys = [_public(_imported(key)) for key in cast(list[dict[str, Any]], found)]
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadKeys('it is no JSON Web Key Set: {"keys": […]}') from error
    if not 1 <= len(keys) <= _MOST_KEYS:
        raise BadKeys(f"it has {len(keys)} keys and needs 1 to {_MOST_KEYS}")
    if len({key["kid"] for key in keys}) < len(keys):
        raise BadKeys("two of its keys have the same kid")
    return {"keys": keys}


def _imported(key: dict[str, Any]) -> Key:
    """The key; what is weak about it we say ourselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return import_key(key)


def _public(key: Key) -> dict[str, Any]:
    if key.is_private:
        raise BadKeys("it holds a private key, which nobody but its owner may have")
    if not _fits(key):
        raise BadKeys("a key is neither P-256 nor Ed25519 nor RSA of at least 2048 bits")
    key.ensure_kid()
    return dict(key.as_dict(private=False))


def _fits(key: Key) -> bool:
    if isinstance(key, RSAKey):
        return key.public_key.key_size >= _LEAST_RSA_BITS
    if isinstance(key, ECKey):
        return key.curve_name == "P-256"
    return isinstance(key, OKPKey) and key.curve_name == "Ed25519"
