"""An admin's actions on people and sessions, shared by all views: confirmed first, and undoable where possible."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from benchboard.dashboards.access import handing_over
from benchboard.dashboards.access.handing_over import Owned
from benchboard.i18n import _, ngettext, number
from benchboard.identity import lockouts, person_deletion, second_factor, sessions, users
from benchboard.identity.permissions import has_permission
from benchboard.identity.person_deletion import DeletionEffects, RestoredPeople
from benchboard.identity.roles import denied_title
from benchboard.identity.sessions import SessionRecord
from benchboard.identity.users import Person
from benchboard.ui.admin.edit_person_dialog import EditPersonDialog
from benchboard.ui.admin.erase_person_dialog import ErasePersonDialog
from benchboard.ui.admin.hand_over_dialog import HandOverDialog, owned_text
from benchboard.ui.admin.set_password_dialog import SetPasswordDialog
from benchboard.ui.commands import Handler
from benchboard.ui.context import Context
from benchboard.ui.person_data_export import export_person_data
from benchboard.ui.shell.change_password_dialog import change_own_password
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Confirm


def titles_for(*, several: bool) -> dict[str, str]:
    """The titles of the commands for one person, or for several, by the command's name."""
    if several:
        return {
            "revoke_sessions": _("Revoke sessions"),
            "activate_account": _("Enable accounts"),
            "disable_account": _("Disable accounts"),
        }
    return {
        "revoke_sessions": _("Revoke all sessions"),
        "activate_account": _("Enable account"),
        "disable_account": _("Disable account"),
    }


def why_no_changes(context: Context) -> str:
    """Why this person can't change people; empty if they can. Only Admin can, but others may look."""
    return "" if has_permission(context.actor, "users:write") else denied_title("users:write")


def why_no_rules(context: Context) -> str:
    """Why this person can't change the organisation; empty if they can."""
    return "" if has_permission(context.actor, "organisations:write") else denied_title("organisations:write")


def why_no_revoking(context: Context) -> str:
    """Why this person can't revoke others' sessions; empty if they can."""
    return "" if has_permission(context.actor, "sessions:revoke") else denied_title("sessions:revoke")


def handlers_for_people(context: Context, owner: QWidget, selected: Sequence[Person]) -> dict[str, Handler]:
    """The commands for one or several people. One person has those that the state of the account allows."""
    several, (first, *_others) = len(selected) > 1, selected
    titles = titles_for(several=several)
    if any(person.state == users.DELETED for person in selected):
        gone = [person for person in selected if person.state == users.DELETED]
        restore = Handler(partial(restore_people, context, owner, gone), lambda: why_no_changes(context))
        handed = {} if several else {"admin.hand_over": _hand_over_handler(context, owner, first)}
        if any(users.is_erased(person.id, person.email) for person in selected):
            restore = Handler(restore.run, lambda: _("An erased person can't be restored."))
        data = {} if several else _data_handlers(context, owner, first)
        return {"admin.restore_person": restore, **handed, **data}

    def change(state: str, name: str, why_not: str = "") -> Handler:
        why_not = why_not or why_no_changes(context)
        return Handler(partial(set_state, context, owner, selected, state), lambda: why_not, titles[name])

    handlers = {
        "admin.revoke_sessions": Handler(
            partial(revoke_all_after_confirm, context, owner, selected),
            lambda: why_no_revoking(context) if several else why_not_revoked(context, first),
            titles["revoke_sessions"],
        )
    }
    if several or first.state != "active":
        handlers["admin.activate_account"] = change("active", "activate_account")
    if several or first.state == "active":
        why_not = "" if several else why_not_disabled(context, first)
        handlers["admin.disable_account"] = change("inactive", "disable_account", why_not)
    handlers["admin.delete_person"] = Handler(
        partial(delete_people, context, owner, selected), lambda: _why_not_deleted(context, selected)
    )
    if not several:
        handlers |= _data_handlers(context, owner, first)
        handlers["admin.hand_over"] = _hand_over_handler(context, owner, first)
        handlers["admin.edit_person"] = Handler(
            partial(edit_person, context, owner, first), lambda: why_no_changes(context)
        )
        if takes_password(context, first):
            handlers["admin.unlock_person"] = Handler(
                partial(unlock, context, owner, [first]),
                lambda: (
                    why_no_changes(context) or ("" if first.locked_until is not None else _("Sign-in isn't locked."))
                ),
            )
            if first.has_second_factor:
                handlers["admin.reset_second_factor"] = Handler(
                    partial(reset_second_factor, context, owner, [first]), lambda: why_not_reset(context, first)
                )
            handlers["admin.set_password"] = Handler(
                partial(set_password, context, owner, first), lambda: why_no_changes(context)
            )
        handlers["admin.view_audit_log"] = Handler(
            partial(context.go, f"admin/audit/{first.id}"), title=_("View in audit log")
        )
    return handlers


