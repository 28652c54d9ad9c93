"""How long to attack, and what must be true of every answer."""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or 0)
"""So many, each time others; 0 for some that are always the same."""

USUALLY = 60


def hostile(weight: int) -> Callable[[Any], Any]:
    """Settings of an attack.

    Parameters:
        weight: how many times as many examples as of the slowest attack.
    """
    return settings(
        max_examples=EXAMPLES or USUALLY * weight,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        # What shrinks is sent anew some hundred times: worth it where there is something to find.
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def asserted_answers(body: Any) -> None:
    """A response's JSON is GraphQL's, and each of its errors names its request and has a code, none
    of them INTERNAL.

    Raises: AssertionError.
    """
    assert isinstance(body, dict)
    assert body.keys() & {"data", "errors"}, body
    for error in body.get("errors", []):
        assert error["message"], body
        assert error["extensions"]["requestId"], body
        assert error["extensions"]["code"] not in ("", "INTERNAL"), body
