"""How Admin formats times, states and sessions."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from benchboard.i18n import _
from benchboard.identity.permissions import program_title
from benchboard.identity.sessions import SessionRecord
from benchboard.ui.paged.paged_model import Column, Mark
from benchboard.ui.time_format import full_time, relative_time

Row = TypeVar("Row")


def state_mark(state: str) -> Mark:
    """An account's state as an icon and a word."""
    if state == "active":
        return Mark("ok", _("Active"))
    if state == "inactive":
        return Mark("error", _("Disabled"), "ph.prohibit")
    if state == "deleted":
        return Mark("neutral", _("Deleted"), "ph.trash")
    return Mark("info", _("Invited"), "ph.envelope-simple")


def time_column(key: str, title: str, time: Callable[[Row], datetime | None]) -> Column[Row]:
    """A column of relative times."""
    return Column(
        key,
        title,
        lambda row: relative_time(time(row)),
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
