"""The send tables that a user's edits led through, so that they can be undone and redone."""

from typing import Final

from benchboard.canbus.send_table import SendTable

_MOST_STEPS: Final = 200


class SendHistory:
    """`table` is the present one."""

    def __init__(self, table: SendTable | None = None) -> None:
        self._tables = [table or SendTable()]
        self._at = 0

    @property
    def table(self) -> SendTable:
        """The present table."""
        return self._tables[self._at]

    def record(self, table: SendTable) -> None:
        """Make this the present table. Those undone before are forgotten."""
        self._tables = [*self._tables[: self._at + 1], table][-_MOST_STEPS:]
        self._at = len(self._tables) - 1

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at + 1 < len(self._tables)

    def undo(self) -> None:
        """Go back by one edit, if there is one."""
        self._at -= self.can_undo

    def redo(self) -> None:
        """Go on to the edit undone last, if there is one."""
        self._at += self.can_redo
