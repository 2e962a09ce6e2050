"""Undo of moves between pages: such a move is one step on each page, and undoing it on one undoes it on both."""

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from PySide6.QtCore import QObject

from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.saving import Saving
from benchboard.ui.studio.document.undo_stack import UndoStack

if TYPE_CHECKING:
    from benchboard.ui.context import Context

Direction = Literal["undo", "redo"]
_MAX_MOVES = 200
"""Most moves that are remembered."""


class UndoPage(Protocol):
    """A page that can take part in a move between pages."""

    editor: Editor
    saving: Saving

    @property
    def name(self) -> str: ...
    def finish_edits(self) -> None:
        """Commit what is being typed as a step of its own, and cancel a gesture."""


class _MoveEnd(NamedTuple):
    """One page's part of a move, by the number of its step; `page` is None once the page is closed."""

    page: UndoPage | None
    number: int

    def is_next(self, direction: Direction) -> bool:
        """Whether it is the next step that the page would undo or redo."""
        return self.page is not None and _next_number(self.page.editor.undo_stack, direction) == self.number


class CrossPageUndo(QObject):
    """Remembers the moves between open pages. Pages undo and redo through `step`."""

    def __init__(self, context: "Context") -> None:
        super().__init__(context.changed)
        self._context = context
        self._moves: list[tuple[_MoveEnd, _MoveEnd]] = []

    @staticmethod
    def of(context: "Context") -> "CrossPageUndo":
        """The instance of a session, shared by its pages."""
        return context.changed.findChild(CrossPageUndo) or CrossPageUndo(context)

    def record(self, source: UndoPage, destination: UndoPage) -> None:
        """Record that the last step of each of these pages was one move, from `source` to `destination`."""
        taken, brought = (
            _next_number(source.editor.undo_stack, "undo"),
            _next_number(destination.editor.undo_stack, "undo"),
        )
        if taken is not None and brought is not None:
            self._moves = [*self._moves[1 - _MAX_MOVES :], (_MoveEnd(source, taken), _MoveEnd(destination, brought))]

    def forget(self, page: UndoPage) -> None:
        """Forget a page that is closed."""
        left = [tuple(end._replace(page=None) if end.page is page else end for end in ends) for ends in self._moves]
        self._moves = [(one, other) for one, other in left if one.page is not None or other.page is not None]

    def step(self, page: UndoPage, direction: Direction) -> None:
        """Undo or redo a page's next step; if it is a move, the other page's part too.

        If the other page was changed since or is closed, only this page's part is undone, and a message says so.
        """
        other = self._counterpart(page, direction)
        _step(page, direction)
        if other is None:
            return
        again = _("redo it here") if direction == "undo" else _("undo it here")
        stepped = False
        if other.page is None:
            words = _("The other dashboard is closed and wasn't changed. Open it to change it too, or {again}.")
        elif stepped := _step_counterpart(other, other.page, direction):
            words = (
                _("Move undone here and in “{name}”.")
                if direction == "undo"
                else _("Move redone here and in “{name}”.")
            )
        else:
            words = _("“{name}” has newer changes and wasn't changed. Go there to change it too, or {again}.")
        name = other.page.name if other.page is not None else ""
        self._context.problems.toast(words.format(name=name, again=again), warning=not stepped)

    def _counterpart(self, page: UndoPage, direction: Direction) -> _MoveEnd | None:
        """The other page's part of the move that is this page's next step."""
        for one, other in self._moves:
            for mine, theirs in ((one, other), (other, one)):
                if mine.page is page and mine.is_next(direction):
                    return theirs
        return None


def _next_number(stack: UndoStack, direction: Direction) -> int | None:
    """The number of the step that would be undone or redone; None if there is none with a number."""
    return stack.number(direction) or None


def _step(page: UndoPage, direction: Direction) -> None:
    stack = page.editor.undo_stack
    stack.undo() if direction == "undo" else stack.redo()


def _step_counterpart(end: _MoveEnd, page: UndoPage, direction: Direction) -> bool:
    """Undo or redo the other page's part of a move. False if that page has newer changes, such as text that is being
    typed, or can't be edited now."""
    if not end.is_next(direction) or page.saving.state in ("loading", "failed", "conflict"):
        return False
    page.finish_edits()
    if not (page.editor.editable and end.is_next(direction)):
        return False
    _step(page, direction)
    return True
