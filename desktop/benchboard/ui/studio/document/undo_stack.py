"""The undo history of an editor, with Qt signals. Its logic is in `dashboards.editing.undo`."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.editing.undo import AnyStep, Direction, Recorded, UndoHistory, UndoStep
from benchboard.dashboards.journal.recoverable_steps import EditStep


class UndoStack(QObject):
    """Holds the history of one editor. `go_to` shows the state before or after a step."""

    step_recorded = Signal(object, bool)
    """A step (`UndoStep`) was added, or (True) the last step was extended."""
    moved = Signal(int)
    """A step was undone (-1) or redone (1)."""
    reordered = Signal(object)
    """The own last edit is now after the changes by others (`Reordered`); the document shown is the same."""
    position_changed = Signal(int)
    """Other steps can be undone or redone now."""

    def __init__(self, go_to: Callable[[AnyStep, Direction], None], parent: QObject) -> None:
        super().__init__(parent)
        self._go_to = go_to
        self.history = UndoHistory()

    def record(self, step: UndoStep) -> Recorded:
        """Add a step. No signal is emitted before `announce`, after the resulting state is shown."""
        recorded = self.history.record(step)
        self.history = recorded.history
        return recorded

    def announce(self, recorded: Recorded) -> None:
        """Emit the signals of an added step."""
        self.step_recorded.emit(recorded.step, recorded.merged)
        self.position_changed.emit(self.position())

    def undo(self) -> None:
        self._move("undo")

    def redo(self) -> None:
        self._move("redo")

    def _move(self, direction: Direction) -> None:
        if direction == "undo" and (reordered := self.history.reordered()) is not None:
            self.history = reordered.history
            self.reordered.emit(reordered)
            if len(reordered.steps) == 1:  # nothing of the edit is left to undo
                self.position_changed.emit(self.position())
                return
        step = self.history.step(direction)
        if step is not None:
            self.history = self.history.move(direction)
            self._go_to(step, direction)
            self.moved.emit(-1 if direction == "undo" else 1)
            self.position_changed.emit(self.position())

    def direction_to(self, title: str, document: Document) -> Direction | None:
        """Whether undoing the last step, if it has this title, or redoing the one undone last, leads to this document;
        None: neither."""
        done, undone = self.history.step("undo"), self.history.step("redo")
        is_last = isinstance(done, UndoStep) and self.history.reordered() is None and done.title == title
        if is_last and isinstance(done, UndoStep) and done.before == document:
            return "undo"
        is_next = isinstance(undone, UndoStep) and undone.title == title and undone.after == document
        return "redo" if is_next else None

    def follow(self, direction: Direction) -> None:
        """Take a step as undone or redone that was so elsewhere in the window; what this led to is shown already."""
        self.history = self.history.move(direction)
        self.moved.emit(-1 if direction == "undo" else 1)
        self.position_changed.emit(self.position())

    def clear(self) -> None:
        """Remove all steps."""
        if self.history.steps:
            self.history = self.history.cleared()
            self.position_changed.emit(0)

    def restore(self, steps: Sequence[EditStep], position: int, read: Callable[[int], Document]) -> None:
        """Restore an earlier session's steps, `position` of them applied; the document shown doesn't change."""
        self.history = self.history.recovered(steps, position, read)
        self.position_changed.emit(position)

    def count(self) -> int:
        return len(self.history.steps)

    def position(self) -> int:
        return self.history.position

    def can_undo(self) -> bool:
        return self.history.step("undo") is not None

    def can_redo(self) -> bool:
        return self.history.step("redo") is not None

    def undo_title(self) -> str:
        return self._title("undo")

    def redo_title(self) -> str:
        return self._title("redo")

    def _title(self, direction: Direction) -> str:
        step = self.history.step(direction)
        return step.title if step is not None else ""

    def number(self, direction: Direction) -> int:
        """The number of the step that would be undone or redone; 0 if there is none, or it is an earlier session's."""
        step = self.history.step(direction)
        return step.number if step is not None else 0

    def undo_of_last(self) -> Callable[[], None]:
        """A function that undoes the last step, as long as it is still the last and the page is open."""
        number = self.number("undo")

        def undo() -> None:
            if isValid(self) and number and self.number("undo") == number:
                self.undo()

        return undo
