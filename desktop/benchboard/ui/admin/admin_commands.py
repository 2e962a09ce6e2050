"""The commands of Admin: their titles, icons and search terms."""

from benchboard.i18n import N_
from benchboard.ui.commands import REGISTRY, Command
from benchboard.ui.commands import CommandGroup as Group

# fmt: off
REGISTRY.register(
    Command("admin.add_person", N_("Add person"), Group.PEOPLE, (), "ph.user-plus",
            N_("add user, invite, new user, create user, create account, member")),
    Command("admin.revoke_sessions", N_("Revoke sessions"), Group.SESSIONS, (), "ph.sign-out",
            N_("log out, sign out everyone, force sign-out, kick, end session, terminate, active sessions, "
               "disconnect")),
    Command("admin.view_audit_log", N_("View audit log"), Group.AUDIT, (), "ph.list-magnifying-glass",
            N_("audit trail, history, activity, events, who did what, logs, security, compliance")),
)
# fmt: on
