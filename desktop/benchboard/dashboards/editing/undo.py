"""The undo history of an editor as data: the documents before and after each step, and how many steps are applied.

Changes that other users stored are steps too, so that each step begins with the document in which the one before ends;
but an undo passes over them, to the user's own last edit, and keeps them.

Documents are immutable and share their common parts, so that a step takes only the memory of what it changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.editing.state import EditingState, rename_variables, show
from benchboard.dashboards.journal.recoverable_steps import MAX_STEPS
from benchboard.dashboards.journal.recoverable_steps import EditStep as JournalStep
from benchboard.dashboards.versions.three_way_merge import merge

Direction = Literal["undo", "redo"]
BURST_SECONDS: Final = 1.5
"""Two changes of one text no further apart than this are one step."""


@dataclass(frozen=True, slots=True)
class UndoStep:
    """One edit of this session. `number` increases with each; a step that extends the last one keeps its number."""

    title: str
    before: Document = field(repr=False)
    after: Document = field(repr=False)
    selection_before: tuple[str, ...] = ()
    selection_after: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    """Variables that it renames: old → new name."""
    burst: str | None = None
    """The text it changes; a step with None is never merged."""
    at: float = 0.0
    """When it was made, in seconds of a clock that only goes forward."""
    number: int = 0
    remote: bool = False
    """Whether it brings in what other users stored: it can't be undone."""

    def is_continued_by(self, step: "UndoStep") -> bool:
        """Whether a later change extends this step."""
        return step.burst is not None and step.burst == self.burst and step.at - self.at <= BURST_SECONDS


@dataclass(frozen=True, slots=True)
class RecoveredStep:
    """A step of an earlier session.

    Its documents are loaded when they are needed: `read` returns the document after a given number of steps.
    """

    title: str
    index: int
    read: Callable[[int], Document] = field(repr=False)
    selection_before: tuple[str, ...] = ()
    selection_after: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    number: int = 0
    remote: bool = False

    @property
    def before(self) -> Document:
        """The document before it."""
        return self.read(self.index)

    @property
    def after(self) -> Document:
        """The document after it."""
        return self.read(self.index + 1)


AnyStep = UndoStep | RecoveredStep


class Reordered(NamedTuple):
    """A history whose last step is the user's own, where it was another user's.

    `steps` replace the last `replaced` that are applied. `superseded`: whether others have changed the same since, so
    that the own edit can be undone in part only, or not at all; then it isn't among the steps.
    """

    history: "UndoHistory"
    replaced: int
    steps: tuple[UndoStep, ...]
    title: str
    superseded: bool


class Recorded(NamedTuple):
    """A history with one more edit in it: `step` is the last one, which extends an earlier edit if `merged`."""

    history: "UndoHistory"
    step: UndoStep
    merged: bool


@dataclass(frozen=True, slots=True)
class UndoHistory:
    """The steps that can be undone, and after them those that can be redone."""

    steps: tuple[AnyStep, ...] = ()
    position: int = 0
    """How many of the steps are applied."""
    limit: int = MAX_STEPS
    last_number: int = 0

    def step(self, direction: Direction) -> AnyStep | None:
        """The step that would be undone, or redone: the user's own last edit, or the one that was undone last."""
        if direction == "redo":
            return self.steps[self.position] if self.position < len(self.steps) else None
        own = self._own_step()
        return None if own is None else self.steps[own]

    def _own_step(self) -> int | None:
        """The place of the last own step that is applied; None if there is none."""
        return next((at for at in range(self.position - 1, -1, -1) if not self.steps[at].remote), None)

    def reordered(self) -> Reordered | None:
        """The history with the own last edit after all changes by others: as if it had been made after them.

        None if it is the last step anyway, or if there is none.
        """
        own = self._own_step()
        if own is None or own == self.position - 1:
            return None
        step, shown = self.steps[own], self.steps[self.position - 1].after
        undone = merge(step.after, shown, step.before)
        moved = UndoStep(
            step.title, undone.document, shown, step.selection_before, step.selection_after, step.renames,
            number=step.number,
        )  # fmt: skip
        remote = UndoStep(self.steps[self.position - 1].title, step.before, undone.document, remote=True)
        steps: tuple[UndoStep, ...] = (remote, moved)
        if undone.document == shown:
            steps = (replace(remote, after=shown),)
        ahead = self.steps[self.position :]
        history = replace(self, steps=(*self.steps[:own], *steps, *ahead), position=own + len(steps))
        return Reordered(history, self.position - own, steps, step.title, bool(undone.conflicts) or len(steps) == 1)

    def record(self, step: UndoStep) -> Recorded:
        """The history after an edit.

        Steps that could be redone are removed, and the oldest beyond the limit. A change of the last step's burst
        extends that step.
        """
        last = self.steps[-1] if self.steps and self.position == len(self.steps) else None
        if isinstance(last, UndoStep) and last.is_continued_by(step):
            more = replace(last, after=step.after, selection_after=step.selection_after, at=step.at)
            return Recorded(replace(self, steps=(*self.steps[:-1], more)), more, True)
        number = self.last_number + 1
        step = replace(step, number=number)
        steps = (*self.steps[: self.position], step)[-self.limit :]
        return Recorded(replace(self, steps=steps, position=len(steps), last_number=number), step, False)

    def move(self, direction: Direction) -> "UndoHistory":
        """The history after an undo or redo; the same object if there is no step."""
        if self.step(direction) is None:
            return self
        return replace(self, position=self.position + (-1 if direction == "undo" else 1))

    def cleared(self) -> "UndoHistory":
        """The history without steps; the numbering continues."""
        return replace(self, steps=(), position=0)

    def recovered(self, steps: Sequence[JournalStep], position: int, read: Callable[[int], Document]) -> "UndoHistory":
        """The history that an earlier session left, `position` of its steps applied."""
        past = tuple(
            RecoveredStep(step.title, index, read, step.selection_before, step.selection_after, remote=step.remote)
            for index, step in enumerate(steps)
        )
        return replace(self, steps=past, position=position)


def go_to(state: EditingState, step: AnyStep, direction: Direction) -> EditingState:
    """The state before a step (`undo`), or after it."""
    if direction == "undo":
        back = {new: old for old, new in step.renames.items()}
        return show(state, step.before, step.selection_before, rename_variables(state.reader, back))
    return show(state, step.after, step.selection_after, rename_variables(state.reader, step.renames))
