"""`benchboard role …`."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import click

from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.options import Choice, CliGroup, Incomplete
from benchboard.i18n import _, ngettext
from benchboard.identity import role_changes, users
from benchboard.identity.role_changes import AssignmentChange, RoleFields, RoleSummary, WhatIf
from benchboard.identity.roles import ABILITIES, RESERVED, RULES, ability_title, in_order
from benchboard.paging import Page

_ROLE: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "short_name": lambda row: row.slug,
    "system": lambda row: row.is_system,
    "people": lambda row: row.people,
    "permissions": lambda row: [act for act in RULES if act in row.permissions],
}
_ROLE_TEXT: Final = _ROLE | {
    "system": lambda row: _("System role") if row.is_system else "",
    "permissions": lambda row: ", ".join(in_order(row.abilities)),
}


_PERMISSION: Final = Choice([acts[0] for acts in ABILITIES if acts[0] != RESERVED])


@click.group(cls=CliGroup)
def role() -> None:
    """List, create, change, compare and delete roles, and give them to people."""


@role.command("list")
@with_context
def list_roles(context: CommandContext) -> None:
    """List your organisation's roles, and how many people have each."""
    with context.database.read() as session:
        roles = role_changes.list_roles(session, context.actor)
    context.list_page(
        Page(roles),
        _ROLE if context.as_json else _ROLE_TEXT,
        shown=("name", "short_name", "people", "permissions"),
        empty="",
    )


@role.command("permissions")
@with_context
def list_permissions(context: CommandContext) -> None:
    """List the permissions that a role can have.

    A permission of this list stands for all that are in its row.
    """
    context.list_page(
        Page(ABILITIES),
        {
            "permission": lambda acts: acts[0],
            "allows": lambda acts: ability_title(acts[0]),
            "includes": lambda acts: list(acts[1:]) if context.as_json else ", ".join(acts[1:]),
        },
        empty="",
    )


@role.command("create")
@click.argument("name")
@click.option("--from", "based_on", metavar="ROLE", help="Begin with the permissions of this role.")
@click.option("--description", default="", help="What the role is for.")
@click.option(
    "--add",
    "added",
    type=_PERMISSION,
    multiple=True,
    metavar="PERMISSION",
    help="Add this permission; can be repeated.",
)
@click.option(
    "--remove", "removed", type=_PERMISSION, multiple=True, metavar="PERMISSION", help="Leave out this permission."
)
@with_context
def create_role(
    context: CommandContext,
    name: str,
    based_on: str | None,
    description: str,
    added: tuple[str, ...],
    removed: tuple[str, ...],
) -> None:
    """Create a role, as a clone of another one or from nothing.

    “benchboard role permissions” lists the permissions. A clone of the role Admin can't change people, teams and roles.

    \b
    Example:
      benchboard role create "Line lead" --from technician --add sources:read
    """
    with context.database.change() as session:
        base: frozenset[str] = frozenset()
        if based_on is not None:
            base = role_changes.clonable(role_changes.get_role(session, context.actor, based_on))
        made = role_changes.create_role(
            session, context.actor, name=name, description=description, abilities=(base | set(added)) - set(removed)
        )
    context.report(
        _("Created the role “{name}”. In commands, use its short name, {slug}.").format(name=made.name, slug=made.slug),
        id=made.id,
        short_name=made.slug,
    )


