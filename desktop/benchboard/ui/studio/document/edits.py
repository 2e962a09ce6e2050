"""The steps of an editor, as its undo stack keeps them.

One edit is one command, holding the document before and after it (documents never change, so keeping them costs next to
nothing). Edits of one text that follow each other closely are one step.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtGui import QUndoCommand, QUndoStack
from shiboken6 import isValid

from benchboard.dashboards.document import Document
from benchboard.dashboards.history import Step

if TYPE_CHECKING:
    from benchboard.ui.studio.document.editor import Editor

_T = TypeVar("_T")
_ONE_BURST: Final = 1.5
"""Seconds between two changes of one text that still count as one step."""


class Edit(QUndoCommand):
    """One step. `burst` names the text it changes, so that the next change of it can join; None joins nothing.
    `number` grows with each."""

    def __init__(self, editor: "Editor", title: str, after: Document, chosen: Sequence[str], burst: str | None) -> None:
        super().__init__(title)
        self._editor = editor
        self.number = editor.next_number()
        self.before, self.after = editor.document, after
        self.chosen_before, self.chosen_after = editor.chosen, tuple(chosen)
        self._burst, self._at = burst, time.monotonic()

    def undo(self) -> None:
        self._editor.show(self.before, self.chosen_before)

    def redo(self) -> None:
        self._editor.show(self.after, self.chosen_after)

    def joins(self, burst: str | None) -> bool:
        """Whether a change of `burst` now is more of this step."""
        return burst is not None and burst == self._burst and time.monotonic() - self._at <= _ONE_BURST

    def go_on(self, after: Document, chosen: Sequence[str]) -> None:
        """This step leads here now."""
        self.after, self.chosen_after, self._at = after, tuple(chosen), time.monotonic()


class Renamed(Edit):
    """A step in which variables got other names (`names`: old → new); what is chosen for them in this window and what
    their queries answered go with them."""

    def __init__(self, editor: "Editor", title: str, after: Document, names: Mapping[str, str]) -> None:
        super().__init__(editor, title, after, editor.chosen, None)
        self._names = dict(names)

    def undo(self) -> None:
        self._carry({name: was for was, name in self._names.items()})
        super().undo()

    def redo(self) -> None:
        self._carry(self._names)
        super().redo()

    def _carry(self, names: Mapping[str, str]) -> None:
        editor = self._editor
        editor.choices = _called(editor.choices, names)
        editor.offered = _called(editor.offered, names)
        editor.labels = _called(editor.labels, names)


def way_back(stack: QUndoStack) -> Callable[[], None]:
    """What takes the last step back, for as long as it is the last one and the page is there."""
    made = _last(stack)

    def back() -> None:
        if isValid(stack) and made and _last(stack) == made:
            stack.undo()

    return back


def _last(stack: QUndoStack) -> int:
    """The number of the step that would be taken back; 0: there is none, or it is of an earlier session."""
    top = stack.command(stack.index() - 1) if stack.index() else None
    return top.number if isinstance(top, Edit) else 0


def _called(held: Mapping[str, _T], names: Mapping[str, str]) -> dict[str, _T]:
    kept = {name: one for name, one in held.items() if name not in names}
    return kept | {name: held[was] for was, name in names.items() if was in held}


class Past(QUndoCommand):
    """A step of an earlier session: its documents are read when somebody goes there."""

    def __init__(self, editor: "Editor", step: Step, place: int, past: Callable[[int], Document]) -> None:
        super().__init__(step.title)
        self._editor, self._step, self._place, self._past = editor, step, place, past

    def undo(self) -> None:
        if not self._editor.restoring:
            self._editor.show(self._past(self._place), self._step.chosen_before)

    def redo(self) -> None:
        if not self._editor.restoring:
            self._editor.show(self._past(self._place + 1), self._step.chosen_after)
