"""An admin's actions on roles: each can be undone."""

from collections.abc import Callable, Container, Sequence
from itertools import count

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.identity import role_changes
from benchboard.identity.role_changes import AssignmentChange, DeletedRole, RoleFields, RoleSummary, WhatIf
from benchboard.ui.admin.name_dialog import Entered, NameDialog
from benchboard.ui.admin.undoable import offer_undo, only_changed
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Confirm


def create(
    context: Context,
    owner: QWidget,
    roles: Sequence[RoleSummary],
    base: RoleSummary | None,
    done: Callable[[RoleSummary], object],
) -> None:
    """Ask for a new role, as a clone of `base` unless another is chosen there."""
    known = {role.id: role for role in roles}
    bases = [("", _("None")), *((role.id, role.name) for role in roles)]

    def op(session: DatabaseSession, entered: Entered) -> RoleSummary:
        begun = known.get(entered.base)
        abilities = role_changes.clonable(begun) if begun is not None else frozenset[str]()
        return role_changes.create_role(
            session, context.actor, name=entered.name, description=entered.description, abilities=abilities
        )

    def made(role: RoleSummary) -> None:
        offer_undo(
            context,
            owner,
            _("Role “{name}” created").format(name=role.name),
            _("new role “{name}”").format(name=role.name),
            lambda session: role_changes.delete_role(session, context.actor, role.id),
            lambda session, deleted: role_changes.restore_role(session, context.actor, deleted),
        )
        done(role)

    title = _("New role") if base is None else _("Clone the role “{name}”").format(name=base.name)
    NameDialog(
        owner.window(),
        context,
        title,
        _("Create role"),
        op,
        made,
        name=_copy_name(base.name, {role.name for role in roles}) if base is not None else "",
        description="",
        bases=bases,
        base=base.id if base is not None else "",
    ).open()


def _copy_name(name: str, taken: Container[str]) -> str:
    """What a clone of the role `name` is called unless it is named otherwise: `Analyst copy`, then `Analyst copy 2`."""
    copied = _("{name} copy").format(name=name)
    return next(one for at in count(1) if (one := copied if at == 1 else f"{copied} {at}") not in taken)


def edit(context: Context, owner: QWidget, role: RoleSummary) -> None:
    """Ask for another name and description."""
    seen = RoleFields(role.name, role.description, None)

    def op(session: DatabaseSession, entered: Entered) -> tuple[RoleFields, RoleFields]:
        fields = RoleFields(entered.name.strip(), entered.description.strip())
        return role_changes.change_role(session, context.actor, role.id, fields, seen=seen), fields

    def changed(result: tuple[RoleFields, RoleFields]) -> None:
        before, now = result
        if before != RoleFields():
            text, step = _("Role “{name}” changed"), _("changes to the role “{name}”")
            named = before.name or now.name or ""
            _offer_undo_of_change(
                context, owner, role.id, before, now, text.format(name=now.name), step.format(name=named)
            )

    title = _("Edit the role “{name}”").format(name=role.name)
    NameDialog(
        owner.window(), context, title, _("Save changes"), op, changed, name=role.name, description=role.description
    ).open()


def save_permissions(
    context: Context, owner: QWidget, role: RoleSummary, abilities: frozenset[str], done: Callable[[], object]
) -> None:
    """Save what is ticked."""
    seen = RoleFields(abilities=role.abilities)

    def saved(before: RoleFields) -> None:
        done()
        if before != RoleFields():
            text = _("Permissions of “{name}” saved").format(name=role.name)
            step = _("changed permissions of “{name}”").format(name=role.name)
            _offer_undo_of_change(context, owner, role.id, before, RoleFields(abilities=abilities), text, step)

    context.tasks.change(
        owner,
        lambda session: role_changes.change_role(
            session, context.actor, role.id, RoleFields(abilities=abilities), seen=seen
        ),
        saved,
    )


def _offer_undo_of_change(
    context: Context, owner: QWidget, role_id: str, before: RoleFields, now: RoleFields, text: str, step: str
) -> None:
    """Say by `text` what was saved, and offer to bring the fields `before` back, unless somebody has changed them since
    they were saved as `now`. `step`: what is then said to be undone."""

    again = only_changed(now, before)
    offer_undo(
        context,
        owner,
        text,
        step,
        lambda session: role_changes.change_role(session, context.actor, role_id, before, seen=now),
        lambda session, _undone: role_changes.change_role(session, context.actor, role_id, again, seen=before),
    )


def delete(context: Context, owner: QWidget, role: RoleSummary) -> None:
    """Delete a role: if people have it, after a question that says who loses something."""

    def restore(deleted: DeletedRole) -> None:
        context.tasks.change(
            owner,
            lambda session: role_changes.restore_role(session, context.actor, deleted),
            lambda one: context.problems.toast(_("Role “{name}” restored").format(name=one.name), run),
        )

    def run() -> None:
        context.tasks.change(
            owner,
            lambda session: role_changes.delete_role(session, context.actor, role.id),
            lambda deleted: context.problems.toast(
                _("Role “{name}” deleted").format(name=role.name), lambda: restore(deleted)
            ),
        )

    def ask(told: WhatIf) -> None:
        if not role.people:
            run()
            return
        question = _("Delete the role “{name}”?").format(name=role.name)
        has = ngettext("{count} person has it.", "{count} people have it.", role.people)
        loses = ngettext("{count} of them loses something.", "{count} of them lose something.", told.losing)
        parts = [has.format(count=number(role.people))]
        parts += [loses.format(count=number(told.losing))] if told.losing else [_("None of them loses anything.")]
        text = " ".join((*parts, _("You can undo it.")))
        Confirm(owner.window(), question, text, act=_("Delete role"), keep=_("Keep role"), run=run).open()

    context.tasks.read(owner, lambda session: role_changes.preview(session, context.actor, role.id, ()), ask)


def add_people(context: Context, owner: QWidget, role: RoleSummary, ids: Sequence[str]) -> None:
    """Give people the role, and offer to undo it."""

    def done(change: AssignmentChange) -> None:
        if change.ids:
            text = _("{names} now has the role “{role}”").format(names=", ".join(change.changed), role=change.role)
            context.problems.toast(text, lambda: remove_people(context, owner, role, change.ids))

    context.tasks.change(owner, lambda session: role_changes.add_people(session, context.actor, role.id, ids), done)


def remove_people(context: Context, owner: QWidget, role: RoleSummary, ids: Sequence[str]) -> None:
    """Take the role from people, and offer to undo it."""

    def done(change: AssignmentChange) -> None:
        if change.ids:
            text = _("{names} no longer has the role “{role}”")
            text = text.format(names=", ".join(change.changed), role=change.role)
            context.problems.toast(text, lambda: add_people(context, owner, role, change.ids))

    context.tasks.change(owner, lambda session: role_changes.remove_people(session, context.actor, role.id, ids), done)
