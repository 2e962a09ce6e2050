"""`benchboard user reach` and `benchboard user who-can`: what a person can reach and why, and who can do a thing."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final

import click

from benchboard.cli.command_context import CommandContext, paging_options, with_context
from benchboard.cli.options import CliCommand, Incomplete
from benchboard.dashboards.access import reached_objects
from benchboard.dashboards.access.reached_objects import KINDS, ReachPath, object_level_title, paths_text
from benchboard.i18n import _
from benchboard.identity import reach, users
from benchboard.identity.reach import PermissionReach, PersonReach
from benchboard.identity.roles import RULES, scope_title
from benchboard.paging import Listing, Page

_MOST_OBJECTS: Final = 1000
"""Most objects of a kind that are read at once."""


@click.command("reach", cls=CliCommand)
@click.argument("who")
@with_context
def reach_of(context: CommandContext, who: str) -> None:
    """Show everything that a person can reach, and by which role, team or share.

    WHO is an email address or ID.
    """
    with context.database.read() as session:
        person = users.get_person_matching(session, context.actor, who)
        told = reach.get_reach(session, context.actor, person.id)
        rows = [_permission_row(one) for one in told.permissions if one.allowed]
        for kind in KINDS:
            after = None
            while True:
                page = reached_objects.list_reached(
                    session, context.actor, person.id, kind, after=after, limit=_MOST_OBJECTS
                )
                rows += [
                    {
                        "kind": kind,
                        "id": one.id,
                        "name": one.name,
                        "access": one.level,
                        "paths": [_path(path) for path in one.paths],
                        "access_text": object_level_title(one.level),
                        "paths_text": paths_text(one.paths),
                    }
                    for one in page.rows
                ]
                if (after := page.next_key) is None:
                    break
    columns: dict[str, Callable[[Any], object]] = {
        name: itemgetter(name) for name in ("kind", "id", "name", "access", "paths")
    }
    if not context.as_json:
        columns |= {"access": itemgetter("access_text"), "through": itemgetter("paths_text")}
    context.list_page(Page(tuple(rows)), columns, shown=("kind", "name", "access", "through"), empty=_nothing(told))


def _permission_row(one: PermissionReach) -> dict[str, object]:
    scope = one.scope or "organisation"
    return {
        "kind": "permission",
        "id": one.act,
        "name": one.act,
        "access": scope,
        "paths": [{"kind": "role", "name": role, "access": scope} for role in one.roles],
        "access_text": scope_title(scope),
        "paths_text": ", ".join(_("Role {name}").format(name=role) for role in one.roles),
    }


def _path(path: ReachPath) -> dict[str, str]:
    return {"kind": path.kind, "name": path.name, "access": path.level}


def _nothing(told: PersonReach) -> str:
    why = {"disabled": _("The account is disabled."), "deleted": _("The account is deleted.")}.get(told.ended or "", "")
    return f"{_('{name} can reach nothing.').format(name=told.name)} {why}".strip()


@click.command("who-can", cls=CliCommand)
@click.argument("permission", required=False)
@click.option("--dashboard", metavar="DASHBOARD", help="Who can open this dashboard (name or ID).")
@click.option("--source", metavar="SOURCE", help="Who can use this data source (name or ID).")
@click.option("--dongle", metavar="DONGLE", help="Who can see this dongle (name or ID).")
@click.option("--search", default="", help="Part of a name or email address.")
@paging_options
@with_context
def who_can(
    context: CommandContext,
    permission: str | None,
    dashboard: str | None,
    source: str | None,
    dongle: str | None,
    search: str,
    limit: int,
    after: str | None,
) -> None:
    """List who has a permission, or who can reach a dashboard, data source or dongle, and why.

    Disabled people are not listed: they can do nothing.

    \b
    Examples:
      benchboard user who-can dongles:pair
      benchboard user who-can --dashboard "Line 2"
    """
    objects = {"dashboard": dashboard, "source": source, "dongle": dongle}
    given = [(kind, text) for kind, text in objects.items() if text is not None]
    if len(given) + (permission is not None) != 1:
        message = _("Specify one: a permission, --dashboard, --source or --dongle. The permissions are: {values}.")
        raise Incomplete(message.format(values=", ".join(RULES)))
    listing = Listing(search)
    with context.database.read() as session:
        if permission is not None:
            holders = reach.list_holders(session, context.actor, permission, listing, after=after, limit=limit)
            page: Page[dict[str, object]] = holders.map(
                lambda one: _person_row(one, "", [_role_path(role) for role in one.roles])
            )
        else:
            ((kind, text),) = given
            wanted = next(one for one in KINDS if one == kind)
            found = reached_objects.get_object(session, context.actor, wanted, text)
            page = reached_objects.list_access_to(
                session, context.actor, wanted, found.id, listing, after=after, limit=limit
            ).map(lambda one: _person_row(one, one.level, list(one.paths)))
    columns: dict[str, Callable[[Any], object]] = {
        name: itemgetter(name) for name in ("id", "name", "email", "access", "paths")
    }
    shown = ["name", "email", "through"]
    if not context.as_json:
        columns |= {"access": itemgetter("access_text"), "through": itemgetter("paths_text")}
        shown = shown if permission is not None else ["name", "email", "access", "through"]
    context.list_page(
        page, columns, shown=shown, empty=_("No active person. To list everyone, run “benchboard user list”.")
    )


def _role_path(role: str) -> ReachPath:
    return ReachPath("role", "own", role)


def _person_row(one: Any, level: Any, paths: list[ReachPath]) -> dict[str, object]:
    return {
        "id": one.user_id,
        "name": one.name,
        "email": one.email,
        "access": level,
        "paths": [_path(path) if level else {"kind": path.kind, "name": path.name} for path in paths],
        "access_text": object_level_title(level) if level else "",
        "paths_text": paths_text(paths),
    }


COMMANDS: Final = (reach_of, who_can)
