"""`benchboard user …` and `benchboard session …`."""

import getpass
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from benchboard.cli import people_data, people_reach
from benchboard.cli.command_context import CommandContext, paging_options, sort_options, with_context
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.options import Choice, CliGroup, Incomplete, RenamedOption
from benchboard.dashboards.access import handing_over
from benchboard.errors import AppError, Invalid, NotFound
from benchboard.i18n import N_, _, ngettext, number, pgettext
from benchboard.identity import lockouts, own_password, person_changes, person_deletion, second_factor, sessions, users
from benchboard.identity.permissions import program_title
from benchboard.identity.person_changes import PersonFields
from benchboard.identity.roles import DEFAULT_ROLE, ROLES, role_title
from benchboard.identity.users import Person
from benchboard.paging import Listing, Page, Scalar

_PERSON: dict[str, Callable[[Any], object]] = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "email": lambda row: row.email,
    "role": lambda row: row.role,
    "own_roles": lambda row: list(row.own_roles),
    "state": lambda row: row.state,
    "last_seen": lambda row: row.last_seen,
    "sessions": lambda row: row.sessions,
}
_SORTS: Final = {
    "name": "name",
    "email": "email",
    "role": "role",
    "status": "state",
    "last-sign-in": "last_seen",
    "created": "created_at",
}
_SESSION: dict[str, Callable[[Any], object]] = {
    "id": lambda row: row.id,
    "person": lambda row: row.person,
    "email": lambda row: row.email,
    "host_name": lambda row: row.host_name,
    "program": lambda row: row.program,
    "ip_address": lambda row: row.ip_address,
    "started_at": lambda row: row.started_at,
    "last_used_at": lambda row: row.last_used_at,
    "ended_at": lambda row: row.ended_at,
    "end_reason": lambda row: row.end_reason,
}
_STATES: Final = {
    "active": N_("Active"),
    "inactive": N_("Disabled"),
    "pending": N_("Invited"),
    "deleted": N_("Deleted"),
}
_END_REASONS: Final = {
    "revoked": N_("Revoked"),
    "signed-out": N_("Signed out"),
    "expired": N_("Expired"),
    "deleted": N_("Account deleted"),
}


def _state_text(row: users.Person) -> str:
    title = _(_STATES.get(row.state, row.state))
    return f"{title}, {_('needs two-step')}" if row.needs_second_factor else title


_PERSON_TEXT = _PERSON | {
    "role": lambda row: ", ".join((role_title(row.role), *row.own_roles)),
    "own_roles": lambda row: ", ".join(row.own_roles),
    "state": _state_text,
    "last_seen": lambda row: row.last_seen or _("Never"),
}
_SESSION_TEXT = _SESSION | {
    "end_reason": lambda row: _(_END_REASONS.get(row.end_reason, row.end_reason or "")),
    "program": lambda row: program_title(row.program),
}
"""The texts in tables, as in the window; JSON has the values that options take."""


class _UserGroup(CliGroup):
    """A group whose `enable` scripts may still call by its old name, `activate`."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, "enable" if cmd_name == "activate" else cmd_name)


@click.group(cls=_UserGroup)
def user() -> None:
    """List, show, add, change, disable, unlock, delete and restore people, and show what they can reach."""


for _command in (*people_reach.COMMANDS, *people_data.COMMANDS):
    user.add_command(_command)


@user.command("list")
@click.option("--search", default="", help="Part of a name or email address.")
@click.option("--role", type=Choice(ROLES), help="Only people with this role.")
@click.option(
    "--status",
    "--state",
    "state",
    cls=RenamedOption,
    type=Choice(
        {
            "active": "active",
            "disabled": "inactive",
            "invited": "pending",
            "locked": "locked",
            users.NEEDS_TWO_STEP: users.NEEDS_TWO_STEP,
            "deleted": "deleted",
        }
    ),
    help="Only people with this status.",
)
@sort_options(_SORTS, "name")
@paging_options
@with_context
def list_users(
    context: CommandContext,
    search: str,
    role: str | None,
    state: str | None,
    sort: str,
    descending: bool,
    limit: int,
    after: str | None,
) -> None:
    """List your organisation's people."""
    filters: dict[str, Scalar] = {k: v for k, v in (("role", role), ("state", state)) if v is not None}
    with context.database.read() as session:
        page = users.list_people(
            session, context.actor, Listing(search, filters, sort, descending), after=after, limit=limit
        )
    context.list_page(
        page,
        _PERSON if context.as_json else _PERSON_TEXT,
        shown=("id", "name", "email", "role", "state", "last_seen", "sessions"),
        empty=empty_text(
            pgettext("no match", "people"),
            _("No people yet. Run “benchboard user add EMAIL”."),
            "user list",
            search=search,
            filters={
                "--role": role,
                "--status": {"inactive": "disabled", "pending": "invited"}.get(state or "", state),
            },
        ),
    )


