"""An admin's actions on teams: each can be undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from benchboard.dashboards.access import reached_objects
from benchboard.i18n import _, ngettext, number
from benchboard.identity import teams
from benchboard.identity.teams import DeletedTeam, MembershipChange, TeamSummary
from benchboard.ui.admin.name_dialog import Entered, NameDialog
from benchboard.ui.admin.undoable import offer_undo
from benchboard.ui.commands import Handler, Handlers
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Confirm


def handlers_for_team(context: Context, owner: QWidget, team: TeamSummary, denied: str) -> Handlers:
    """The commands for a team; `denied` is why this person can't change teams."""

    def why_not() -> str:
        return denied

    return {
        "admin.rename_team": Handler(lambda: rename(context, owner, team), why_not),
        "admin.delete_team": Handler(lambda: delete(context, owner, team), why_not),
    }


def create(context: Context, owner: QWidget, done: Callable[[TeamSummary], object]) -> None:
    """Ask for the name of a new team."""

    def made(team: TeamSummary) -> None:
        offer_undo(
            context,
            owner,
            _("Team “{name}” created").format(name=team.name),
            _("new team “{name}”").format(name=team.name),
            lambda session: teams.delete_team(session, context.actor, team.id),
            lambda session, deleted: teams.restore_team(session, context.actor, deleted),
        )
        done(team)

    NameDialog(
        owner.window(),
        context,
        _("New team"),
        _("Create team"),
        lambda session, entered: teams.create_team(session, context.actor, name=entered.name),
        made,
    ).open()


def rename(context: Context, owner: QWidget, team: TeamSummary) -> None:
    """Ask for another name."""

    def op(session: DatabaseSession, entered: Entered) -> tuple[str, str]:
        before = teams.rename_team(session, context.actor, team.id, entered.name, seen=team.name)
        return before, entered.name

    def renamed(names: tuple[str, str]) -> None:
        before, now = names
        if before == now:
            return
        offer_undo(
            context,
            owner,
            _("Team renamed to “{name}”").format(name=now),
            _("new name “{name}” of the team “{before}”").format(name=now, before=before),
            lambda session: teams.rename_team(session, context.actor, team.id, before, seen=now),
            lambda session, _undone: teams.rename_team(session, context.actor, team.id, now, seen=before),
        )

    title = _("Rename the team “{name}”").format(name=team.name)
    NameDialog(owner.window(), context, title, _("Rename"), op, renamed, name=team.name).open()


@dataclass(frozen=True, slots=True)
class _Shared:
    """How many dashboards and data sources are shared with a team; at most 1,000 of each are counted."""

    dashboards: int
    sources: int


def delete(context: Context, owner: QWidget, team: TeamSummary) -> None:
    """Delete a team: if it has people or anything is shared with it, after a question that says so."""

    def restore(deleted: DeletedTeam) -> None:
        context.tasks.change(
            owner,
            lambda session: teams.restore_team(session, context.actor, deleted),
            lambda one: context.problems.toast(_("Team “{name}” restored").format(name=one.name), run),
        )

    def run() -> None:
        context.tasks.change(
            owner,
            lambda session: teams.delete_team(session, context.actor, team.id),
            lambda deleted: context.problems.toast(
                _("Team “{name}” deleted").format(name=team.name), lambda: restore(deleted)
            ),
        )

    def read(session: DatabaseSession) -> _Shared:
        dashboards, sources = (
            len(reached_objects.list_reached_by_team(session, context.actor, team.id, kind, limit=1000).rows)
            for kind in (reached_objects.KINDS[0], reached_objects.KINDS[1])
        )
        return _Shared(dashboards, sources)

    def ask(shared: _Shared) -> None:
        if not team.members and not shared.dashboards and not shared.sources:
            run()
            return
        people = ngettext("{count} person is in it.", "{count} people are in it.", len(team.members))
        dashboards = ngettext(
            "{count} dashboard is shared with it.", "{count} dashboards are shared with it.", shared.dashboards
        )
        sources = ngettext(
            "{count} data source is shared with it.", "{count} data sources are shared with it.", shared.sources
        )
        counted = ((people, len(team.members)), (dashboards, shared.dashboards), (sources, shared.sources))
        parts = [words.format(count=number(count)) for words, count in counted if count]
        text = " ".join((*parts, _("Nothing else is deleted. You can undo it.")))
        question = _("Delete the team “{name}”?").format(name=team.name)
        Confirm(owner.window(), question, text, act=_("Delete team"), keep=_("Keep team"), run=run).open()

    context.tasks.read(owner, read, ask)


def add_people(context: Context, owner: QWidget, team: TeamSummary, ids: Sequence[str]) -> None:
    """Put people into the team, and offer to undo it."""

    def done(change: MembershipChange) -> None:
        if change.changed:
            text = _("{names} is now in the team “{team}”").format(names=", ".join(change.changed), team=change.team)
            context.problems.toast(text, lambda: remove_people(context, owner, team, ids))

    context.tasks.change(owner, lambda session: teams.add_people(session, context.actor, team.id, ids), done)


def remove_people(context: Context, owner: QWidget, team: TeamSummary, ids: Sequence[str]) -> None:
    """Remove people from the team, and offer to undo it."""

    def done(change: MembershipChange) -> None:
        if change.changed:
            text = _("{names} is no longer in the team “{team}”")
            text = text.format(names=", ".join(change.changed), team=change.team)
            context.problems.toast(text, lambda: add_people(context, owner, team, ids))

    context.tasks.change(owner, lambda session: teams.remove_people(session, context.actor, team.id, ids), done)