def _data_handlers(context: Context, owner: QWidget, person: Person) -> dict[str, Handler]:
    """The commands for what is held about a person."""

    def why_not_erased() -> str:
        if not has_permission(context.actor, "users:erase"):
            return denied_title("users:erase")
        if person.id == context.actor.user_id:
            return _("You can't erase yourself.")
        return _("This person is erased already.") if users.is_erased(person.id, person.email) else ""

    may_export = has_permission(context.actor, "users:export") or person.id == context.actor.user_id
    return {
        "admin.export_person_data": Handler(
            partial(export_person_data, context, owner, person.id, person.name),
            lambda: "" if may_export else denied_title("users:export"),
        ),
        "admin.erase_person": Handler(
            lambda: ErasePersonDialog(owner.window(), context, person).open(), why_not_erased
        ),
    }


def _hand_over_handler(context: Context, owner: QWidget, person: Person) -> Handler:
    return Handler(
        lambda: HandOverDialog(owner.window(), context, person, owner).open(), lambda: why_not_handed_over(context)
    )


def why_not_handed_over(context: Context) -> str:
    """Why this person can't make somebody the owner of what another owns; empty if they can."""
    may = has_permission(context.actor, "dashboards:manage")
    return why_no_changes(context) or ("" if may else denied_title("dashboards:manage"))


def edit_person(context: Context, owner: QWidget, person: Person) -> None:
    """Open the dialog that changes this person."""
    EditPersonDialog(owner.window(), context, person, owner).open()


def unlock(context: Context, owner: QWidget, people: Sequence[Person]) -> None:
    """Let people sign in again whom failed tries locked out."""
    (person, *_others), actor = people, context.actor

    def done(count: int) -> None:
        text = _("{name} can sign in again.") if count else _("{name} wasn't locked any more.")
        context.problems.toast(text.format(name=person.name))

    context.tasks.change(owner, lambda session: lockouts.unlock(session, actor, [person.id for person in people]), done)


def reset_second_factor(context: Context, owner: QWidget, people: Sequence[Person]) -> None:
    """Turn off a person's two-step sign-in after confirmation."""
    (person, *_others), actor = people, context.actor
    text = _(
        "{name} is signed out everywhere {within}, and then signs in with the password alone, or sets it up again "
        "where it is required. {lost}"
    )
    done = _("Two-step sign-in of {name} was reset.").format(name=person.name)

    def reset() -> None:
        context.tasks.change(
            owner,
            lambda session: second_factor.reset(session, actor, [person.id]),
            lambda _count: context.problems.toast(done),
        )

    Confirm(
        owner.window(),
        _("Reset two-step sign-in of {name}?").format(name=person.name),
        text.format(name=person.name, within=revoked_within(), lost=_unsaved_warning()),
        act=_("Reset two-step sign-in"),
        keep=_("Cancel"),
        run=reset,
    ).open()


def why_not_reset(context: Context, person: Person) -> str:
    """Why this person's two-step sign-in can't be reset; empty if it can."""
    if person.id == context.actor.user_id:
        return _("Turn off your own in Settings → This session: it asks for your password and a code.")
    return why_no_changes(context)


def takes_password(context: Context, person: Person) -> bool:
    """Whether the person signs in with a password: on a shared server."""
    return context.workspace.location.kind == "server" and person.account_type != "DEMO"


