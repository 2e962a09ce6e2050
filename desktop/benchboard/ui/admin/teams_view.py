"""The teams of the organisation: a list with search, and beside it a team's people and what they reach through it."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, number, pgettext
from benchboard.identity import teams
from benchboard.identity.permissions import has_permission
from benchboard.identity.roles import RESERVED, denied_title
from benchboard.identity.teams import TeamSummary
from benchboard.paging import Listing, Page
from benchboard.ui.admin import team_actions
from benchboard.ui.admin.admin_commands import TEAM_MENU, TEAMS
from benchboard.ui.admin.list_with_detail import ListWithDetail
from benchboard.ui.admin.team_pane import TeamPane
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import REGISTRY, Handler, Handlers, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_export import ask_and_export
from benchboard.ui.paged.paged_model import Column, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import BannerPlace, Button, EmptyState, Toolbar, fill_column, search_field
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.window_commands import LIST_UNDO, undo_handlers

_CSV = ("id", "name", "slug", "members")


class TeamsView(QWidget):
    """Address: `admin/teams`, `admin/teams/<id>`."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._denied = "" if has_permission(context.actor, RESERVED) else denied_title(RESERVED)
        self._model: PagedTableModel[TeamSummary] = PagedTableModel(context.tasks, self._fetch, _columns(), self)
        self._toolbar = Toolbar(_("Teams"))
        self._search = search_field(self, "teams_search", _("Name"), self._searched, label=_("Filter teams"))
        self._toolbar.add(self._search)
        export = Button(_("Export CSV"), self._export, icon="ph.download-simple", name="teams_export")
        self._toolbar.add_right(export)
        self._toolbar.shorten(export)
        new = Button(_("New team"), self._create, kind="primary", icon="ph.plus", name="teams_new")
        new.disable(self._denied)
        self._toolbar.add_right(new)
        why = _("Dashboards and data sources can be shared with a whole team.")
        self._table = PagedTable(
            self._model,
            label=_("Teams"),
            name="teams_table",
            empty=EmptyState("ph.users-three", _("No teams yet"), _("New team"), self._create, why=why),
            no_match=NoMatch(pgettext("no match", "teams"), self._search.clear),
            ticks=False,
        )
        self._table.begin_with(new, export)
        self._detail = TeamPane(context)
        self._body = ListWithDetail(context, self._model, self._table, self._detail, self._detail.show_team)
        self.banner_place = BannerPlace()
        fill_column(self, self._toolbar, self.banner_place, self._body)
        self.setFocusProxy(self._table.view)
        self._table.menu_requested.connect(self._open_menu)
        delete = Handler(self._delete_current)
        install_shortcuts(self._table.view, TEAMS, {one.id: delete for one in REGISTRY.of_scope(TEAMS)})
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))
        context.changed.watch(self, {"teams", "team_members", "users"}, self.refresh)
        self._count()

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        return [self._toolbar, self._table, *([self._detail] if self._detail.isVisible() else [])]

    def open_route(self, rest: str) -> None:
        """Show one team, or the dialog for a new one."""
        if rest == "new":
            self._create()
        elif rest:
            self._body.open_row(rest)

    def refresh(self) -> None:
        self._model.refresh()
        self._count()

    def command_handlers(self) -> Handlers:
        """The commands for the team whose row is current."""
        team = self._table.current()
        return self._handlers(team) if team is not None else {}

    def _handlers(self, team: TeamSummary) -> Handlers:
        return team_actions.handlers_for_team(self._context, self, team, self._denied)

    def _fetch(self, session: DatabaseSession, listing: Listing, after: str | None, limit: int) -> Page[TeamSummary]:
        return teams.list_teams(session, self._context.actor, listing, after=after, limit=limit)

    def _searched(self, text: str) -> None:
        self._body.search(text)

    def _count(self) -> None:
        actor = self._context.actor
        self._body.count(lambda session: teams.count_teams(session, actor), self._toolbar)

    def _create(self) -> None:
        if self._denied:
            self._context.problems.refuse(self._denied)
        else:
            team_actions.create(self._context, self, lambda made: self._body.open_made(made, self._search))

    def _delete_current(self) -> None:
        """Delete the team whose row has the focus, after a question if people or shares are concerned."""
        self._table.take_ringed()
        if (team := self._table.current()) is None:
            return
        if self._denied:
            self._context.problems.refuse(self._denied)
        else:
            team_actions.delete(self._context, self, team)

    def _open_menu(self, team: TeamSummary, spot: QPoint) -> None:
        handlers = self._handlers(team)
        command_menu(self, TEAM_MENU, handlers, scope=TEAMS, label=_("Actions"), name="teams_menu").popup(spot)

    def _export(self) -> None:
        ask_and_export(self._context, self, self._model, self._fetch, _CSV, _("teams"))


def _columns() -> tuple[Column[TeamSummary], ...]:
    return (
        Column("name", _("Name"), lambda row: row.name, sortable=True, width=220, stretch=True),
        Column(
            "people",
            _("People"),
            lambda row: ", ".join(row.members) or "–",
            avatars=lambda row: row.members,
            tooltip=lambda row: ", ".join(row.members),
            spoken="titled",
            width=320,
            fits=True,
            stretch=True,
            most=640,
        ),
        Column("members", _("Members"), lambda row: number(len(row.members)), align_right=True, width=100),
        Column(
            "dashboards",
            _("Dashboards"),
            lambda row: number(row.dashboards),
            align_right=True,
            zero_muted=True,
            width=110,
        ),
        Column(
            "sources", _("Data sources"), lambda row: number(row.sources), align_right=True, zero_muted=True, width=120
        ),
    )
