"""The undo history of an editor as data: the documents before and after each step, and how many steps are applied.

Documents are immutable and share their common parts, so that a step takes only the memory of what it changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.editing.state import EditingState, rename_variables, show
from benchboard.dashboards.journal.recoverable_steps import MAX_STEPS
from benchboard.dashboards.journal.recoverable_steps import EditStep as JournalStep

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

    @property
    def before(self) -> Document:
        """The document before it."""
        return self.read(self.index)

    @property
    def after(self) -> Document:
        """The document after it."""
        return self.read(self.index + 1)


AnyStep = UndoStep | RecoveredStep


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
        """The step that would be undone, or redone."""
        at = self.position - 1 if direction == "undo" else self.position
        return self.steps[at] if 0 <= at < len(self.steps) else None

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
            RecoveredStep(step.title, index, read, step.selection_before, step.selection_after)
            for index, step in enumerate(steps)
        )
        return replace(self, steps=past, position=position)


def go_to(state: EditingState, step: AnyStep, direction: Direction) -> EditingState:
    """The state before a step (`undo`), or after it."""
    if direction == "undo":
        back = {new: old for old, new in step.renames.items()}
        return show(state, step.before, step.selection_before, rename_variables(state.reader, back))
    return show(state, step.after, step.selection_after, rename_variables(state.reader, step.renames))