def set_password(context: Context, owner: QWidget, person: Person) -> None:
    """Open the dialog that sets this person's password; for one's own, the one that asks for the current one too."""
    if person.id == context.actor.user_id:
        change_own_password(context, owner)
        return
    SetPasswordDialog(owner.window(), context, person).open()


def why_not_disabled(context: Context, person: Person) -> str:
    """Why this account can't be disabled; empty if it can."""
    is_own = person.id == context.actor.user_id
    return _("You can't disable your own account.") if is_own else why_no_changes(context)


def why_not_revoked(context: Context, person: Person) -> str:
    """Why there is nothing to revoke of this person's sessions, of which this window's stays; empty if there is."""
    if denied := why_no_revoking(context):
        return denied
    is_own = person.id == context.actor.user_id
    if person.sessions > is_own:
        return ""
    return _("You have no other sessions to revoke.") if is_own else _("There are no sessions to revoke.")


def why_not_bulk(context: Context, selected: Sequence[Person]) -> dict[str, str]:
    """Why the commands for these people can't be run, by the command's name; empty where they can be."""
    denied, no_revoking = why_no_changes(context), why_no_revoking(context)
    if denied:
        return {"revoke_sessions": no_revoking, "activate_account": denied, "disable_account": denied}
    others = [person for person in selected if person.id != context.actor.user_id]
    can_disable = any(person.state == "active" for person in others)
    own = _("You can't disable your own account.")
    return {
        "revoke_sessions": "" if any(map(_has_sessions, selected)) else _("There are no sessions to revoke."),
        "activate_account": ""
        if any(person.state != "active" for person in selected)
        else _("All selected accounts are enabled."),
        "disable_account": ""
        if can_disable
        else own
        if any(person.state == "active" for person in selected)
        else _("None of the selected accounts is enabled."),
    }


def _has_sessions(person: Person) -> bool:
    return person.sessions > 0


def set_state(context: Context, owner: QWidget, selected: Sequence[Person], state: str) -> None:
    """Disable (`inactive`) or activate people, and offer to undo it."""
    changed = [person for person in selected if person.state != state]
    if state == "inactive" and any(person.id == context.actor.user_id for person in changed):
        changed = [person for person in changed if person.id != context.actor.user_id]
        context.problems.notice(
            _("Your account stays active: you can't disable yourself."),
            _("Only another admin can."),
            key="people.self",
            with_page=True,
        )
    if not changed:
        return
    ids = [person.id for person in changed]

    before = {person.id: person.state for person in changed}

    def undo() -> None:
        context.tasks.change(
            owner,
            lambda session: users.restore_states(session, context.actor, before),
            lambda _count: context.problems.toast(_restored_sentence(changed), run),
        )

    def run() -> None:
        context.tasks.change(
            owner,
            lambda session: users.set_state(session, context.actor, ids, state),
            lambda _count: context.problems.toast(_state_sentence(changed, state), undo),
        )

    run()


def _why_not_deleted(context: Context, selected: Sequence[Person]) -> str:
    """Why these accounts can't be deleted; empty if they can."""
    is_own = any(person.id == context.actor.user_id for person in selected)
    return _("You can't delete your own account.") if is_own else why_no_changes(context)


def delete_people(context: Context, owner: QWidget, selected: Sequence[Person]) -> None:
    """Delete accounts, after a question if that ends something or leaves something behind, and offer to undo it."""
    if why := _why_not_deleted(context, selected):
        context.problems.refuse(why)
        return
    ids = [person.id for person in selected]

    def count(session: DatabaseSession) -> tuple[DeletionEffects, Owned]:
        effects = person_deletion.count_effects(session, context.actor, ids)
        return effects, handing_over.count_owned(session, context.actor, ids)

    def ask(effects: DeletionEffects, owned: Owned) -> None:
        if not effects.sessions and not effects.keys and owned == Owned(0, 0):
            _delete_now(context, owner, selected)
            return
        question = _("Delete {name}?").format(name=selected[0].name)
        if len(selected) > 1:
            question = _("Delete {count} people?").format(count=len(selected))
        act, keep, run = _("Delete"), _("Cancel"), partial(_delete_now, context, owner, selected)
        Confirm(owner.window(), question, _consequences(effects, owned), act=act, keep=keep, run=run).open()

    context.tasks.read(owner, count, lambda counted: ask(*counted))


