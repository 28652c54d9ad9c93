"""`yiyang watch`: a live board of alarms in the terminal, over the real subscription."""

from yiyang.watch.run import WatchFailure, watch

__all__ = ["WatchFailure", "watch"]
