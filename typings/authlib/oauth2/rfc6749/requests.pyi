# What we use of the library, which carries no types.
from collections.abc import Mapping

class BasicOAuth2Payload:
    def __init__(self, payload: Mapping[str, str]) -> None: ...
    @property
    def scope(self) -> str | None: ...
