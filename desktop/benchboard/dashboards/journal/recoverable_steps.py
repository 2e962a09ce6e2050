"""The steps of an edited document as the journal keeps them: the stored document, the page, and the deltas between; and
the drafts, which are texts that are not part of the page yet.

Writer and reader build the history by replaying the same records, so that recovery gives exactly the history that was
in memory. A step keeps its record as it was written: a page of 1,000 widgets has steps that displace
hundreds, and 200 of them must take little memory, and not be encoded again when the journal is rewritten.
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from benchboard.dashboards.journal.json_delta import Delta, apply, diff

MAX_STEPS: Final = 200
MAX_STEP_BYTES: Final = 8 * 1024 * 1024
"""Limits of a journal: number of steps, and their size in bytes as written."""

MAX_DRAFT: Final = 8 * 1024 * 1024
"""Most characters of a draft that is kept: twice a page's limit in bytes."""

Record = dict[str, object]


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that was typed by `at` (seconds since 1970) and is not in the document."""

    text: str
    at: float


@dataclass(frozen=True, slots=True)
class EditStep:
    """One edit, made at `at` (seconds since 1970)."""

    title: str
    selection_before: tuple[str, ...]
    selection_after: tuple[str, ...]
    at: float
    packed: bytes
    remote: bool = False
    """Whether other users made the edit."""

    @property
    def forward(self) -> Delta:
        """What makes the document after it of the one before."""
        return _delta(unpack(self.packed)["forward"])

    @property
    def backward(self) -> Delta:
        """What makes the document before it of the one after."""
        return _delta(unpack(self.packed)["backward"])


def pack(record: Record) -> bytes:
    """A record as it is written: JSON, compressed with deflate."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=dict)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def unpack(packed: bytes) -> Record:
    """Raises `TypeError` or `ValueError` for what `pack` did not make."""
    try:
        record = json.loads(zlib.decompress(packed))
    except zlib.error as error:
        raise ValueError("not packed") from error
    if not isinstance(record, dict):
        raise TypeError("not a record")
    return record


