"""`benchboard dashboard share|unshare|access`: who else may see or edit a dashboard."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from benchboard.cli.command_context import CommandContext, paging_options, with_context
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.options import CliCommand, Incomplete, RenamedOption
from benchboard.dashboards import library
from benchboard.dashboards.access import access_list, sharing
from benchboard.dashboards.access.access_list import AccessEntry
from benchboard.dashboards.access.dashboard_permissions import level_title
from benchboard.errors import NotFound
from benchboard.i18n import _, pgettext
from benchboard.paging import Listing


@click.command("share", cls=CliCommand)
@click.argument("which", metavar="DASHBOARD")
@click.argument("who", required=False)
@click.option(
    "--everyone",
    "--public",
    "public",
    cls=RenamedOption,
    is_flag=True,
    help="Share with everyone in the organisation, to view only.",
)
@click.option("--edit", is_flag=True, help="Let them edit it, instead of only view it.")
@with_context
def share(context: CommandContext, which: str, who: str | None, public: bool, edit: bool) -> None:
    """Share a dashboard with a person, a team or everyone.

    WHO is a person's email address or ID, or a team's short name or ID.

    \b
    Examples:
      benchboard dashboard share "Line 2" mert@example.com --edit
      benchboard dashboard share "Line 2" rig-12
      benchboard dashboard share "Line 2" --everyone
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
            with _everyone_has_an_option(who):
                to = sharing.get_candidate(session, context.actor, who)
            permission: sharing.SharePermission = "edit" if edit else "view"
            sharing.share(session, context.actor, card.id, to.kind, to.id, permission)
            sentence = _("{who} can edit “{name}”.") if edit else _("{who} can view “{name}”.")
            who, facts = to.name, {"kind": to.kind, "to": to.id, "permission": permission}
    context.report(
        sentence.format(who=who, name=card.name, organisation=context.actor.organisation), id=card.id, **facts
    )


@contextmanager
def _everyone_has_an_option(who: str) -> Iterator[None]:
    try:
        yield
    except NotFound as error:
        if who.casefold() == "everyone":
            error.do = _("To share with everyone, use --everyone in its place.")
        raise


@click.command("unshare", cls=CliCommand)
@click.argument("which", metavar="DASHBOARD")
@click.argument("who", required=False)
@click.option("--everyone", "--public", "public", cls=RenamedOption, is_flag=True, help="Stop sharing with everyone.")
@with_context
def unshare(context: CommandContext, which: str, who: str | None, public: bool) -> None:
    """Stop sharing a dashboard with a person, a team or everyone.

    WHO is a person's email address or ID, or a team's short name or ID.
    """
    _require_one_recipient(who, public=public)
    with context.database.change() as session:
        card = library.get_summary_matching(session, context.actor, which)
        shares = sharing.sharing_of(session, context.actor, card.id)
        if who is None:
            sharing.set_public(session, context.actor, card.id, public=False)
            sentence, remaining = _unshared_text(card.name, None, was_shared=shares.public), ""
        else:
            # No one can share with a disabled person any more, but their share can be revoked.
            to = next((share.to for share in shares.people if who in (share.to.id, share.to.email)), None)
            to = to or sharing.get_candidate(session, context.actor, who)
            sharing.unshare(session, context.actor, card.id, to.kind, to.id)
            was_shared = any(share.to.id == to.id for share in (*shares.people, *shares.teams))
            sentence = _unshared_text(card.name, to.name, was_shared=was_shared)
            remaining = access_list.remaining_access_text(session, context.actor, card.id, to)
            if not was_shared and not remaining:
                remaining = _("Nothing was changed.")
    context.report(f"{sentence} {remaining}".rstrip(), id=card.id)


def _unshared_text(name: str, who: str | None, *, was_shared: bool) -> str:
    """What was done; `who` is None for everyone."""
    if who is None:
        if was_shared:
            return _("“{name}” is no longer shared with everyone.").format(name=name)
        return _("“{name}” wasn't shared with everyone. Nothing was changed.").format(name=name)
    if was_shared:
        return _("“{name}” is no longer shared with {who}.").format(name=name, who=who)
    return _("“{name}” wasn't shared with {who} directly.").format(name=name, who=who)


@click.command("access", cls=CliCommand)
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
            "why": _grants
            if context.as_json
            else lambda entry: access_list.grants_text(entry.grants, yourself=entry.user_id == context.actor.user_id),
        },
        shown=("name", "email", "level", "why"),
        empty=empty_text(
            pgettext("no match", "people"),
            _("No one has access."),
            f"dashboard access {shlex.quote(which)}",
            search=search,
        ),
    )


def _grants(entry: AccessEntry) -> list[dict[str, str | None]]:
    return [{"reach": grant.source, "level": grant.level, "team": grant.team} for grant in entry.grants]


def _require_one_recipient(who: str | None, *, public: bool) -> None:
    if (who is None) != public:
        raise Incomplete(_("Specify a person or team, or use --everyone."))


COMMANDS: Final = (share, unshare, access)
