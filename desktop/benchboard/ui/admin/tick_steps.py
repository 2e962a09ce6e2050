"""The steps by which the permissions of a role were ticked: each can be undone before they are saved, and redone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ticks:
    """What is ticked and not saved: the abilities that a role gains, and those that it loses."""

    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TickStep:
    """An ability was ticked (`on`) or unticked, with those that it needs or that need it."""

    ability: str
    on: bool
    before: Ticks
    after: Ticks


class TickSteps:
    """The steps of one role, whose ID is `role_id`, which can be undone and redone, the last one first."""

    def __init__(self, role_id: str = "") -> None:
        self.role_id = role_id
        self._done: list[TickStep] = []
        self._undone: list[TickStep] = []

    def add(self, step: TickStep) -> None:
        """A new step: what was undone before it can't be redone any more."""
        self._done.append(step)
        self._undone.clear()

    def undo(self) -> TickStep | None:
        """Take the last step back; None if there is none."""
        return _moved(self._done, self._undone)

    def redo(self) -> TickStep | None:
        """Do the step again that was taken back last; None if there is none."""
        return _moved(self._undone, self._done)


def _moved(of: list[TickStep], to: list[TickStep]) -> TickStep | None:
    if not of:
        return None
    to.append(of.pop())
    return to[-1]
