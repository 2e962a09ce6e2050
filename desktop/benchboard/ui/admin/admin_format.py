"""How Admin formats times, states and sessions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from benchboard.i18n import _, sentence_start
from benchboard.identity import users
from benchboard.identity.invitations import InvitationState, state_title
from benchboard.identity.permissions import program_title
from benchboard.identity.sessions import SessionRecord
from benchboard.identity.users import Person
from benchboard.ui.paged.paged_model import Column, Mark
from benchboard.ui.time_format import full_time, relative_time
from benchboard.ui.widgets.badges import Kind

Row = TypeVar("Row")


def state_mark(state: str) -> Mark:
    """An account's state as an icon and a word."""
    if state == "active":
        return Mark("ok", _("Active"))
    if state == "inactive":
        return Mark("error", _("Disabled"), "ph.prohibit")
    if state == "locked":
        return Mark("warn", _("Locked"), "ph.lock-simple")
    if state == users.NEEDS_TWO_STEP:
        return Mark("warn", _("Needs two-step"), "ph.shield-warning")
    if state == "deleted":
        return Mark("neutral", _("Deleted"), "ph.trash")
    return Mark("info", _("Invited"), "ph.envelope-simple")


def person_mark(person: Person) -> Mark:
    """The state of a person's account, whether failed tries lock the sign-in now, or whether two-step sign-in has to be
    set up at the next one."""
    locked = person.state == "active" and person.locked_until is not None and person.locked_until > datetime.now(UTC)
    if locked:
        return state_mark(users.LOCKED)
    return state_mark(users.NEEDS_TWO_STEP if person.needs_second_factor else person.state)


def undone_text(step: str) -> str:
    """What a toast says once something was undone, such as `new role “Auditor”`."""
    return _("Undone: {step}").format(step=step)


def quiet_mark(mark: Mark) -> Mark:
    """A state in a list, where the usual one has no colour but its mark's."""
    return replace(mark, kind="usual") if mark.kind == "ok" else mark


def time_column(key: str, title: str, time: Callable[[Row], datetime | None]) -> Column[Row]:
    """A column of relative times."""
    return Column(
        key,
        title,
        lambda row: sentence_start(relative_time(time(row))),
        sortable=True,
        tooltip=lambda row: full_time(time(row)),
        muted=True,
        spoken="titled",
        width=120,
    )


def session_origin(session: SessionRecord) -> str:
    """The program and the address of a session."""
    return ", ".join(part for part in (program_title(session.program), session.ip_address) if part)


def end_reason_mark(reason: str | None) -> Mark:
    """Why a session ended."""
    return {
        "revoked": Mark("error", _("Revoked"), "ph.prohibit"),
        "signed-out": Mark("neutral", _("Signed out"), "ph.sign-out"),
        "expired": Mark("neutral", _("Expired"), "ph.clock"),
        "deleted": Mark("error", _("Account deleted"), "ph.trash"),
    }.get(reason or "", Mark("neutral", reason or "–", "ph.sign-out"))


def invitation_mark(state: InvitationState) -> Mark:
    """The state of an invitation as an icon and a word."""
    kinds: dict[InvitationState, tuple[Kind, str]] = {
        "pending": ("info", "ph.envelope-simple"),
        "expired": ("neutral", "ph.clock"),
        "accepted": ("ok", ""),
    }
    kind, icon = kinds[state]
    return Mark(kind, state_title(state), icon) if icon else Mark(kind, state_title(state))