@user.command("show")
@click.argument("who")
@with_context
def show_user(context: CommandContext, who: str) -> None:
    """Show one person.

    WHO is an email address or ID, also of a deleted account.
    """
    with context.database.read() as session:
        person = users.get_person_matching(session, context.actor, who, deleted=None)
    if context.as_json:
        context.report("", **{name: read(person) for name, read in _PERSON.items()})
    else:
        context.list_page(Page((person,)), _PERSON_TEXT, empty="")


@user.command("add")
@click.argument("email")
@click.option("--name", default="", help="Name; default: the part of EMAIL before the @.")
@click.option("--role", type=Choice(ROLES), default=DEFAULT_ROLE, show_default=True, help="Role of the person.")
@with_context
def add_user(context: CommandContext, email: str, name: str, role: str) -> None:
    """Add a person.

    On a shared server, the command asks for the person's password, or reads it from standard input. On this computer
    no one else signs in: people own dashboards, have access to them, and can be named with --as.

    \b
    Examples:
      benchboard user add ines@example.com --name "Ines Kaya" --role technician
      benchboard user add mert@example.com < password.txt
    """
    signs_in = context.workspace.location.kind == "server"
    given = _read_password() if signs_in and not sys.stdin.isatty() else None
    with context.database.read() as session:  # don't ask for a password, twice, for a person who can't be added
        users.require_addable(session, context.actor, email=email, name=name, role=role, password=given or None)
    password = _require_given(given) if given is not None else ask_password(confirm=True) if signs_in else None
    with context.database.change() as session:
        person = users.add_person(session, context.actor, email=email, name=name, role=role, password=password)
    added = _("Added {name}.").format(name=person.name)
    context.report(added if signs_in else f"{added} {users.local_account_sentence()}", id=person.id, email=person.email)


@user.command("change")
@click.argument("who")
@click.option("--name", help="New name.")
@click.option("--email", help="New email address, with which the person signs in from then on.")
@click.option("--department", help='New department; "" removes it.')
@click.option("--role", type=Choice(ROLES), help="New role. It applies to what the person does next.")
@with_context
def change_user(
    context: CommandContext, who: str, name: str | None, email: str | None, department: str | None, role: str | None
) -> None:
    """Change a person's name, email address, department or role.

    WHO is an email address or ID. For teams, see “benchboard team add”.

    \b
    Examples:
      benchboard user change ines@example.com --role technician
      benchboard user change mert@example.com --email mert.aydin@example.com --name "Mert Aydın"
    """
    if (name, email, department, role) == (None,) * 4:
        raise Incomplete(_("Specify what to change: --name, --email, --department or --role."))
    with context.database.change() as session:
        person = users.get_person_matching(session, context.actor, who)
        wanted = PersonFields(name, email, department, role)
        before = person_changes.change_person(session, context.actor, person.id, wanted)
        now = users.get_person(session, context.actor, person.id)
    titles = {"name": _("Name"), "email": _("Email"), "department": _("Department"), "role": _("Role")}
    changed = [field for field in titles if getattr(before, field) is not None]
    values = {"name": now.name, "email": now.email, "department": now.department or "", "role": role_title(now.role)}
    lines = [_("{field}: {value}").format(field=titles[one], value=values[one] or _("none")) for one in changed]
    done = _("Changed {name}. {changes}.").format(name=now.name, changes=", ".join(lines))
    same = _("Nothing to change: {name} is already like that.").format(name=now.name)
    context.report(done if changed else same, id=now.id, changed=changed)


