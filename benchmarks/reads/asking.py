"""GraphQL requests as the bytes of HTTP requests."""

from dataclasses import dataclass, replace
from typing import Any

import orjson


@dataclass(frozen=True)
class Question:
    """One operation as somebody's client sends it.

    Parameters:
        token: whose.
    """

    token: str
    query: str
    variables: dict[str, Any]
    operation_name: str

    @property
    def body(self) -> bytes:
        """The JSON that is posted."""
        return orjson.dumps(
            {
                "query": self.query,
                "variables": self.variables,
                "operationName": self.operation_name,
            }
        )

    @property
    def headers(self) -> dict[str, str]:
        """The headers that go with it."""
        return {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

    def as_bytes(self, port: int) -> bytes:
        """A whole HTTP request that keeps its connection."""
        body = self.body
        lines = ["POST /graphql HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body

    def with_variables(self, **given: Any) -> "Question":
        """The same with some other variables."""
        return replace(self, variables={**self.variables, **given})
