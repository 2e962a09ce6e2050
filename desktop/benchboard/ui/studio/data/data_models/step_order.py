"""The one order of undo of the Models view: edits of all its models, and what was done with models in the list."""

from collections.abc import Mapping
from typing import Final

from benchboard.ui.studio.data.data_models.model_draft import ModelDraft, next_step_number
from benchboard.ui.studio.data.explore.part_changes import Step

IN_LIST: Final = "in list"
"""Where a step was done with a model in the list, such as a deletion; else the id of a model that was edited."""


class StepOrder:
    """Knows which step is to be undone, or redone, next: steps are numbered as they are done, and keep their numbers
    as they are undone. Edits are kept by the drafts; `list_step` and `list_step_back` tell of the others."""

    def __init__(self, drafts: Mapping[str, ModelDraft]) -> None:
        self._drafts = drafts
        self._done: list[int] = []
        self._undone: list[int] = []
        self._newest = 0

    def list_step(self, number: int) -> int:
        """Something was done with a model in the list, or done again under its `number`; 0: for the first time. Returns
        its number."""
        known = number or next_step_number()
        self.forget(known)
        self._done.append(known)
        self.leave_undone()
        return known

    def list_step_back(self, number: int) -> None:
        """What was done with a model in the list was undone."""
        self.forget(number)
        self._undone.append(number)

    def forget(self, number: int) -> None:
        """What was done with a model in the list is being undone or redone."""
        for known in (self._done, self._undone):
            if number in known:
                known.remove(number)

    def leave_undone(self) -> bool:
        """After something new was done, let nothing be redone that was undone before; returns whether it was."""
        newest = max((*self._done, *(one.last_done for one in self._drafts.values())), default=0)
        if newest <= self._newest:
            return False
        self._newest = newest
        self._undone.clear()
        for draft in self._drafts.values():
            if draft.last_done != newest:
                draft.forget_undone()
        return True

    def next_place(self, step: Step, shown: str) -> str | None:
        """Where the step is that is to be undone or redone next; None if there is none. Of edits that were kept as the
        program ended, those of the model that is `shown` are first."""
        sign = 1 if step == "undo" else -1
        steps: list[tuple[int, bool, str]] = [
            (sign * (draft.last_done if step == "undo" else draft.last_undone), key == shown, key)
            for key, draft in self._drafts.items()
            if (draft.can_undo if step == "undo" else draft.can_redo)
        ]
        steps += [(sign * one, False, IN_LIST) for one in (self._done if step == "undo" else self._undone)]
        if not steps:
            return None
        number, _is_shown, place = max(steps, key=lambda one: one[:2])
        if place == IN_LIST:
            self.forget(sign * number)
        return place
