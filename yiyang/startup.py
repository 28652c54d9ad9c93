"""The garbage collector at the start: nothing that is imported is garbage."""

import gc


def hold_collector() -> None:
    """No collections while modules load: a seventh of a start's time went into them."""
    gc.disable()


def release_collector() -> None:
    """Collect from here on, rarely, and never look at what was loaded until now.

    What sockets and batches hold lives until they end, and at the usual thresholds it is looked at
    again and again: a third of an alarm's way to a thousand subscribers.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()
