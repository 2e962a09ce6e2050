"""The steps of an edited document as the journal keeps them: what is stored, what is on the page, and the way between.

Made by replaying records, the same ones when they are written and when they are read again; so what a journal says is
what its writer meant.
"""

from dataclasses import dataclass
from typing import Final, Literal

from benchboard.dashboards.deltas import Delta, apply, diff

KEPT_STEPS: Final = 200
KEPT_BYTES: Final = 8 * 1024 * 1024
"""How far back a journal goes: so many steps, and so much JSON of them."""

Record = dict[str, object]
Kind = Literal["base", "step", "amend", "move", "leap", "saved"]


@dataclass(frozen=True, slots=True)
class Step:
    """One edit. `forward` makes the document after it of the one before, `backward` the other way; `at` is the time of
    day in seconds since 1970, `size` about how many bytes it takes."""

    title: str
    forward: Delta
    backward: Delta
    chosen_before: tuple[str, ...]
    chosen_after: tuple[str, ...]
    at: float
    size: int


@dataclass(slots=True)
class History:
    """A stack of steps and where one stands in it: `document` is what the page says after `position` of them."""

    stored: object
    """The document as the database has it, in its `version`."""
    version: int
    document: object
    steps: list[Step]
    position: int = 0

    def documents(self) -> list[object]:
        """The document before the first step, and after each one. They share what they have in common."""
        behind = [self.document]
        for step in reversed(self.steps[: self.position]):
            behind.append(apply(behind[-1], step.backward))
        ahead = behind[::-1]
        for step in self.steps[self.position :]:
            ahead.append(apply(ahead[-1], step.forward))
        return ahead

    # What is written: records of what happened, made before they are replayed

    def base(self) -> Record:
        """Everything, as one record: what a journal begins with."""
        return {
            "is": "base", "version": self.version, "stored": self.stored, "page": diff(self.stored, self.document),
            "steps": [_written(step) for step in self.steps], "position": self.position,
        }  # fmt: skip

    def stepped(
        self, title: str, after: object, chosen: tuple[tuple[str, ...], tuple[str, ...]], at: float, *, amends: bool
    ) -> Record:
        """One more edit, or more of the last one: typing in one text is one step."""
        amends = amends and self.position > 0
        before = apply(self.document, self.steps[self.position - 1].backward) if amends else self.document
        return {
            "is": "amend" if amends else "step", "title": title, "forward": diff(before, after),
            "backward": diff(after, before), "chosen": [list(ids) for ids in chosen], "at": round(at, 3),
        }  # fmt: skip

    def moved(self, by: int, after: object) -> Record:
        """Undo (`by` < 0) or redo. Beyond the steps kept here, where the window still had some, it is a leap."""
        if 0 <= self.position + by <= len(self.steps):
            return {"is": "move", "by": by}
        return {"is": "leap", "page": diff(self.document, after)}

    def saved(self, version: int, stored: object) -> Record:
        """The database has `stored` now, which need not be what the page says any more."""
        return {"is": "saved", "version": version, "stored": diff(self.document, stored)}

    # What is read

    def replay(self, record: Record, size: int) -> None:
        """Go on as a record of `size` bytes says. Raises `LookupError`, `TypeError` or `ValueError` for one of another
        history."""
        kind = record["is"]
        if kind in ("step", "amend"):
            self._step(_step(record, size), amends=kind == "amend")
        elif kind == "move":
            self._move(_whole(record["by"]))
        elif kind == "leap":
            self.document = apply(self.document, _delta(record["page"]))
            self.steps, self.position = [], 0
        elif kind == "saved":
            self.stored, self.version = apply(self.document, _delta(record["stored"])), _whole(record["version"])
        else:
            raise ValueError("an unknown record")

    def _step(self, step: Step, *, amends: bool) -> None:
        document = self.document
        if amends:
            document = apply(document, self.steps[self.position - 1].backward)
        self.document = apply(document, step.forward)
        self.steps[self.position - amends :] = [step]
        while len(self.steps) > KEPT_STEPS or (len(self.steps) > 1 and sum(s.size for s in self.steps) > KEPT_BYTES):
            del self.steps[0]
        self.position = len(self.steps)

    def _move(self, by: int) -> None:
        if not 0 <= self.position + by <= len(self.steps):
            raise ValueError("beyond the steps")
        document, way = self.document, self.steps[self.position + min(by, 0) : self.position + max(by, 0)]
        for step in reversed(way) if by < 0 else way:
            document = apply(document, step.backward if by < 0 else step.forward)
        self.document, self.position = document, self.position + by


def opened(record: Record) -> History:
    """The history that a `base` record holds. Raises as `replay` does."""
    if record.get("is") != "base":
        raise ValueError("not a base")
    stored, steps = record["stored"], record["steps"]
    if not isinstance(steps, list):
        raise TypeError("not a list of steps")
    page = apply(stored, _delta(record["page"]))
    return History(
        stored, _whole(record["version"]), page, [_step(step, _whole(step["size"])) for step in steps],
        _whole(record["position"]),
    )  # fmt: skip


def _written(step: Step) -> Record:
    return {
        "title": step.title, "forward": step.forward, "backward": step.backward,
        "chosen": [list(step.chosen_before), list(step.chosen_after)], "at": step.at, "size": step.size,
    }  # fmt: skip


def _step(record: Record, size: int) -> Step:
    chosen, at = record["chosen"], record["at"]
    if not isinstance(chosen, list) or not isinstance(at, int | float):
        raise TypeError("not a step")
    before, after = (tuple(str(name) for name in ids) for ids in chosen)
    forward, backward = _delta(record["forward"]), _delta(record["backward"])
    return Step(str(record["title"]), forward, backward, before, after, float(at), size)


def _delta(value: object) -> Delta:
    if value is None or isinstance(value, dict):
        return value
    raise TypeError("not a delta")


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError("not a whole number")
