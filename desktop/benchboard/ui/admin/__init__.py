"""Admin: the people of the organisation, their sessions, and who did what."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from benchboard.i18n import N_, _
from benchboard.ui.context import Context
from benchboard.ui.rooms import Command, Place, Room


def _people(context: Context) -> QWidget:
    from benchboard.ui.admin.people import PeoplePlace

    return PeoplePlace(context)


def _sessions(context: Context) -> QWidget:
    from benchboard.ui.admin.sessions import SessionsPlace

    return SessionsPlace(context)


def _audit(context: Context) -> QWidget:
    from benchboard.ui.admin.trail import AuditPlace

    return AuditPlace(context)


def _commands(context: Context) -> Sequence[Command]:
    """What the palette offers of Admin."""
    return (
        Command(
            _("Add a person"),
            lambda: context.go("admin/people/add"),
            icon="ph.user-plus",
            words=N_("invite, new user, create account, member"),
        ),
        Command(
            _("Revoke sessions"),
            lambda: context.go("admin/sessions"),
            icon="ph.sign-out",
            words=N_("log out others, kick, end, sign out everybody"),
        ),
        Command(
            _("Look up who did what"),
            lambda: context.go("admin/audit"),
            icon="ph.list-magnifying-glass",
            words=N_("audit, history, trail, log, activity"),
        ),
    )


ROOM = Room(
    "admin",
    N_("Admin"),
    "ph.users",
    "admin:enter",
    (
        Place("people", N_("People"), _people),
        Place("sessions", N_("Sessions"), _sessions),
        Place("audit", N_("Audit"), _audit),
    ),
    _commands,
)
