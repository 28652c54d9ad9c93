"""Progress of long work, on stderr: stdout belongs to what was asked for."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """Steps with their seconds, and a bar for what can be counted."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self._began = time.monotonic()
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def step(self, what: str) -> None:
        """A step begins."""
        self.finish()
        self.console.print(f"[dim]{self.seconds:5.1f} s[/dim]  {what}")

    def count(self, done: int, total: int, what: str) -> None:
        """So many of so many are done."""
        if self._bars is None:
            self._bars = Bars(
                TextColumn("         {task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=self.console,
            )
            self._bars.start()
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=total)
        self._bars.update(self._tasks[what], completed=done)

    def finish(self) -> None:
        """Leave the bars as they stand."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None
            self._tasks.clear()
