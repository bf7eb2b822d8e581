"""A progress bar on standard error, for what takes long."""

from typing import Self

from rich.console import Console
from rich.progress import Progress, ProgressColumn, TaskID


class Bars:
    """A bar for each stage; nothing is shown before the first of them has begun.

    Args:
        columns: What a bar shows; none: what rich shows by itself.
    """

    def __init__(self, *columns: ProgressColumn) -> None:
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._tasks:
            self._progress.stop()

    def show(self, stage: str, done: int, total: int | None) -> None:
        """Show that `done` of `total` are done in this stage; without a total the bar wanders."""
        if not self._tasks:
            self._progress.start()
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        # What comes a second time counts as well: there may be more done than there were.
        most = None if total is None else max(total, done)
        self._progress.update(self._tasks[stage], completed=done, total=most)