@user.command("set-password")
@click.argument("who")
@with_context
def set_password(context: CommandContext, who: str) -> None:
    """Change a person's password on a shared server, and end their sessions.

    WHO is an email address or ID. The command asks for the password, or reads it from standard input. For your own
    password, which everyone may change, it first asks for the current one, and for a code if two-step sign-in is on,
    or reads them from standard input too, each on a line. Your two-step sign-in then stays on.
    """
    if who.casefold() in (context.actor.user_id, context.actor.email.casefold()):
        _change_own_password(context)
        return
    with context.database.read() as session:  # don't ask for a password for a person who can't get one
        person = users.get_person_matching(session, context.actor, who)
    _require_passwords(context)
    if person.id == context.actor.user_id:
        _change_own_password(context)
        return
    password = ask_password(confirm=True)
    with context.database.change() as session:
        ended = person_changes.set_password(session, context.actor, person.id, password)
    done = _("Set the password of {name}. {ended}").format(name=person.name, ended=_ended(ended))
    context.report(done, id=person.id, sessions_ended=ended)


def _require_passwords(context: CommandContext) -> None:
    if context.workspace.location.kind != "server":
        raise Invalid(
            "people.no-password",
            _("People don't sign in with a password on this computer."),
            do=_("Use --url to set a password on a shared server."),
        )


def _change_own_password(context: CommandContext) -> None:
    """Ask for the current password, a code if two-step sign-in is on, and the new password, in this order."""
    _require_passwords(context)
    actor = context.actor
    with context.database.read() as session:
        two_step = second_factor.own_state(session, actor).is_on
    current = ask_password(prompt=_("Current password: "))
    code = ask_code(second_factor.code_needed()) if two_step else ""
    new = ask_password(confirm=True, prompt=_("New password: "))
    ended = own_password.change(context.database, actor, password=current, new=new, code=code)
    context.report(
        _("Changed your password. {ended}").format(ended=_ended(ended)), id=actor.user_id, sessions_ended=ended
    )


@user.command("disable")
@click.argument("who", nargs=-1, required=True)
@with_context
def disable_user(context: CommandContext, who: tuple[str, ...]) -> None:
    """Disable people, and end their sessions.

    WHO is an email address or ID.
    """
    _set_state(context, who, "inactive")


@user.command("enable")
@click.argument("who", nargs=-1, required=True)
@with_context
def enable_user(context: CommandContext, who: tuple[str, ...]) -> None:
    """Enable disabled people.

    WHO is an email address or ID.
    """
    _set_state(context, who, "active")


def _set_state(context: CommandContext, who: tuple[str, ...], state: str) -> None:
    with context.database.change() as session:
        found = [users.get_person_matching(session, context.actor, person) for person in who]
        people = list({person.id: person for person in found}.values())
        count = users.set_state(session, context.actor, [person.id for person in people], state)
    context.report(_state_sentence(people, state), changed=count)


def _state_sentence(people: Sequence[Person], state: str) -> str:
    """What became of each of these people, who are as they were before they got this state."""
    changed = [person for person in people if person.state != state]
    sentences = []
    if changed:
        done = _("Disabled {names}.") if state == "inactive" else _("Enabled {names}.")
        sentences.append(done.format(names=", ".join(person.name for person in changed)))
        if state == "inactive":
            sentences.append(_ended(sum(person.sessions for person in changed)))
    already = _("{name} was already disabled.") if state == "inactive" else _("{name} was already enabled.")
    sentences += [already.format(name=person.name) for person in people if person not in changed]
    return " ".join(sentences)


def _keys_ended(count: int) -> str:
    return ngettext("{count} API key ended.", "{count} API keys ended.", count).format(count=count)


@user.command("hand-over")
@click.argument("who")
@click.option("--to", "new_owner", required=True, metavar="PERSON", help="The new owner: an email address or ID.")
@with_context
def hand_over(context: CommandContext, who: str, new_owner: str) -> None:
    """Move a person's dashboards and dongles to another owner.

    WHO is an email address or ID, also of a deleted account. What is in the trash goes too; their home page, favourites
    and API keys stay theirs.

    \b
    Example:
      benchboard user hand-over mert@example.com --to ines@example.com
    """
    with context.database.change() as session:
        giver = users.get_person_matching(session, context.actor, who, deleted=None)
        taker = users.get_person_matching(session, context.actor, new_owner)
        done = handing_over.hand_over(session, context.actor, giver.id, taker.id)
    dashboards, dongles = len(done.dashboards), len(done.dongles)
    told = _("{name} now owns what {giver} owned. Dashboards: {dashboards}. Dongles: {dongles}.")
    context.report(
        told.format(name=taker.name, giver=giver.name, dashboards=number(dashboards), dongles=number(dongles)),
        dashboards=dashboards,
        dongles=dongles,
    )


