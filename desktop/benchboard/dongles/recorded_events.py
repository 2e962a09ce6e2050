"""What was done to dongles lately, by this computer or another one, as the services that did it recorded it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.dongles.titles import default_title
from benchboard.i18n import N_, _
from benchboard.identity.audit_titles import reason_title
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.identity import AuditLog

_SENTENCES: Final = {
    "dongle.claim": N_("{name} paired"),
    "dongle.observe": N_("{name} registered"),
    "dongle.rotate": N_("Pairing key of {name} replaced"),
    "dongle.rotate-begin": N_("Replacing the pairing key of {name} began, but didn't end"),
    "dongle.rotate-interrupt": N_("Replacing the pairing key of {name} was interrupted"),
    "dongle.rotate-refuse": N_("{name} didn't accept a new pairing key"),
    "dongle.release": N_("{name} released"),
    "dongle.reset": N_("{name} reset"),
    "dongle.lose": N_("{name} lost: it no longer holds the pairing key"),
    "dongle.find": N_("{name} found: it holds the pairing key again"),
    "dongle.write-off": N_("{name} written off"),
    "dongle.restore": N_("{name} is no longer written off"),
    "dongle.claim-end": N_("Pairing of {name} ended"),
    "dongle.rename": N_("{before} renamed to {after}"),
    "dongle.hand-over": N_("{name} handed over"),
    "dongle.configure": N_("Bit timing of {name} written"),
    "dongle.read-config": N_("Bit timing of {name} read"),
}
"""The events that are told, all but the single steps of a pairing."""
_WRITTEN: Final = {
    "": N_("Settings of {name} written again, unchanged"),
    "mode": N_("Mode of {name} set"),
    "settings": N_("Settings of {name} changed"),
    "mode, settings": N_("Settings of {name} changed"),
}
"""The same of `dongle.configure` that left the bit timing as it was, by what it changed."""
_REASONED: Final = frozenset({"dongle.lose", "dongle.claim-end", "dongle.rotate-interrupt"})
_ROTATION_ENDS: Final = frozenset({"dongle.rotate", "dongle.rotate-interrupt", "dongle.rotate-refuse"})
_OF_RESET: Final = "reset"
"""The reason of what a reset brings with it, which is told by the reset."""


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """`what` is a sentence with `{name}`, in English; of a renamed dongle with `before` and `after`, its names then.
    `why` may be empty.
    """

    at: datetime
    device_id: str
    what: str
    why: str = ""
    before: str = ""
    after: str = ""

    def text(self, name_of: Callable[[str], str]) -> str:
        """What happened, in the present language, with the name that the list has now; a rename with those of then."""
        return _(self.what).format(name=name_of(self.device_id), before=self.before, after=self.after)


def latest_events(session: Session, actor: Actor, *, limit: int) -> list[RecordedEvent]:
    """The organisation's latest events of dongles, the newest first."""
    require(actor, "dongles:read")
    query = (
        select(AuditLog)
        .where(AuditLog.organisation_id == actor.organisation_id, AuditLog.resource_type == "dongle")
        .where(AuditLog.event_type.in_(_SENTENCES))
        .order_by(AuditLog.created_at.desc(), AuditLog.id.desc())
        .limit(limit * 2)  # some aren't told
    )
    found = map(_event, _without_ended_rotations(session.scalars(query)))
    return [event for event in found if event is not None][:limit]


def _without_ended_rotations(entries: Iterable[AuditLog]) -> Iterator[AuditLog]:
    """The entries, which are the newest first, but the beginnings of key replacements whose end is told."""
    ended: set[str] = set()
    for entry in entries:
        device_id = _text(entry, "device_id")
        if entry.event_type == "dongle.rotate-begin" and device_id in ended:
            ended.remove(device_id)
            continue
        if entry.event_type in _ROTATION_ENDS:
            ended.add(device_id)
        yield entry


def _event(entry: AuditLog) -> RecordedEvent | None:
    """What an entry tells; None if another one tells it, if it changed nothing, or of a dongle that it doesn't name."""
    device_id, reason = _text(entry, "device_id"), _text(entry, "reason")
    if not device_id or (reason == _OF_RESET and entry.event_type in ("dongle.release", "dongle.claim-end")):
        return None
    what, before, after = _SENTENCES[entry.event_type], "", ""
    if entry.event_type == "dongle.configure":
        changed = entry.details.get("changed")
        what = _WRITTEN.get(changed, what) if isinstance(changed, str) else what
    elif entry.event_type == "dongle.rename":
        before, after = (_text(entry, key) or default_title(device_id) for key in ("before", "after"))
        if before == after:
            return None
    why = reason_title(reason) if reason and entry.event_type in _REASONED else ""
    return RecordedEvent(entry.created_at, device_id, what, why, before, after)


def _text(entry: AuditLog, key: str) -> str:
    value = entry.details.get(key)
    return value if isinstance(value, str) else ""
