"""Admin: the people of the organisation, their teams, roles and sessions, OAuth clients, and the audit log."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from benchboard.i18n import N_, _
from benchboard.paging import Listing
from benchboard.ui.admin import admin_commands as admin_commands  # registers them
from benchboard.ui.commands import Handler, Handlers
from benchboard.ui.context import Context
from benchboard.ui.sections import Room, RoomView, SearchResult

if TYPE_CHECKING:
    from benchboard.ui.tasks import DatabaseSession

_MAX_RESULTS: Final = 8
"""Most people that the command palette lists for a search."""


def _people(context: Context) -> QWidget:
    from benchboard.ui.admin.people_view import PeopleView

    return PeopleView(context)


def _invitations(context: Context) -> QWidget:
    from benchboard.ui.admin.invitations_view import InvitationsView

    return InvitationsView(context)


def _teams(context: Context) -> QWidget:
    from benchboard.ui.admin.teams_view import TeamsView

    return TeamsView(context)


def _roles(context: Context) -> QWidget:
    from benchboard.ui.admin.roles_view import RolesView

    return RolesView(context)


def _clients(context: Context) -> QWidget:
    from benchboard.identity.permissions import has_permission
    from benchboard.identity.roles import denied_title
    from benchboard.ui.admin.clients_view import ClientsView
    from benchboard.ui.widgets import EmptyState

    if not has_permission(context.actor, "clients:read"):  # a role of one's own may open Admin without it
        return EmptyState("ph.prohibit", denied_title("clients:read"))
    return ClientsView(context)


def _sessions(context: Context) -> QWidget:
    from benchboard.ui.admin.sessions_view import SessionsView

    return SessionsView(context)


def _keys(context: Context) -> QWidget:
    from benchboard.ui.api_keys.keys_view import KeysView

    return KeysView(context, everyones=True)


def _audit(context: Context) -> QWidget:
    from benchboard.ui.admin.audit_view import AuditView

    return AuditView(context)


def _settings(context: Context) -> QWidget:
    from benchboard.identity.permissions import has_permission
    from benchboard.identity.roles import denied_title
    from benchboard.ui.admin.settings_view import AdminSettings
    from benchboard.ui.widgets import EmptyState

    if not has_permission(context.actor, "organisations:read"):
        return EmptyState("ph.prohibit", denied_title("organisations:read"))
    return AdminSettings(context)


def _handlers(context: Context) -> Handlers:
    """The commands of Admin that can be run from any room."""
    return {
        "admin.add_person": Handler(partial(context.go, "admin/people/add")),
        "admin.invite_person": Handler(partial(context.go, "admin/invitations/new"), has_key=False),
        "admin.revoke_sessions": Handler(partial(context.go, "admin/sessions"), has_key=False),
        "admin.view_audit_log": Handler(partial(context.go, "admin/audit")),
        "admin.verify_audit_log": Handler(partial(context.go, "admin/audit/!verify")),
        "admin.who_can": Handler(partial(context.go, "admin/roles/!who-can")),
        "admin.new_role": Handler(partial(context.go, "admin/roles/new")),
        "admin.new_team": Handler(partial(context.go, "admin/teams/new")),
        "admin.signing_keys": Handler(partial(context.go, "admin/clients/keys")),
        "admin.register_client": Handler(partial(context.go, "admin/clients/new")),
    }


def _search(context: Context, session: "DatabaseSession", text: str) -> Sequence[SearchResult]:
    """The first people with `text` in their names or addresses."""
    from benchboard.identity import users
    from benchboard.identity.permissions import has_permission

    if not has_permission(context.actor, "users:read"):
        return ()
    found = users.list_people(session, context.actor, Listing(text), limit=_MAX_RESULTS)
    return [SearchResult(one.name, f"admin/people/{one.id}", one.email, "ph.user", _("People")) for one in found.rows]


ROOM = Room(
    "admin",
    N_("Admin"),
    "ph.users",
    "admin:enter",
    (
        RoomView("people", N_("People"), _people),
        RoomView("invitations", N_("Invitations"), _invitations, N_("invite, join, onboarding")),
        RoomView("teams", N_("Teams"), _teams),
        RoomView(
            "roles",
            N_("Roles"),
            _roles,
            N_("permissions, who can, what if, compare roles, clone a role, access rights, authorization"),
        ),
        RoomView("sessions", N_("Sessions"), _sessions),
        RoomView("keys", N_("API keys"), _keys, N_("access tokens, automation, service accounts, credentials")),
        RoomView(
            "clients",
            N_("OAuth clients"),
            _clients,
            N_("applications, apps, OpenID Connect, OIDC, SSO, single sign-on, redirect URI, client secret"),
        ),
        RoomView("audit", N_("Audit log"), _audit),
        RoomView(
            "settings",
            N_("Settings"),
            _settings,
            N_("two-step sign-in, two-factor, MFA, 2FA, password policy, organisation, upkeep, clean up"),
        ),
    ),
    _handlers,
    _search,
)
