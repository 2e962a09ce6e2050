"""The tab of a person's details that says what the person can reach, and by which paths."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.csv_text import csv_bytes
from benchboard.dashboards.access import reached_objects
from benchboard.dashboards.access.reached_objects import (
    KINDS,
    ObjectKind,
    ReachedObject,
    kind_title,
    object_level_title,
    paths_text,
)
from benchboard.errors import AppError, NotFound
from benchboard.i18n import _, ngettext, number, sentence_start
from benchboard.identity import reach
from benchboard.identity.reach import PermissionReach, PersonReach
from benchboard.identity.roles import ABILITIES, ability_title, scope_title
from benchboard.paging import Page
from benchboard.ui.admin.reach_paths import ReachPaths, Why, why_permitted, why_reached
from benchboard.ui.admin.reach_rows import ReachRow, ReachTitles
from benchboard.ui.context import Context
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.tasks import DatabaseSession, Progress
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Paragraph, Text, hairline
from benchboard.ui.widgets.detail_pane import DetailSection
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableText

MOST_SHOWN: Final = 20
"""Most objects of a kind that the tab lists; the export has all."""
_PADDING: Final = 8
"""Pixels between a row's words and the edges of its background, when it is chosen."""
_EXPORT_PAGE: Final = 1000
_CSV: Final = ("kind", "id", "name", "access", "through")
KIND_ICONS: Final[Mapping[ObjectKind, str]] = {
    "dashboard": "ph.squares-four",
    "source": "ph.database",
    "dongle": "ph.plugs-connected",
    "shop": "ph.storefront",
}
_SEEN_BY: Final[Mapping[ObjectKind, str]] = {
    "dashboard": "studio:enter",
    "source": "sources:read",
    "dongle": "dongles:read",
    "shop": "orders:read",
}
"""The permission without which nobody sees any of a kind."""
_WATCHED: Final = frozenset(
    {"users", "user_roles", "roles", "role_permissions", "teams", "team_members", "dashboards", "dashboard_shares",
     "dashboard_team_shares", "data_sources", "data_source_grants", "dongles", "merchant_dashboards", "merchant_team"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _AccessReading:
    reach: PersonReach
    counts: Mapping[ObjectKind, int]
    objects: Mapping[ObjectKind, Page[ReachedObject]]


class AccessTab(QWidget):
    """Reads only while it is shown, and follows what changes; `show_person` sets whose access it is."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._user_id = ""
        self._is_old = False
        self._is_wide = False
        self._reading: _AccessReading | None = None
        self._chosen = ""
        """The name of the row whose paths are drawn."""
        self._rows: list[ReachRow] = []
        self._whys: dict[str, Why] = {}
        """Why the person can do what the rows say, by their names."""
        self.paths = ReachPaths()
        """The paths of the chosen row, drawn; the pane shows them below what scrolls."""
        self._titles = ReachTitles()
        self._titles.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._titles)
        self._export_link = Button(_("Export CSV"), self.export, kind="link", name="person_export_access")
        self._permissions = _PermissionSection(self._export_link)
        self._objects = {kind: _ObjectSection(kind) for kind in KINDS}
        column.addWidget(self._permissions)
        self._lines = []
        for section in self._objects.values():
            self._lines.append(hairline())
            column.addWidget(self._lines[-1])
            column.addWidget(section)
        column.addStretch(1)
        context.changed.watch(self, _WATCHED, self._on_changed)

    def show_person(self, user_id: str) -> None:
        """Show what this person can reach: now, or when the tab is shown."""
        if user_id != self._user_id:
            self._user_id = user_id
            self._chosen = ""
            self.paths.show_why(None)
            self._on_changed()

    def set_wide(self, wide: bool) -> None:
        """Show what is allowed and why in columns of their own, or below each name."""
        if wide != self._is_wide:
            self._is_wide = wide
            self._titles.setVisible(wide)
            self._export_link.setVisible(not wide)  # the page has it above
            for line in self._lines:
                line.setVisible(not wide)
            for section in (self._permissions, *self._objects.values()):
                section.set_ruled(wide)
            if self._reading is not None:
                self._show(self._reading)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_old:
            self.refresh()

    def _on_changed(self) -> None:
        if self.isVisible():
            self.refresh()
        else:
            self._is_old = True

    def refresh(self) -> None:
        """Read it again; what is shown stays until then."""
        user_id, actor = self._user_id, self._context.actor
        self._is_old = False
        if not user_id:
            return

        def op(session: DatabaseSession) -> _AccessReading:
            return _AccessReading(
                reach.get_reach(session, actor, user_id),
                reached_objects.count_reached(session, actor, user_id),
                {kind: reached_objects.list_reached(session, actor, user_id, kind, limit=MOST_SHOWN) for kind in KINDS},
            )

        self._context.tasks.read(self, op, self._show, self._on_failed)

    def _show(self, reading: _AccessReading) -> None:
        if reading.reach.user_id != self._user_id:
            return
        self._reading, self._whys = reading, {}
        rows = self._permissions.show_reach(reading.reach, self._whys, wide=self._is_wide)
        for kind, section in self._objects.items():
            page, count = reading.objects[kind], reading.counts[kind]
            rows += section.show_objects(reading.reach, page, count, self._whys, wide=self._is_wide)
        for row in rows:
            row.chosen.connect(partial(self._choose, row))
        chosen = next((row for row in rows if row.objectName() == self._chosen), None)
        if chosen is None and self._is_wide:  # there is room: show what a path is
            chosen = next((row for row in rows if not row.objectName().startswith("can_")), rows[0] if rows else None)
        self._rows = rows
        self._choose(chosen)

    def _choose(self, chosen: ReachRow | None) -> None:
        """Mark a row, and draw its paths."""
        self._chosen = chosen.objectName() if chosen is not None else ""
        for row in self._rows:
            row.set_chosen(row is chosen)
        self.paths.show_why(self._whys.get(self._chosen))

    def _on_failed(self, error: AppError) -> None:
        if not isinstance(error, NotFound):  # that the person is gone, the pane around it says
            self._context.problems.show(error)

    def export(self) -> None:
        """Ask for a file, and export what the person can reach."""
        user_id, actor, context = self._user_id, self._context.actor, self._context

        def encode(progress: Progress) -> tuple[bytes, int]:
            with context.database.read() as session:
                rows = list(_export_rows(session, context, user_id, progress))
            return csv_bytes(_CSV, rows), len(rows)

        def write(path: Path) -> None:
            def saved(rows: int) -> str:
                sentence = ngettext("Exported {count} row to {file}", "Exported {count} rows to {file}", rows)
                return sentence.format(count=rows, file=path.name)

            save_file(context, self, path, encode, saved=saved)

        if user_id and actor is not None:
            ask_file(self, _("Export as CSV"), f"{_('access')}.csv", "CSV", write, dialog_name="export_dialog")


def _export_rows(
    session: DatabaseSession, context: Context, user_id: str, progress: Progress
) -> Iterator[tuple[str, ...]]:
    for one in reach.get_reach(session, context.actor, user_id).permissions:
        if one.scope is not None:
            yield "permission", one.act, one.act, scope_title(one.scope), _roles_text(one)
    for kind in KINDS:
        after = None
        while True:
            progress.check()
            page = reached_objects.list_reached(session, context.actor, user_id, kind, after=after, limit=_EXPORT_PAGE)
            for found in page.rows:
                yield kind, found.id, found.name, object_level_title(found.level), paths_text(found.paths)
            if (after := page.next_key) is None:
                break


def _roles_text(one: PermissionReach) -> str:
    return ", ".join(_("Role {name}").format(name=role) for role in one.roles)


class _PermissionSection(DetailSection):
    """What the person's roles permit."""

    def __init__(self, export: Button) -> None:
        self._count = Text("", "body", "muted")
        self._count.setObjectName("permission_count")
        super().__init__(_("Permissions"), self._count, export, inset=_PADDING)
        self._ended = Paragraph("", "body", "warn")
        self._ended.setContentsMargins(_PADDING, 0, _PADDING, 0)
        self._rows = ReadableList(_("Permissions"))
        self._ended.hide()
        self.fill(self._ended, self._rows)

    def set_ruled(self, ruled: bool) -> None:
        super().set_ruled(ruled)
        self._rows.set_spacing(0 if ruled else theme().px("spacing.2"))
        self._ended.setContentsMargins(_padding(ruled), 0, _padding(ruled), 0)

    def show_reach(self, told: PersonReach, whys: dict[str, Why], *, wide: bool) -> list[ReachRow]:
        """Show the permissions that the person has, those that people read of as one in a row; note why in `whys`."""
        self._ended.setText(_ended_text(told))
        self._ended.setVisible(bool(told.ended))
        held = {one.act: one for one in told.permissions if one.scope is not None}
        rows: list[ReachRow] = []
        for acts in ABILITIES:
            first = next((held[act] for act in acts if act in held), None)
            if first is None or first.scope is None:
                continue
            whole = all(act in held for act in acts)
            # a group of which only a part is granted, by another program, is named by its permissions
            title = sentence_start(ability_title(acts[0])) if whole else ", ".join(act for act in acts if act in held)
            scope = next((held[act].scope for act in reversed(acts) if act in held), first.scope) or first.scope
            level, why = scope_title(scope), _roles_text(first)
            if not wide:
                level, why = "", f"{level} · {why}"
            row = ReachRow(title, level, why, icon="ph.check", name=f"can_{acts[0]}", wide=wide, padding=_padding(wide))
            whys[row.objectName()] = why_permitted(told.name, title, scope_title(scope), first.roles)
            row.setToolTip(plain_tooltip(", ".join(acts)))
            rows.append(row)
        self._count.setText(number(len(rows)))
        self._rows.show_rows(rows)
        self._rows.setVisible(bool(rows))
        return rows


def _padding(wide: bool) -> int:
    """How far a row's words are from its edges, in pixels."""
    return 16 if wide else _PADDING


def _first_path(found: ReachedObject) -> tuple[str, ...]:
    """The strongest path alone, and how many more there are."""
    rest = len(found.paths) - 1
    return (f"{paths_text(found.paths[:1])} +{number(rest)}",) if rest > 0 else ()


def _no_objects(kind: ObjectKind) -> str:
    return {
        "dashboard": _("No dashboards"),
        "source": _("No data sources"),
        "dongle": _("No dongles"),
        "shop": _("No shops"),
    }[kind]


def _ended_text(told: PersonReach) -> str:
    return {
        "disabled": _("{name} can't do anything: the account is disabled."),
        "deleted": _("{name} can't do anything: the account is deleted."),
        "organisation": _("{name} can't do anything: the organisation is suspended."),
    }.get(told.ended or "", "").format(name=told.name)


class _ObjectSection(DetailSection):
    """The objects of one kind."""

    def __init__(self, kind: ObjectKind) -> None:
        self._count = Text("", "body", "muted")
        super().__init__(kind_title(kind), self._count, inset=_PADDING)
        self._kind = kind
        self._rows = ReadableList(kind_title(kind))
        self._none = ReadableText("body", "muted")
        self._rest = Text("", "caption", "muted")
        for text in (self._none, self._rest):
            text.setContentsMargins(_PADDING, 0, _PADDING, 0)
        self.fill(self._rows, self._none, self._rest)

    def set_ruled(self, ruled: bool) -> None:
        super().set_ruled(ruled)
        self._rows.set_spacing(0 if ruled else theme().px("spacing.2"))
        around = theme().px("spacing.2") if ruled else 0
        for text in (self._none, self._rest):
            text.setContentsMargins(_padding(ruled), around, _padding(ruled), around)

    def show_objects(
        self, told: PersonReach, page: Page[ReachedObject], count: int, whys: dict[str, Why], *, wide: bool
    ) -> list[ReachRow]:
        """Show these objects, the first of `count`; note why the person can reach them in `whys`."""
        row = partial(ReachRow, icon=KIND_ICONS[self._kind], wide=wide, padding=_padding(wide))
        self._count.setText(number(count))
        rows = [
            row(
                one.name,
                object_level_title(one.level),
                paths_text(one.paths),
                name=f"reached_{one.id}",
                shorter=_first_path(one),
            )
            for one in page.rows
        ]
        for shown, one in zip(rows, page.rows, strict=True):
            whys[shown.objectName()] = why_reached(told.name, one, KIND_ICONS[self._kind])
        self._rows.show_rows(rows)
        self._rows.setVisible(bool(page.rows))
        allowed = any(one.act == _SEEN_BY[self._kind] and one.allowed for one in told.permissions)
        self._none.setText(_no_objects(self._kind) if allowed else _("No role lets them see any."))
        self._none.setVisible(not page.rows)
        self._rest.setText(_("Showing the first {count}. The export has all.").format(count=number(len(page.rows))))
        self._rest.setVisible(count > len(page.rows))
        return rows
