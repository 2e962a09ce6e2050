"""The commands of Admin: their titles, icons and search terms, and the menus they are in."""

from typing import Final

from benchboard.i18n import N_
from benchboard.ui.commands import REGISTRY, SHELL, Command, CommandScope, MenuSection
from benchboard.ui.commands import CommandGroup as Group
from benchboard.ui.window_commands import LIST_VIEW

SESSIONS: Final = CommandScope("admin.sessions", LIST_VIEW)
"""The list of active sessions."""
INVITATIONS: Final = CommandScope("admin.invitations", LIST_VIEW)
"""The list of invitations."""
TEAMS: Final = CommandScope("admin.teams", LIST_VIEW)
"""The list of teams."""
ROLES: Final = CommandScope("admin.roles", SHELL)
"""The roles, with what is ticked and not saved."""
PEOPLE: Final = CommandScope("admin.people", LIST_VIEW)
"""The list of people, with the details of one."""

# fmt: off
REGISTRY.register(
    Command("admin.add_person", N_("Add person"), Group.PEOPLE, (), "ph.user-plus",
            N_("add user, invite, new user, create user, create account, member")),
    Command("admin.invite_person", N_("Invite person"), Group.INVITATIONS, (), "ph.envelope-simple",
            N_("invitation, invite user, invite code, onboard, join link")),
    Command("admin.resend_invitation", N_("Create a new code"), Group.INVITATIONS, (), "ph.arrows-clockwise"),
    Command("admin.revoke_invitation", N_("Revoke invitation"), Group.INVITATIONS, ("Del",), "ph.prohibit",
            N_("withdraw invitation, cancel invite"), INVITATIONS, danger=True),
    Command("admin.revoke_sessions", N_("Revoke sessions"), Group.SESSIONS, ("Del",), "ph.sign-out",
            N_("log out, sign out everyone, force sign-out, kick, end session, terminate, active sessions, "
               "disconnect"), SESSIONS, danger=True),
    Command("admin.revoke_all_sessions", N_("Revoke all sessions"), Group.PEOPLE, (), "ph.sign-out",
            N_("log out, sign out everyone, force sign-out, kick, end session, terminate, active sessions, "
               "disconnect"), danger=True),
    Command("admin.view_audit_log", N_("Open audit log"), Group.AUDIT, (), "ph.list-magnifying-glass",
            N_("audit trail, history, activity, events, who did what, logs, security, compliance")),
    Command("admin.verify_audit_log", N_("Verify audit log"), Group.AUDIT, (), "ph.circle-wavy-check",
            N_("check seals, integrity, tamper, tampering, hash chain, audit verification")),
    Command("admin.who_can", N_("Find out who can do something"), Group.PEOPLE, (), "ph.magnifying-glass",
            N_("who could, find a permission, who has access, permission search")),
    Command("admin.show_person", N_("Open person"), Group.PEOPLE, (), "ph.user"),
    Command("admin.edit_person", N_("Edit person"), Group.PEOPLE, ("F2",), "ph.pencil-simple",
            N_("change role, rename user, change email, department, teams, assign role, permissions, promote"), PEOPLE),
    Command("admin.set_password", N_("Set password"), Group.PEOPLE, (), "ph.lock-simple",
            N_("reset password, forgot password, change password, new password")),
    Command("admin.unlock_person", N_("Unlock sign-in"), Group.PEOPLE, (), "ph.lock-simple-open"),
    Command("admin.reset_second_factor", N_("Reset two-step sign-in"), Group.PEOPLE, (), "ph.shield",
            N_("MFA, 2FA, TOTP, second factor, authenticator, lost phone, recovery"), danger=True),
    Command("admin.activate_account", N_("Enable account"), Group.PEOPLE, (), "ph.check-circle"),
    Command("admin.disable_account", N_("Disable account"), Group.PEOPLE, (), "ph.prohibit", danger=True),
    Command("admin.hand_over", N_("Hand over what they own"), Group.PEOPLE, (), "ph.arrows-left-right",
            N_("transfer ownership, new owner, offboard, leaves, reassign dashboards, reassign dongles")),
    Command("admin.delete_person", N_("Delete person"), Group.PEOPLE, ("Del",), "ph.trash",
            N_("remove user, delete account, offboard, leaves"), PEOPLE, danger=True),
    Command("admin.new_role", N_("New role"), Group.ROLES, (), "ph.plus", N_("create role, custom role, permissions")),
    Command("admin.save_role", N_("Save role"), Group.ROLES, ("Ctrl+S",), "", "", ROLES),
    Command("admin.new_team", N_("New team"), Group.TEAMS, (), "ph.plus", N_("create team, group of people")),
    Command("admin.export_person_data", N_("Export their data"), Group.PEOPLE, (), "ph.download-simple",
            N_("personal data, GDPR, privacy, subject access request, data portability, ZIP")),
    Command("admin.erase_person", N_("Erase person"), Group.PEOPLE, (), "ph.eraser",
            N_("GDPR, privacy, right to be forgotten, anonymise, delete personal data, hard delete"), danger=True),
    Command("admin.rename_team", N_("Rename team"), Group.TEAMS, (), "ph.pencil-simple"),
    Command("admin.delete_team", N_("Delete team"), Group.TEAMS, ("Del",), "ph.trash", "", TEAMS, danger=True),
    Command("admin.register_client", N_("Register OAuth client"), Group.PEOPLE, (), "ph.app-window",
            N_("add application, new app, OpenID Connect, SSO")),
    Command("admin.signing_keys", N_("Show signing keys"), Group.PEOPLE, (), "ph.key",
            N_("JWK, JWKS, rotate keys, token signing, key rotation")),
    Command("admin.edit_client", N_("Edit client"), Group.PEOPLE, (), "ph.pencil-simple"),
    Command("admin.rotate_secret", N_("Rotate secret"), Group.PEOPLE, (), "ph.key",
            N_("new secret, renew secret, client secret")),
    Command("admin.disable_client", N_("Disable client"), Group.PEOPLE, (), "ph.prohibit", danger=True),
    Command("admin.enable_client", N_("Enable client"), Group.PEOPLE, (), "ph.check-circle"),
    Command("admin.delete_client", N_("Delete client"), Group.PEOPLE, (), "ph.trash", danger=True),
    Command("admin.restore_person", N_("Restore person"), Group.PEOPLE, (), "ph.arrow-counter-clockwise",
            N_("undelete, bring back")),
)
# fmt: on
PERSON_MENU: Final = "admin.person"
"""The context menu of people."""
SESSION_MENU: Final = "admin.session"
"""The context menu of sessions, and of audit log entries."""
INVITATION_MENU: Final = "admin.invitation"
"""The context menu of invitations."""
REGISTRY.register_menu(
    INVITATION_MENU, MenuSection(("admin.resend_invitation",)), MenuSection(("admin.revoke_invitation",))
)
TEAM_MENU: Final = "admin.team"
"""The context menu of teams."""
CLIENT_MENU: Final = "admin.client"
"""The context menu of OAuth clients."""
REGISTRY.register_menu(
    CLIENT_MENU,
    MenuSection(("admin.edit_client", "admin.rotate_secret")),
    MenuSection(("admin.enable_client", "admin.disable_client", "admin.delete_client")),
)
REGISTRY.register_menu(TEAM_MENU, MenuSection(("admin.rename_team",)), MenuSection(("admin.delete_team",)))
REGISTRY.register_menu(
    PERSON_MENU,
    MenuSection(("admin.edit_person", "admin.set_password", "admin.unlock_person", "admin.reset_second_factor")),
    MenuSection(("admin.view_audit_log", "admin.export_person_data", "admin.hand_over", "admin.activate_account")),
    MenuSection(
        (
            "admin.revoke_sessions",
            "admin.disable_account",
            "admin.delete_person",
            "admin.restore_person",
            "admin.erase_person",
        )
    ),
)
REGISTRY.register_menu(SESSION_MENU, MenuSection(("admin.show_person",)), MenuSection(("admin.revoke_sessions",)))
