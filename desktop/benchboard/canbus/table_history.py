"""The tables that a user's edits led through, so that they can be undone and redone."""

from typing import Final, Generic, TypeVar

_MOST_STEPS: Final = 200
Table = TypeVar("Table")


class TableHistory(Generic[Table]):
    """`table` is the present one. Tables don't change: each edit gives a new one, by a step that has a name."""

    def __init__(self, table: Table) -> None:
        self._tables = [table]
        self._steps = [""]
        """What led to each of the tables."""
        self._at = 0

    @property
    def table(self) -> Table:
        """The present table."""
        return self._tables[self._at]

    def record(self, table: Table, step: str = "") -> None:
        """Make this the present table, to which `step` led. Those undone before are forgotten."""
        self._tables = [*self._tables[: self._at + 1], table][-_MOST_STEPS:]
        self._steps = [*self._steps[: self._at + 1], step][-_MOST_STEPS:]
        self._at = len(self._tables) - 1

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at + 1 < len(self._tables)

    def undo(self) -> str:
        """Go back by one edit, if there is one; returns its name."""
        step = self._steps[self._at] if self.can_undo else ""
        self._at -= self.can_undo
        return step

    def redo(self) -> str:
        """Go on to the edit undone last, if there is one; returns its name."""
        if not self.can_redo:
            return ""
        self._at += 1
        return self._steps[self._at]