def _consequences(effects: DeletionEffects, owned: Owned) -> str:
    told = []
    if effects.sessions:
        ended = ngettext("{count} session ends {within}.", "{count} sessions end {within}.", effects.sessions)
        told.append(ended.format(count=number(effects.sessions), within=revoked_within()))
    if effects.keys:
        ended = ngettext("{count} API key ends.", "{count} API keys end.", effects.keys)
        told.append(ended.format(count=number(effects.keys)))
    if what := owned_text(owned):
        stays = _("They own {what}: that stays, and “Hand over what they own” in the menu gives it to somebody else.")
        told.append(stays.format(what=what))
    told.append(_("They can be restored."))
    if effects.keys:
        told.append(_("Their API keys then work again."))
    return " ".join(told)


def _delete_now(context: Context, owner: QWidget, selected: Sequence[Person]) -> None:
    ids = [person.id for person in selected]
    done = _("{name} deleted").format(name=selected[0].name)
    if len(selected) > 1:
        done = _("{count} people deleted").format(count=len(selected))
    context.tasks.change(
        owner,
        lambda session: person_deletion.delete_people(session, context.actor, ids),
        lambda _ended: context.problems.toast(done, partial(restore_people, context, owner, selected)),
    )


def restore_people(context: Context, owner: QWidget, selected: Sequence[Person]) -> None:
    """Restore deleted accounts, and offer to undo that."""
    ids = [person.id for person in selected]
    done = _("{name} restored").format(name=selected[0].name)
    if len(selected) > 1:
        done = _("{count} people restored").format(count=len(selected))

    def tell(restored: RestoredPeople) -> None:
        told = done
        if restored.keys:
            keys = ngettext("{count} API key works again.", "{count} API keys work again.", restored.keys)
            told = f"{done}. {keys.format(count=number(restored.keys))}"
        context.problems.toast(told, partial(_delete_now, context, owner, selected))

    context.tasks.change(owner, lambda session: person_deletion.restore_people(session, context.actor, ids), tell)


def revoke_all_after_confirm(context: Context, owner: QWidget, selected: Sequence[Person]) -> None:
    """Revoke every session of these people after confirmation."""
    count = sum(person.sessions for person in selected)
    if not count:
        context.problems.refuse(_("There are no active sessions to revoke."))
        return
    ids = [person.id for person in selected]
    if len(selected) == 1:
        sentence = _("{name} will be signed out everywhere {within}. {lost}")
    else:
        sentence = _("{count} people will be signed out everywhere {within}. {lost}")
    _confirm(
        owner,
        count,
        sentence.format(name=selected[0].name, count=len(selected), within=revoked_within(), lost=_unsaved_warning())
        + _own_window_note(context, ids),
        lambda: context.tasks.change(
            owner,
            lambda session: users.revoke_all(session, context.actor, ids),
            lambda ended: context.problems.toast(_ended_sentence(ended)),
        ),
    )


def revoke_without_two_step_after_confirm(context: Context, owner: QWidget, people: int) -> None:
    """Revoke the sessions of the people of whom two-step sign-in is required and who haven't set it up, after
    confirmation; `people`: how many of them are signed in."""
    consequences = ngettext(
        "{count} person without two-step sign-in will be signed out everywhere {within}, and sets it up when signing "
        "in again. {lost}",
        "{count} people without two-step sign-in will be signed out everywhere {within}, and set it up when they sign "
        "in again. {lost}",
        people,
    )
    Confirm(
        owner.window(),
        _("Revoke their sessions?"),
        consequences.format(count=number(people), within=revoked_within(), lost=_unsaved_warning()),
        act=_("Revoke"),
        keep=_("Cancel"),
        run=lambda: context.tasks.change(
            owner,
            lambda session: sessions.end_without_two_step(session, context.actor),
            lambda ended: context.problems.toast(_ended_sentence(ended)),
        ),
    ).open()