def _keys_back(count: int) -> str:
    return ngettext("{count} API key works again.", "{count} API keys work again.", count).format(count=count)


def _ended(count: int) -> str:
    if not count:
        return _("No sessions to end.")
    return ngettext("{count} session ended.", "{count} sessions ended.", count).format(count=count)


@user.command("delete")
@click.argument("who", nargs=-1, required=True)
@with_context
def delete_user(context: CommandContext, who: tuple[str, ...]) -> None:
    """Delete people's accounts, and end their sessions and API keys.

    What they own stays. “benchboard user restore WHO” undoes it, and lets those API keys work again. WHO is an email
    address or ID.
    """
    with context.database.change() as session:
        found = [users.get_person_matching(session, context.actor, person) for person in who]
        people = list({person.id: person for person in found}.values())
        ended = person_deletion.delete_people(session, context.actor, [person.id for person in people])
    done = _("Deleted {names}.").format(names=", ".join(person.name for person in people))
    told = [done, _ended(ended.sessions), *([_keys_ended(ended.keys)] if ended.keys else [])]
    context.report(" ".join(told), deleted=len(people), sessions_ended=ended.sessions, keys_ended=ended.keys)


@user.command("restore")
@click.argument("who", nargs=-1, required=True)
@with_context
def restore_user(context: CommandContext, who: tuple[str, ...]) -> None:
    """Restore deleted accounts, and let the API keys work again that ended with them.

    WHO is an email address, or an ID from “benchboard user list --status deleted”.
    """
    with context.database.change() as session:
        found = [users.get_person_matching(session, context.actor, one, deleted=True) for one in who]
        people = list({person.id: person for person in found}.values())
        restored = person_deletion.restore_people(session, context.actor, [person.id for person in people])
    done = _("Restored {names}.").format(names=", ".join(person.name for person in people))
    told = [done, *([_keys_back(restored.keys)] if restored.keys else [])]
    context.report(" ".join(told), restored=restored.people, keys_restored=restored.keys)


_LOCKOUT: Final[dict[str, Callable[[Any], object]]] = {
    "user_id": lambda row: row.user_id,
    "name": lambda row: row.name,
    "email": lambda row: row.email,
    "host_name": lambda row: row.computer,
    "failures": lambda row: row.failures,
    "locked_until": lambda row: row.until,
}


@user.command("locked")
@with_context
def list_locked(context: CommandContext) -> None:
    """List who can't sign in, on which computer and until when, after failed sign-ins."""
    with context.database.read() as session:
        found = lockouts.current_lockouts(session, context.actor)
    context.list_page(
        Page(found, None),
        _LOCKOUT,
        shown=("name", "email", "host_name", "failures", "locked_until"),
        empty=_("Nobody is locked."),
    )


@user.command("unlock")
@click.argument("who", nargs=-1, required=True)
@with_context
def unlock_user(context: CommandContext, who: tuple[str, ...]) -> None:
    """Unlock people whom failed sign-ins locked out.

    WHO is an email address or ID.
    """
    with context.database.change() as session:
        people = [users.get_person_matching(session, context.actor, one) for one in who]
        count = lockouts.unlock(session, context.actor, [person.id for person in people])
    text = ngettext("Unlocked {count} person.", "Unlocked {count} people.", count)
    context.report(text.format(count=count) if count else _("None of them was locked."), unlocked=count)


@user.command("reset-two-step")
@click.argument("who", nargs=-1, required=True)
@with_context
def reset_second_factor(context: CommandContext, who: tuple[str, ...]) -> None:
    """Reset people's two-step sign-in, as after the loss of a phone, and end their sessions.

    WHO is an email address or ID.
    """
    with context.database.change() as session:
        people = [users.get_person_matching(session, context.actor, one) for one in who]
        count = second_factor.reset(session, context.actor, [person.id for person in people])
    text = ngettext(
        "Reset two-step sign-in of {count} person.", "Reset two-step sign-in of {count} people.", count
    ).format(count=count)
    context.report(text if count else _("None of them has two-step sign-in."), reset=count)


@click.group(cls=CliGroup)
def session() -> None:
    """List and revoke sessions."""


