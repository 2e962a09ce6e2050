"""What the user entered and selected in bit timing, step by step, so that it can be undone and redone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from benchboard.ui.bench.timing_request import Phases, TimingRequest

_MOST_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class TimingChoice:
    """The texts of the fields by their keys, the controller, the method of calculation, the timing that was selected
    in place of the best one, with the request that it was selected for, and the names of the boxes that are checked.
    """

    texts: Mapping[str, str]
    controller: str
    method: str
    by_hand: tuple[TimingRequest, Phases] | None
    boxes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _TimingStep:
    """A state, and the gesture or field whose edits led to it; edits without a `source` are steps of their own."""

    choice: TimingChoice
    source: str


@dataclass(slots=True)
class TimingHistory:
    """The states of one view; the present one is that recorded last, or reached by `undo` and `redo`."""

    _steps: list[_TimingStep] = field(default_factory=list)
    _at: int = -1

    def begin(self, choice: TimingChoice) -> None:
        """Forget all steps: this state isn't the user's own, and what follows is."""
        self._steps, self._at = [_TimingStep(choice, "")], 0

    def record(self, choice: TimingChoice, gesture: str = "") -> None:
        """Add a state after the present one. Those undone before are forgotten.

        What is typed into one field is one step, and so are the edits with the same `gesture`.
        """
        if self._at < 0:
            self.begin(choice)
            return
        present = self._steps[self._at]
        if choice == present.choice:
            return
        source = gesture or _typed_into(present.choice, choice)
        extends = bool(source) and source == present.source
        kept = self._at if extends else self._at + 1
        self._steps = [*self._steps[:kept], _TimingStep(choice, source)][-_MOST_STEPS:]
        self._at = len(self._steps) - 1

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at + 1 < len(self._steps)

    def undo(self) -> TimingChoice | None:
        """Go back by one step; returns the state there, None if there is none."""
        return self._go(-1) if self.can_undo else None

    def redo(self) -> TimingChoice | None:
        """Go on to the step undone last; returns the state there, None if there is none."""
        return self._go(1) if self.can_redo else None

    def _go(self, by: int) -> TimingChoice:
        self._at += by
        return self._steps[self._at].choice


def _typed_into(before: TimingChoice, after: TimingChoice) -> str:
    """The field whose text alone differs; empty if something else does. A timing selected before falls away then."""
    if (before.controller, before.method, before.boxes) != (after.controller, after.method, after.boxes):
        return ""
    changed = [key for key, text in after.texts.items() if before.texts.get(key) != text]
    return changed[0] if len(changed) == 1 else ""
