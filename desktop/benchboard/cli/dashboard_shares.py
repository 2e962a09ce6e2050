"""`benchboard dashboard share|unshare|access`: who else may see or edit a dashboard."""

from typing import Final

import click

from benchboard.cli.command_context import CommandContext, paging_options, with_context
from benchboard.dashboards import library
from benchboard.dashboards.access import access_list, sharing
from benchboard.dashboards.access.access_list import AccessEntry
from benchboard.dashboards.access.dashboard_permissions import level_title
from benchboard.i18n import _
from benchboard.paging import Listing


@click.command("share")
@click.argument("which", metavar="DASHBOARD")
@click.argument("who", required=False)
@click.option("--public", is_flag=True, help="Share with everyone in the organisation, to view only.")
@click.option("--edit", is_flag=True, help="Let them edit it, instead of only view it.")
@with_context
def share(context: CommandContext, which: str, who: str | None, public: bool, edit: bool) -> None:
    """Share a dashboard with a person, a team or everyone.

    WHO is a person's email address or ID, or a team's short name or ID.

    \b
    Examples:
      benchboard dashboard share "Line 2" mert@example.com --edit
      benchboard dashboard share "Line 2" rig-12
      benchboard dashboard share "Line 2" --public
    """
    _require_one_recipient(who, public=public)
    if public and edit:
        raise click.UsageError(_("Everyone can only view. To let someone edit, specify a person or team."))
    with context.database.change() as session:
        card = library.get_summary_matching(session, context.actor, which)
        if who is None:
            sharing.set_public(session, context.actor, card.id, public=True)
            sentence = _("Everyone in {organisation} can view “{name}”.")
            facts: dict[str, object] = {"public": True}
        else:
            to = sharing.get_candidate(session, context.actor, who)
            permission: sharing.SharePermission = "edit" if edit else "view"
            sharing.share(session, context.actor, card.id, to.kind, to.id, permission)
            sentence = _("{who} can edit “{name}”.") if edit else _("{who} can view “{name}”.")
            who, facts = to.name, {"kind": to.kind, "to": to.id, "permission": permission}
    context.report(
        sentence.format(who=who, name=card.name, organisation=context.actor.organisation), id=card.id, **facts
    )


@click.command("unshare")
@click.argument("which", metavar="DASHBOARD")
@click.argument("who", required=False)
@click.option("--public", is_flag=True, help="Stop sharing with everyone.")
@with_context
def unshare(context: CommandContext, which: str, who: str | None, public: bool) -> None:
    """Stop sharing a dashboard with a person, a team or everyone.

    WHO is a person's email address or ID, or a team's short name or ID.
    """
    _require_one_recipient(who, public=public)
    with context.database.change() as session:
        card = library.get_summary_matching(session, context.actor, which)
        if who is None:
            sharing.set_public(session, context.actor, card.id, public=False)
            sentence = _("“{name}” is no longer shared with everyone.")
        else:
            people = [share.to for share in sharing.sharing_of(session, context.actor, card.id).people]
            # No one can share with a disabled person any more, but their share can be revoked.
            to = next((share for share in people if who in (share.id, share.email)), None)
            to = to or sharing.get_candidate(session, context.actor, who)
            sharing.unshare(session, context.actor, card.id, to.kind, to.id)
            who, sentence = to.name, _("“{name}” is no longer shared with {who}.")
    context.report(sentence.format(who=who, name=card.name), id=card.id)


@click.command("access")
@click.argument("which", metavar="DASHBOARD")
@click.option("--search", default="", help="Part of a name or email address.")
@paging_options
@with_context
def access(context: CommandContext, which: str, search: str, limit: int, after: str | None) -> None:
    """List who has access to a dashboard, and why."""
    with context.database.read() as session:
        card = library.get_summary_matching(session, context.actor, which)
        page = access_list.list_access(session, context.actor, card.id, Listing(search), after=after, limit=limit)
    context.list_page(
        page,
        {
            "user_id": lambda entry: entry.user_id,
            "name": lambda entry: entry.name,
            "email": lambda entry: entry.email,
            "level": lambda entry: entry.level if context.as_json else level_title(entry.level),
            "why": _grants if context.as_json else lambda entry: access_list.grants_text(entry.grants),
        },
        shown=("name", "email", "level", "why"),
        empty=_("No people found."),
    )


def _grants(entry: AccessEntry) -> list[dict[str, str | None]]:
    return [{"reach": grant.source, "level": grant.level, "team": grant.team} for grant in entry.grants]


def _require_one_recipient(who: str | None, *, public: bool) -> None:
    if (who is None) != public:
        raise click.UsageError(_("Specify a person or team, or use --public for everyone."))


COMMANDS: Final = (share, unshare, access)