@session.command("list")
@click.option("--user", "who", help="Only this person's sessions (email address or ID).")
@click.option(
    "--ended",
    is_flag=True,
    help=f"Sessions that ended in the last {sessions.REMEMBERED.days} days, instead of active ones.",
)
@click.option("--search", default="", help="Part of a computer's name, or of a person's name or email address.")
@paging_options
@with_context
def list_sessions(
    context: CommandContext, who: str | None, ended: bool, search: str, limit: int, after: str | None
) -> None:
    """List sessions, most recently used first."""
    with context.database.read() as session:
        filters: dict[str, Scalar] = {"ended": True} if ended else {}
        if who is not None:
            filters["user_id"] = users.get_person_matching(session, context.actor, who).id
        page = sessions.list_sessions(session, context.actor, Listing(search, filters), after=after, limit=limit)
    context.list_page(
        page,
        _SESSION if context.as_json else _SESSION_TEXT,
        shown=("id", "person", "host_name", "program", "last_used_at", "end_reason"),
        empty=empty_text(
            pgettext("no match", "ended sessions") if ended else pgettext("no match", "active sessions"),
            _("No sessions ended. To list active sessions, run “benchboard session list”.")
            if ended
            else _("No active sessions. To list ended ones, run “benchboard session list --ended”."),
            "session list --ended" if ended else "session list",
            search=search,
            filters={"--user": who},
        ),
    )


@session.command(
    "revoke",
    help=f"""Revoke sessions by ID, or all of one person's.

    Their windows sign out within {sessions.REVOKED_WITHIN_S} seconds.
    """,
)
@click.argument("ids", nargs=-1)
@click.option("--user", "who", help="Revoke all of this person's sessions (email address or ID).")
@with_context
def revoke(context: CommandContext, ids: tuple[str, ...], who: str | None) -> None:
    if bool(ids) == (who is not None):
        raise Incomplete(_("Specify session IDs, or a person with --user."))
    with context.database.change() as session:
        if who is not None:
            person = users.get_person_matching(session, context.actor, who)
            names: tuple[str, ...] = (person.name,)
            count = users.revoke_all(session, context.actor, [person.id])
        else:
            found = [one for text in ids if (one := sessions.find_open(session, context.actor, text))]
            names = sessions.people_of(session, context.actor, found)
            count = sessions.revoke_sessions(session, context.actor, found)
            if not count:
                raise NotFound(
                    "sessions.none",
                    _("None of these sessions are active."),
                    do=_("Use IDs from “benchboard session list”."),
                )
    text = ngettext("Revoked {count} session of {names}.", "Revoked {count} sessions of {names}.", count)
    if not count:
        # One's own session, with which the command runs, isn't revoked.
        own = who is not None and person.id == context.actor.user_id
        text = _("{names} has no other sessions to revoke.") if own else _("{names} has no sessions to revoke.")
    context.report(text.format(count=count, names=", ".join(names)), revoked=count)


def ask_code(asked: AppError) -> str:
    """The code of an authenticator app, or a recovery code; raises `asked` where standard input has no line of it."""
    if sys.stdin.isatty():
        typed = click.prompt(_("Code"), prompt_suffix=": ", err=True)
        return str(typed)
    code = sys.stdin.readline().strip()
    if not code:
        raise asked
    return code


def ask_password(*, confirm: bool = False, prompt: str = "") -> str:
    """A password typed unseen, or one line of standard input where that is no terminal."""
    if not sys.stdin.isatty():
        return _require_given(_read_password())
    try:
        typed = getpass.getpass(prompt or _("Password: "))
        again = getpass.getpass(_("Confirm password: ")) if confirm else typed
    except EOFError as error:
        raise click.Abort from error
    if again != typed:
        raise Invalid(
            "cli.password", _("The passwords don't match."), do=_("Enter the same password twice."), field="password"
        )
    return typed


def _read_password() -> str:
    """The first line of standard input; empty where there is none."""
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise Invalid(
            "cli.password",
            _("The password on standard input isn't UTF-8."),
            do=_("Save it as UTF-8 text, then try again."),
            field="password",
        ) from error


def _require_given(password: str) -> str:
    if not password:
        raise Invalid(
            "cli.password",
            _("No password given."),
            do=_(
                "Run the command in a terminal to type it, or send it to standard input, such as with < password.txt."
            ),
            field="password",
        )
    return password
