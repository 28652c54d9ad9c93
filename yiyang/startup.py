"""The garbage collector at the start: nothing that is imported is garbage."""

import gc


def hold_collector() -> None:
    """No collections while modules load: a seventh of a start's time went into them."""
    gc.disable()


def release_collector() -> None:
    """Collect from here on, and never look at what was loaded until now."""
    gc.freeze()
    gc.enable()
