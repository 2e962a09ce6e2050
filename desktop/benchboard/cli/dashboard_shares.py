"""`benchboard dashboard share|unshare|access`: who else may see or edit a dashboard."""

from typing import Final

import click

from benchboard.cli.command_context import Desk, at_desk, paged_options
from benchboard.dashboards import library
from benchboard.dashboards.access import effective_access, sharing
from benchboard.dashboards.access.effective_access import AccessEntry
from benchboard.i18n import _
from benchboard.paging import Listing

_PUBLIC: Final = click.option("--public", is_flag=True, help="Everyone in the organisation, view only.")


@click.command("share", short_help="Let somebody, a team or everybody in.")
@click.argument("which", metavar="DASHBOARD")
@click.argument("who", required=False)
@_PUBLIC
@click.option("--edit", is_flag=True, help="Grant edit access instead of view access.")
@at_desk
def share(desk: Desk, which: str, who: str | None, public: bool, edit: bool) -> None:
    """Share a dashboard with a person (email address or ID), a team (short name or ID) or everyone."""
    _require_one(who, public=public)
    if public and edit:
        raise click.UsageError(_("Public access is view only. To give edit access, specify a person or team."))
    with desk.database.change() as session:
        card = library.find(session, desk.actor, which)
        if who is None:
            sharing.set_public(session, desk.actor, card.id, public=True)
            told = _("Everyone in {organisation} can view “{name}”.")
            facts: dict[str, object] = {"public": True}
        else:
            to = sharing.find_candidate(session, desk.actor, who)
            permission: sharing.SharePermission = "edit" if edit else "view"
            sharing.share(session, desk.actor, card.id, to.kind, to.id, permission)
            told = _("{who} can edit “{name}”.") if edit else _("{who} can view “{name}”.")
            who, facts = to.name, {"kind": to.kind, "to": to.id, "permission": permission}
    desk.tell(told.format(who=who, name=card.name, organisation=desk.actor.organisation), id=card.id, **facts)


@click.command("unshare", short_help="Let somebody, a team or everybody in no longer.")
@click.argument("which", metavar="DASHBOARD")
@click.argument("who", required=False)
@_PUBLIC
@at_desk
def unshare(desk: Desk, which: str, who: str | None, public: bool) -> None:
    """Revoke access granted by “share”."""
    _require_one(who, public=public)
    with desk.database.change() as session:
        card = library.find(session, desk.actor, which)
        if who is None:
            sharing.set_public(session, desk.actor, card.id, public=False)
            told = _("“{name}” is no longer public.")
        else:
            people = [one.to for one in sharing.sharing_of(session, desk.actor, card.id).people]
            # Somebody disabled can be shared with no more, and still taken out.
            to = next((one for one in people if who in (one.id, one.email)), None)
            to = to or sharing.find_candidate(session, desk.actor, who)
            sharing.unshare(session, desk.actor, card.id, to.kind, to.id)
            who, told = to.name, _("“{name}” is no longer shared with {who}.")
    desk.tell(told.format(who=who, name=card.name), id=card.id)


@click.command("access", short_help="List who may see or edit a dashboard, and why.")
@click.argument("which", metavar="DASHBOARD")
@click.option("--search", default="", help="Part of a name or email address.")
@paged_options
@at_desk
def access(desk: Desk, which: str, search: str, limit: int, after: str | None) -> None:
    """List everyone with access to a dashboard, their effective permission and why."""
    with desk.database.read() as session:
        card = library.find(session, desk.actor, which)
        page = effective_access.list_access(session, desk.actor, card.id, Listing(search), after=after, limit=limit)
    desk.table(
        page,
        {
            "user_id": lambda one: one.user_id,
            "name": lambda one: one.name,
            "email": lambda one: one.email,
            "level": lambda one: one.level,
            "why": _ways if desk.as_json else _why,
        },
        shown=("name", "email", "level", "why"),
    )


def _ways(one: AccessEntry) -> list[dict[str, str | None]]:
    return [{"reach": way.reach, "level": way.level, "team": way.team} for way in one.ways]


def _why(one: AccessEntry) -> str:
    words = {
        "owner": _("owner"),
        "role": _("through their role"),
        "direct": _("shared directly"),
        "team": _("through {team}"),
        "public": _("public"),
    }
    return ", ".join(words[way.reach].format(team=way.team) for way in one.ways)


def _require_one(who: str | None, *, public: bool) -> None:
    if (who is None) != public:
        raise click.UsageError(_("Specify a person or team, or use --public."))


COMMANDS: Final = (share, unshare, access)