def revoke_after_confirm(context: Context, owner: QWidget, selected: Sequence[SessionRecord]) -> None:
    """Revoke these sessions after confirmation."""
    if not selected:
        return
    if denied := why_no_revoking(context):
        context.problems.refuse(denied)
        return
    ids = [session.id for session in selected]
    if len(selected) == 1 and selected[0].mine:
        sentence = _("This is the window you're using: you will be signed out here {within}. {lost}").format(
            within=revoked_within(), lost=_unsaved_warning(here=True)
        )
    elif len(selected) == 1:
        sentence = _("{name} will be signed out on {host} {within}. {lost}")
        sentence = sentence.format(
            name=selected[0].person,
            host=selected[0].host_name or "?",
            within=revoked_within(),
            lost=_unsaved_warning(),
        )
    else:
        sentence = _("{count} sessions will end {within}. {lost}").format(
            count=len(ids), within=revoked_within(), lost=_unsaved_warning()
        )
    mine = any(session.mine for session in selected)
    if mine and len(selected) > 1:
        sentence += " " + _("One of them is the window you're using: you will be signed out too.")
    _confirm(
        owner,
        len(ids),
        sentence,
        lambda: context.tasks.change(
            owner,
            lambda session: sessions.revoke_sessions(session, context.actor, ids),
            lambda ended: context.problems.toast(_ended_sentence(ended)),
        ),
        own=mine and len(selected) == 1,
    )


def _confirm(owner: QWidget, count: int, consequences: str, run: Callable[[], object], *, own: bool = False) -> None:
    """`own`: the only session is that of this window."""
    question = ngettext("Revoke {count} session?", "Revoke {count} sessions?", count).format(count=number(count))
    act = ngettext("Revoke {count} session", "Revoke {count} sessions", count).format(count=number(count))
    keep = ngettext("Keep session", "Keep sessions", count)
    if own:
        question, act, keep = _("Sign yourself out?"), _("Sign out"), _("Stay signed in")
    Confirm(owner.window(), question, consequences, act=act, keep=keep, run=run).open()


def revoked_within() -> str:
    """How soon revoked sessions end, for the middle of a sentence."""
    seconds = sessions.REVOKED_WITHIN_S
    return ngettext("within {count} second", "within {count} seconds", seconds).format(count=seconds)


def _unsaved_warning(*, here: bool = False) -> str:
    if here:
        return _(
            "Text that you are still typing, and bit timing that isn't written to a dongle yet, will be lost. You can "
            "sign in again right away."
        )
    return _(
        "Dashboards there are saved as they are edited; text that is still being typed, and bit timing that isn't "
        "written to a dongle yet, will be lost. Signing in again is possible right away."
    )


def _own_window_note(context: Context, ids: Sequence[str]) -> str:
    return " " + _("This window stays signed in.") if context.actor.user_id in ids else ""


def _ended_sentence(count: int) -> str:
    return ngettext("{count} session revoked", "{count} sessions revoked", count).format(count=count)


def _restored_sentence(before: Sequence[Person]) -> str:
    (state, *others) = {person.state for person in before}
    if state in ("active", "inactive") and not others:
        return _state_sentence(before, state)
    if len(before) == 1:
        return _("{name} is invited again").format(name=before[0].name)
    return _("Status of {count} people restored").format(count=len(before))


def _state_sentence(changed: Sequence[Person], state: str) -> str:
    signed_out = any(person.sessions for person in changed)
    if len(changed) == 1:
        disabled = _("{name} disabled and signed out") if signed_out else _("{name} disabled")
        sentence = disabled if state == "inactive" else _("{name} enabled")
        return sentence.format(name=changed[0].name)
    if state == "inactive":
        disabled = _("{count} people disabled and signed out") if signed_out else _("{count} people disabled")
        return disabled.format(count=len(changed))
    return _("{count} people enabled").format(count=len(changed))