@role.command("change")
@click.argument("role")
@click.option("--name", help="New name.")
@click.option("--description", help="New description.")
@click.option(
    "--add",
    "added",
    type=_PERMISSION,
    multiple=True,
    metavar="PERMISSION",
    help="Add this permission; can be repeated.",
)
@click.option(
    "--remove", "removed", type=_PERMISSION, multiple=True, metavar="PERMISSION", help="Remove this permission."
)
@click.option("--dry-run", is_flag=True, help="Only show who would gain or lose what.")
@with_context
def change_role(
    context: CommandContext,
    role: str,
    name: str | None,
    description: str | None,
    added: tuple[str, ...],
    removed: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Change a role's name, description or permissions, and show who gains or loses what.

    ROLE is a short name, name or ID. It applies to what people do next.
    """
    if (name, description) == (None, None) and not added and not removed:
        raise Incomplete(_("Specify what to change: --name, --description, --add or --remove."))
    with context.database.change() as session:
        before = role_changes.get_role(session, context.actor, role)
        abilities = (before.abilities | set(added)) - set(removed)
        told = role_changes.preview(session, context.actor, before.id, abilities)
        fields = RoleFields(name, description, abilities)
        changed = RoleFields()
        if not dry_run:
            changed = role_changes.change_role(session, context.actor, before.id, fields)
    _report_change(context, before, changed, told, dry_run=dry_run)


def _report_change(
    context: CommandContext, role: RoleSummary, changed: RoleFields, told: WhatIf, *, dry_run: bool
) -> None:
    if dry_run:
        head = _("Nothing was changed: this is what changing the role “{name}” would do.")
    elif changed == RoleFields():
        head = _("Nothing to change: the role “{name}” is already like that.")
    else:
        head = _("Changed the role “{name}”.")
    context.report(
        "\n".join((head.format(name=role.name), *what_if_lines(told))),
        id=role.id,
        changed=not dry_run and changed != RoleFields(),
        gaining=told.gaining,
        losing=told.losing,
        unchanged=told.unchanged,
        gains=[{"id": one.user_id, "name": one.name, "permissions": list(one.abilities)} for one in told.gains],
        losses=[{"id": one.user_id, "name": one.name, "permissions": list(one.abilities)} for one in told.losses],
    )


def what_if_lines(told: WhatIf) -> list[str]:
    """Who gains and who loses what, a line each."""
    lines = []
    for head, sign, count, people in (
        (ngettext("{count} person gains:", "{count} people gain:", told.gaining), "+", told.gaining, told.gains),
        (ngettext("{count} person loses:", "{count} people lose:", told.losing), "−", told.losing, told.losses),
    ):
        if count:
            lines.append(head.format(count=count))
            lines += [f"  {sign} {one.name}: {', '.join(map(ability_title, one.abilities))}" for one in people]
        if count > len(people):
            lines.append("  " + _("and {count} more").format(count=count - len(people)))
    return lines


@role.command("compare")
@click.argument("role")
@click.argument("other")
@with_context
def compare_roles(context: CommandContext, role: str, other: str) -> None:
    """Show which permissions two roles have, and where they differ.

    ROLE and OTHER are short names, names or IDs.
    """
    with context.database.read() as session:
        one, two = (role_changes.get_role(session, context.actor, name) for name in (role, other))

    def has(which: RoleSummary) -> Callable[[Any], object]:
        return lambda acts: acts[0] in which.abilities if context.as_json else _mark(acts[0] in which.abilities)

    differs = _differs(one, two)
    context.list_page(
        Page(ABILITIES),
        {
            "permission": lambda acts: acts[0],
            one.slug: has(one),
            two.slug: has(two),
            "differs": lambda acts: acts[0] in differs if context.as_json else _mark(acts[0] in differs),
        },
        empty="",
    )


def _mark(present: bool) -> str:
    return _("Yes") if present else "–"


def _differs(one: RoleSummary, two: RoleSummary) -> Iterable[str]:
    return one.abilities ^ two.abilities


@role.command("delete")
@click.argument("role")
@with_context
def delete_role(context: CommandContext, role: str) -> None:
    """Delete a role of your organisation's own: those who have it lose it.

    ROLE is a short name, name or ID. System roles can't be deleted.
    """
    with context.database.change() as session:
        told = role_changes.preview(session, context.actor, role, ())
        deleted = role_changes.delete_role(session, context.actor, role)
    head = _("Deleted the role “{name}”.").format(name=deleted.role.name)
    context.report(
        "\n".join((head, *what_if_lines(told))), id=deleted.role.id, people=[one.user_id for one in deleted.holders]
    )


@role.command("add")
@click.argument("role")
@click.argument("who", nargs=-1, required=True)
@with_context
def add_people(context: CommandContext, role: str, who: tuple[str, ...]) -> None:
    """Add a role of your organisation's own to people, beside their system role.

    ROLE is a short name, name or ID; WHO an email address or ID. For a person's system role, see
    “benchboard user change”.
    """
    with context.database.change() as session:
        ids = [users.get_person_matching(session, context.actor, one).id for one in who]
        change = role_changes.add_people(session, context.actor, role, ids)
    done = _("Gave {names} the role “{role}”.")
    context.report(_result(change, done, _("{name} already has the role “{role}”.")), added=len(change.changed))


@role.command("remove")
@click.argument("role")
@click.argument("who", nargs=-1, required=True)
@with_context
def remove_people(context: CommandContext, role: str, who: tuple[str, ...]) -> None:
    """Remove a role of your organisation's own from people.

    ROLE is a short name, name or ID; WHO an email address or ID.
    """
    with context.database.change() as session:
        ids = [users.get_person_matching(session, context.actor, one).id for one in who]
        change = role_changes.remove_people(session, context.actor, role, ids)
    done = _("Took the role “{role}” from {names}.")
    context.report(_result(change, done, _("{name} doesn't have the role “{role}”.")), removed=len(change.changed))


def _result(change: AssignmentChange, done: str, needless: str) -> str:
    sentences = [done.format(names=", ".join(change.changed), role=change.role)] if change.changed else []
    sentences += [needless.format(name=name, role=change.role) for name in change.unchanged]
    return " ".join(sentences)