@dataclass(slots=True)
class History:
    """A stack of steps and the position in it: `document` is the page after `position` of them."""

    stored: object
    """The document as the database has it, in its `version`."""
    version: int
    document: object
    steps: list[EditStep]
    position: int = 0
    missing: int = 0
    """How many of its steps are still to come from a journal that is being read."""
    subject: tuple[str, ...] = ()
    """The account and document that it belongs to, so that a deleted document's history can be recognised."""
    drafts: dict[str, Draft] = field(default_factory=dict)
    """By where they are written."""
    meant: object = None
    """The window's document for the record that is replayed next.

    If the record leads to an equal one, this object is used: it shares its unchanged parts with the window's next
    document, so that a gesture on a page of thousands costs only what it changed.
    """

    def documents(self) -> list[object]:
        """The document before the first step, and after each one. They share what they have in common."""
        behind = [self.document]
        for step in reversed(self.steps[: self.position]):
            behind.append(apply(behind[-1], step.backward))
        ahead = behind[::-1]
        for step in self.steps[self.position :]:
            ahead.append(apply(ahead[-1], step.forward))
        return ahead

    # Writing: records are made before they are replayed

    def to_records(self) -> Iterator[bytes]:
        """The whole state as packed records: the beginning of a journal."""
        page = diff(self.stored, self.document)
        yield pack(
            {"is": "base", "version": self.version, "stored": self.stored, "page": page, "position": self.position,
             "steps": len(self.steps), "subject": list(self.subject)}
        )  # fmt: skip
        yield from (step.packed for step in self.steps)
        yield from (pack(_drafted(where, draft.text, draft.at)) for where, draft in self.drafts.items())

    def record_step(
        self,
        title: str,
        after: object,
        chosen: tuple[tuple[str, ...], tuple[str, ...]],
        at: float,
        *,
        amends: bool,
        remote: bool = False,
    ) -> Record:
        """One more edit, or more of the last one: typing in one text is one step."""
        amends = amends and self.position > 0
        before = apply(self.document, self.steps[self.position - 1].backward) if amends else self.document
        forward = diff(before, after)
        # Equal parts of both sides are now the same objects, which makes the reverse delta quick to find.
        backward = diff(apply(before, forward), before)
        self.meant = after
        return {
            "is": "amend" if amends else "step", "title": title, "forward": forward, "backward": backward,
            "chosen": [list(ids) for ids in chosen], "at": round(at, 3), **({"remote": True} if remote else {}),
        }  # fmt: skip

    def record_move(self, by: int, after: object) -> Record:
        """Undo (`by` < 0) or redo. Beyond the steps kept here, where the window still had some, it is a leap."""
        if 0 <= self.position + by <= len(self.steps):
            return {"is": "move", "by": by}
        return {"is": "leap", "page": diff(self.document, after)}

    def record_saved(self, version: int, stored: object) -> Record:
        """A record that the database has `stored` now, which may differ from the page."""
        return {"is": "saved", "version": version, "stored": diff(self.document, stored)}

    def record_draft(self, where: str, text: str | None, at: float) -> Record | None:
        """A record of another draft text for `where`, or (None) of its removal."""
        kept = self.drafts.get(where)
        return None if (kept.text if kept else None) == text else _drafted(where, text, at)

    # Reading

    def replay(self, record: Record, packed: bytes) -> None:
        """Apply a record, which is `packed` as written.

        Raises `LookupError`, `TypeError` or `ValueError` for one of another history.
        """
        kind = record["is"]
        if self.missing:
            self.steps.append(_step(record, packed))
            self.missing -= 1
        elif kind in ("step", "amend"):
            self._step(_step(record, packed), _delta(record["forward"]), amends=kind == "amend")
        elif kind == "move":
            self._move(_whole(record["by"]))
        elif kind == "leap":
            self.document = apply(self.document, _delta(record["page"]))
            self.steps, self.position = [], 0
        elif kind == "saved":
            self.stored, self.version = apply(self.document, _delta(record["stored"])), _whole(record["version"])
        elif kind == "draft":
            self._draft(str(record["where"]), record["text"], record["at"])
        else:
            raise ValueError("an unknown record")

    def finish_replay(self) -> None:
        """Call after the last record that could be read.

        A damaged journal may break off before all steps up to `position` were read. Then those that were read are
        discarded: they don't lead to `document`, so they can't be undone from it.
        """
        if self.missing and self.position > len(self.steps):
            self.steps, self.position = [], 0
        self.missing = 0

    def _step(self, step: EditStep, forward: Delta, *, amends: bool) -> None:
        document = self.document
        if amends:
            document = apply(document, self.steps[self.position - 1].backward)
        self.document = apply(document, forward)
        if self.meant is not None and diff(self.document, self.meant) is None:
            self.document = self.meant
        self.meant = None
        self.steps[self.position - amends :] = [step]
        while len(self.steps) > MAX_STEPS or (
            len(self.steps) > 1 and sum(len(s.packed) for s in self.steps) > MAX_STEP_BYTES
        ):
            del self.steps[0]
        self.position = len(self.steps)

    def _draft(self, where: str, text: object, at: object) -> None:
        self.drafts.pop(where, None)
        if isinstance(text, str) and isinstance(at, int | float):
            self.drafts[where] = Draft(text, float(at))

    def _move(self, by: int) -> None:
        if not 0 <= self.position + by <= len(self.steps):
            raise ValueError("beyond the steps")
        document, way = self.document, self.steps[self.position + min(by, 0) : self.position + max(by, 0)]
        for step in reversed(way) if by < 0 else way:
            document = apply(document, step.backward if by < 0 else step.forward)
        self.document, self.position = document, self.position + by


def begin_history(record: Record) -> History:
    """The history that a `base` record begins; its steps are `missing`. Raises as `replay` does."""
    if record.get("is") != "base":
        raise ValueError("not a base")
    stored = record["stored"]
    page = apply(stored, _delta(record["page"]))
    version, position, steps = (_whole(record[key]) for key in ("version", "position", "steps"))
    return History(stored, version, page, [], position, steps, subject_of(record))


def subject_of(record: Record) -> tuple[str, ...]:
    """The subject of a `base` record; empty if an older program wrote it."""
    subject = record.get("subject")
    return tuple(str(part) for part in subject) if isinstance(subject, list) else ()


def _drafted(where: str, text: str | None, at: float) -> Record:
    return {"is": "draft", "where": where, "text": text, "at": round(at, 3)}


def _step(record: Record, packed: bytes) -> EditStep:
    chosen, at = record["chosen"], record["at"]
    if not isinstance(chosen, list) or not isinstance(at, int | float):
        raise TypeError("not a step")
    before, after = (tuple(str(name) for name in ids) for ids in chosen)
    return EditStep(str(record["title"]), before, after, float(at), packed, record.get("remote") is True)


def _delta(value: object) -> Delta:
    if value is None or isinstance(value, dict):
        return value
    raise TypeError("not a delta")


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError("not a whole number")
