"""The details of a team: its people, and what they reach through it."""

from collections.abc import Mapping
from typing import Final

from benchboard.dashboards.access import reached_objects
from benchboard.dashboards.access.reached_objects import ObjectKind, ReachedObject, kind_title, object_level_title
from benchboard.errors import AppError, NotFound
from benchboard.i18n import _, ngettext, number
from benchboard.identity import teams
from benchboard.identity.permissions import has_permission
from benchboard.identity.roles import RESERVED, denied_title
from benchboard.identity.teams import TeamSummary
from benchboard.paging import Page
from benchboard.ui.admin import team_actions
from benchboard.ui.admin.access_tab import KIND_ICONS
from benchboard.ui.admin.admin_commands import TEAM_MENU
from benchboard.ui.admin.members_section import MembersSection
from benchboard.ui.admin.reach_rows import ReachRow
from benchboard.ui.command_menu import command_menu
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, Paragraph, Text, hairline
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.fields import row
from benchboard.ui.widgets.readable_rows import ReadableList
from benchboard.ui.window_commands import LIST

_SHARED_KINDS: Final[tuple[ObjectKind, ...]] = ("dashboard", "source")
"""What can be shared with a team."""
_MOST_SHOWN: Final = 50
_WATCHED: Final = frozenset(
    {"teams", "team_members", "users", "dashboards", "dashboard_team_shares", "data_sources", "data_source_grants"}
)
_Reading = tuple[TeamSummary, Mapping[ObjectKind, Page[ReachedObject]]]


class TeamPane(DetailPane):
    """Updates itself when the database changes; `show_team` sets the team."""

    def __init__(self, context: Context) -> None:
        super().__init__("team_detail")
        self._context = context
        self._team = TeamSummary("", "", "", ())
        self._team_id = ""
        self._head = DetailHeader(self.close_button(), icon="ph.users-three")
        self._slug = Text("", "mono", "secondary")
        self._head.line.addWidget(self._slug)
        self.head.addWidget(self._head)
        self.head.addWidget(hairline())
        rename = Button(
            _("Rename"), lambda: team_actions.rename(context, self, self._team), icon="ph.pencil-simple",
            name="team_rename",
        )  # fmt: skip
        self._more = Button("", self._open_more, icon="ph.dots-three", tip=_("More actions"), name="team_more")
        self._denied = "" if has_permission(context.actor, RESERVED) else denied_title(RESERVED)
        rename.disable(self._denied)
        line = row(rename, self._more)
        line.setContentsMargins(16, 12, 16, 12)
        line.addStretch(1)
        self.column.addLayout(line)
        self.column.addWidget(hairline())
        self._members = MembersSection(
            context, _("People"), "team", "team_id",
            lambda ids, _names: team_actions.add_people(context, self, self._team, ids),
            lambda ids, _names: team_actions.remove_people(context, self, self._team, ids),
        )  # fmt: skip
        self.column.addWidget(self._members)
        self._shared = {kind: _SharedSection(kind) for kind in _SHARED_KINDS}
        for section in self._shared.values():
            self.column.addWidget(hairline())
            self.column.addWidget(section)
        self.column.addStretch(1)
        context.changed.watch(self, _WATCHED, self.refresh)

    def _open_more(self) -> None:
        """Open the menu of what can be done with the team."""
        handlers = team_actions.handlers_for_team(self._context, self, self._team, self._denied)
        opened = command_menu(self, TEAM_MENU, handlers, scope=LIST, label=_("Actions"), name="team_menu")
        opened.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def show_team(self, team_id: str, known: TeamSummary | None = None) -> None:
        """Show this team: at once with the list's data, then with the database's."""
        self._team_id = team_id
        if known is not None:
            self._show_summary(known)
        self.refresh()

    def refresh(self) -> None:
        """Read the team again; what is shown stays until then."""
        team_id, actor = self._team_id, self._context.actor
        if not team_id:
            return

        def op(session: DatabaseSession) -> _Reading:
            return teams.get_team(session, actor, team_id), {
                kind: reached_objects.list_reached_by_team(session, actor, team_id, kind, limit=_MOST_SHOWN)
                for kind in _SHARED_KINDS
            }

        self._context.tasks.read(self, op, self._show_reading, self._on_failed)

    def _show_reading(self, reading: _Reading) -> None:
        team, shared = reading
        if team.id != self._team_id:
            return
        self._show_summary(team)
        for kind, section in self._shared.items():
            section.show_objects(shared[kind])

    def _show_summary(self, team: TeamSummary) -> None:
        self._team = team
        self._head.name.setText(team.name)
        self._head.below.setText(_("In commands"))
        self._head.below.setAccessibleName(_("In commands: {code}").format(code=team.slug))
        self._slug.setText(team.slug)
        none = _("No one is in this team.") if self._denied else _("No one is in this team yet. Add people above.")
        self._members.show_members(team.id, team.name, is_fixed=bool(self._denied), none=none, count=len(team.members))

    def _on_failed(self, error: AppError) -> None:
        if isinstance(error, NotFound):  # deleted, here or by another program: the list doesn't have it either
            self._team_id = ""
            self.closed.emit()
        else:
            self._context.problems.show(error)


class _SharedSection(DetailSection):
    """The objects of a kind that are shared with the team."""

    def __init__(self, kind: ObjectKind) -> None:
        title = _("Can reach: {kind}").format(kind=kind_title(kind).lower())
        self._count = Text("", "body", "muted")
        super().__init__(title, self._count)
        self._kind = kind
        self._rows, self._rest = ReadableList(title), Text("", "caption", "muted")
        none = {
            "dashboard": _("No dashboards are shared with this team. Their owners share them in Studio."),
            "source": _("No data source is restricted to this team."),
        }
        self._none = Paragraph(none[kind], "body", "muted")
        self.fill(self._rows, self._none, self._rest)

    def show_objects(self, page: Page[ReachedObject]) -> None:
        """Show these objects."""
        icon = KIND_ICONS[self._kind]
        rows = [
            ReachRow(one.name, object_level_title(one.level), "", icon=icon, name=f"shared_{one.id}")
            for one in page.rows
        ]
        self._rows.show_rows(rows)
        self._rows.setVisible(bool(rows))
        self._none.setVisible(not rows)
        more = page.next_key is not None
        self._count.setText("" if more else number(len(rows)))
        first = ngettext("Showing the first one.", "Showing the first {count}.", len(rows))
        self._rest.setText(first.format(count=number(len(rows))))
        self._rest.setVisible(more)
