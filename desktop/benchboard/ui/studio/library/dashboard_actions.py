"""Commands for whole dashboards, from a row of the list or from a tab."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

from benchboard.dashboards import library
from benchboard.dashboards.access.dashboard_permissions import Level
from benchboard.dashboards.document.document import MAX_NAME
from benchboard.dashboards.favourites import favourite_title
from benchboard.dashboards.grafana_sources import SourceChoice, use_source
from benchboard.dashboards.interchange import ConversionReport
from benchboard.dashboards.repository import SavedDashboard
from benchboard.dashboards.trash_retention import TRASH_RETENTION
from benchboard.i18n import _, ngettext, number
from benchboard.ui.command_menu import command_menu
from benchboard.ui.commands import CommandScope, Handler, Handlers
from benchboard.ui.context import Context
from benchboard.ui.studio.import_export.json_import import Imported
from benchboard.ui.studio.import_export.report_dialog import ConversionReportDialog
from benchboard.ui.studio.library.folder_actions import FolderActions
from benchboard.ui.studio.library.share_dialog import ShareDialog, dashboard_link
from benchboard.ui.studio.studio_commands import DASHBOARD_MENU
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, Confirm, Dialog, Edit, Field

_REPORTS: Final = 20
"""Most import reports that can be reopened."""


class DashboardActions(QObject):
    """Runs the commands for dashboards in the list or of a tab, with a toast to undo each.

    `removed` emits the dashboards that were deleted or moved to the trash; `stored` one of which another version was
    stored, the versions before and after, and what was done.
    """

    removed = Signal(object)
    stored = Signal(str, int, int, str)

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._parent = context, parent
        self._reports: dict[str, tuple[str, ConversionReport]] = {}
        self.folders = FolderActions(context, parent)

    def handlers_for(self, dashboard_id: str, name: str, level: Level, rename: Callable[[], object] | None = None,
                discard: Callable[[], object] | None = None, *, favourite: bool | None = None
                ) -> dict[str, Handler]:  # fmt: skip
        """The commands that this access level allows on a dashboard that isn't in the trash; `favourite`: whether it is
        one, if that is known.
        """
        star = favourite_title(favourite) if favourite is not None else ""
        may_edit = "" if level != "view" else _("You have view-only access.")
        owned = "" if level == "own" else _("You don't own this dashboard.")
        found = {
            "rename": Handler(rename or partial(self.rename, dashboard_id, name), lambda: may_edit),
            "share": Handler(partial(self.share, dashboard_id, name)),
            "copy_link": Handler(partial(self.copy_link, dashboard_id, name)),
            "favourite": Handler(partial(self.folders.toggle_favourite, [dashboard_id]), title=star),
            "move": Handler(partial(self.folders.ask_move, [dashboard_id]), lambda: may_edit),
            "duplicate": Handler(partial(self.duplicate, [dashboard_id])),
            "discard": Handler(discard or partial(self.move, [dashboard_id], into=True), lambda: owned),
        }
        if dashboard_id in self._reports:
            found["report"] = Handler(partial(self.show_report, dashboard_id))
        return _by_id(found)

    def handlers_for_many(
        self,
        ids: Sequence[str],
        owned: bool,
        move: Callable[[], object],
        *,
        trashed: bool,
        movable: bool,
        favourites: bool,
    ) -> dict[str, Handler]:
        """The commands for several dashboards at once; `move` moves them to the trash or restores them. `movable`:
        the actor can edit all of them. `favourites`: all of them are.
        """
        count = len(ids)

        def why_not() -> str:
            return "" if owned else _("You don't own all of these dashboards.")

        if trashed:
            back = ngettext("Restore {count} dashboard", "Restore {count} dashboards", count).format(count=count)
            gone = ngettext("Delete {count} dashboard permanently", "Delete {count} dashboards permanently", count)
            delete = partial(self.delete, ids)
            return _by_id({
                "restore": Handler(move, why_not, back),
                "delete": Handler(delete, why_not, gone.format(count=count)),
            })  # fmt: skip
        copies = ngettext("Duplicate {count} dashboard", "Duplicate {count} dashboards", count).format(count=count)
        away = ngettext("Move {count} dashboard to the trash", "Move {count} dashboards to the trash", count)
        may_edit = "" if movable else _("You have view-only access.")
        return _by_id({
            "favourite": Handler(
                partial(self.folders.toggle_favourite, ids), title=favourite_title(favourites)
            ),
            "move": Handler(partial(self.folders.ask_move, ids), lambda: may_edit),
            "duplicate": Handler(partial(self.duplicate, ids), title=copies),
            "discard": Handler(move, why_not, away.format(count=count)),
        })  # fmt: skip

    def handlers_in_trash(self, dashboard_id: str, level: Level) -> dict[str, Handler]:
        """The commands that this access level allows on a dashboard in the trash."""
        owned = "" if level == "own" else _("You don't own this dashboard.")
        return _by_id({
            "restore": Handler(partial(self.move, [dashboard_id], into=False), lambda: owned),
            "delete": Handler(partial(self.delete, [dashboard_id]), lambda: owned),
        })  # fmt: skip

    def keep_report(self, imported: Imported) -> None:
        """Keep an import's report until the session ends; at most `_REPORTS`, the newest."""
        card = imported.dashboard.card
        self._reports.pop(card.id, None)
        self._reports[card.id] = (card.name, imported.report)
        self._reports = dict(list(self._reports.items())[-_REPORTS:])

    def show_report(self, dashboard_id: str) -> None:
        """Show the report of an import; each line links to its widget."""
        (name, report), go = self._reports[dashboard_id], self._context.go
        ConversionReportDialog(
            self._parent.window(),
            self._context,
            _("Imported “{name}”").format(name=name),
            report,
            lambda item_id: go(f"studio/dashboards/{dashboard_id}/show/{item_id}"),
            write_query=lambda item_id: go(f"studio/dashboards/{dashboard_id}/query/{item_id}"),
            use_source=partial(self._use_source, dashboard_id),
        ).open()

    def _use_source(self, dashboard_id: str, source_id: str) -> None:
        """Let all widgets of an import that need a query read a data source; then show which still need one."""
        context, (name, report) = self._context, self._reports[dashboard_id]

        def done(choice: SourceChoice) -> None:
            self.stored.emit(dashboard_id, choice.base, choice.saved.version, _("Choose a data source"))
            self._reports[dashboard_id] = (name, choice.report(report))
            text = ngettext("{running} of {count} widget runs over “{name}”.",
                            "{running} of {count} widgets run over “{name}”.", len(choice.widgets))  # fmt: skip
            counts = {"running": number(len(choice.running)), "count": number(len(choice.widgets))}
            context.problems.toast(
                text.format(name=choice.source, **counts),
                partial(self._undo_source, dashboard_id, name, report, choice),
            )
            if self._reports[dashboard_id][1].needs_query:
                self.show_report(dashboard_id)

        context.tasks.change(
            self,
            lambda session: use_source(session, context.actor, dashboard_id, report.needs_query, source_id),
            done,
        )

    def _undo_source(self, dashboard_id: str, name: str, report: ConversionReport, choice: SourceChoice) -> None:
        actor = self._context.actor

        def done(saved: SavedDashboard) -> None:
            self.stored.emit(dashboard_id, choice.saved.version, saved.version, _("Choose a data source"))
            self._reports[dashboard_id] = (name, report)

        self._context.tasks.change(
            self,
            lambda session: library.save(
                session, actor, dashboard_id, choice.before, base_version=choice.saved.version
            ),
            done,
        )

    def rename(self, dashboard_id: str, name: str) -> None:
        """Ask for a new name."""
        dialog = RenameDialog(self._parent.window(), name)
        dialog.name_entered.connect(lambda wanted: self._store_name(dashboard_id, wanted, name))
        dialog.open()

    def _store_name(self, dashboard_id: str, name: str, before: str) -> None:
        context = self._context
        context.tasks.change(
            self,
            lambda session: library.describe(session, context.actor, dashboard_id, name=name),
            lambda _saved: context.problems.toast(
                _("Renamed to “{name}”.").format(name=name), lambda: self._store_name(dashboard_id, before, name)
            ),
        )

    def share(self, dashboard_id: str, name: str) -> None:
        """Open the Share dialog of a dashboard."""
        ShareDialog(self._parent.window(), self._context, dashboard_id, name).open()

    def copy_link(self, dashboard_id: str, name: str) -> None:
        """Put the link to a dashboard on the clipboard. What it opens for a reader depends on the reader's access."""
        copy_text(dashboard_link(dashboard_id))
        self._context.problems.toast(
            _("Copied the link to “{name}”. It opens for people who have access to the dashboard.").format(name=name)
        )

    def duplicate(self, ids: Sequence[str]) -> None:
        """Make a copy of each dashboard."""
        actor = self._context.actor

        def done(made: Sequence[library.StoredDashboard]) -> None:
            sentence = ngettext("Duplicated {count} dashboard", "Duplicated {count} dashboards", len(made)).format(
                count=len(made)
            )
            self._context.problems.toast(sentence, lambda: self.move([one.card.id for one in made], into=True))

        self._context.tasks.change(self, lambda session: [library.duplicate(session, actor, one) for one in ids], done)

    def move(self, ids: Sequence[str], *, into: bool) -> None:
        """Move dashboards to the trash or restore them."""
        context = self._context
        service = library.discard if into else library.restore

        def op(session: DatabaseSession) -> tuple[int, str]:
            one = library.find_summary(session, context.actor, ids[0]) if len(ids) == 1 else None
            return service(session, context.actor, ids), one.name if one is not None else ""

        def done(result: tuple[int, str]) -> None:
            count, name = result
            if into:
                sentence = _moved_to_trash(count, name)
                self.removed.emit(tuple(ids))
            else:
                sentence = ngettext("Restored {count} dashboard", "Restored {count} dashboards", count)
                sentence = (_("Restored “{name}”") if name else sentence).format(count=count, name=name)
            context.problems.toast(sentence, lambda: self.move(ids, into=not into))

        context.tasks.change(self, op, done)

    def delete(self, ids: Sequence[str]) -> None:
        """Delete dashboards in the trash, after confirmation, in which a single one is named."""
        context = self._context

        def find_name(session: DatabaseSession) -> str:
            one = library.find_summary(session, context.actor, ids[0]) if len(ids) == 1 else None
            return one.name if one is not None else ""

        context.tasks.read(self, find_name, partial(self._ask_delete, ids))

    def _ask_delete(self, ids: Sequence[str], name: str) -> None:
        context, count = self._context, len(ids)
        title = ngettext("Delete {count} dashboard permanently", "Delete {count} dashboards permanently", count)
        title = _("Delete “{name}” permanently") if name else title
        done = _("Deleted “{name}”") if name else ""
        Confirm(
            self._parent.window(),
            title.format(count=count, name=name),
            _("This deletes all widgets, versions and shares. You can't undo this."),
            act=_("Delete permanently"),
            keep=_("Keep in the trash"),
            run=lambda: context.tasks.change(
                self,
                lambda session: library.delete_forever(session, context.actor, ids),
                lambda count: context.problems.toast(
                    (done or ngettext("Deleted {count} dashboard", "Deleted {count} dashboards", count)).format(
                        count=count, name=name
                    )
                ),
            ),
        ).open()


def _by_id(handlers: dict[str, Handler]) -> dict[str, Handler]:
    return {f"studio.dashboards.{name}": handler for name, handler in handlers.items()}


def open_menu(parent: QWidget, handlers: Handlers, at: QPoint, *, scope: CommandScope) -> None:
    """Open a context menu of these commands at a point of the screen, with the shortcuts that work in `scope`."""
    command_menu(
        parent, DASHBOARD_MENU, handlers, scope=scope, label=_("Dashboard actions"), name="dashboard_menu"
    ).popup(at)


class RenameDialog(Dialog):
    """Asks for a new name, or for the name of a dashboard that was just created."""

    name_entered = Signal(str)

    def __init__(self, window: QWidget, name: str, *, created: bool = False) -> None:
        title = _("Name your dashboard") if created else _("Rename “{name}”").format(name=name)
        super().__init__(window, title, name="rename")
        self._name = Edit(name="rename_name")
        self._name.setMaxLength(MAX_NAME)
        self._name.setText(name)
        self._name.selectAll()
        self._name.setMinimumWidth(360)
        self._name.returnPressed.connect(self._accept)
        self._field = Field(_("Name"), self._name, lines=1)
        self.content.addWidget(self._field)
        keep = _("Name it later") if created else _("Cancel")
        take = _("Save name") if created else _("Rename dashboard")
        self.add_button(Button(keep, self.leave, name="rename_keep"))
        self.add_button(Button(take, self._accept, kind="primary", name="rename_take"))
        self._name.textChanged.connect(lambda _text: self._field.set_error(""))

    def _accept(self) -> None:
        if name := self._name.text().strip():
            self.dismiss()
            self.name_entered.emit(name)
        else:
            self._field.set_error(_("Enter a dashboard name."))
            self._name.setFocus(Qt.FocusReason.OtherFocusReason)


def _moved_to_trash(count: int, name: str) -> str:
    """What was moved; the `name` if it is one dashboard."""
    days = TRASH_RETENTION.days
    moved = ngettext("Moved {count} dashboard to the trash.", "Moved {count} dashboards to the trash.", count)
    if name:
        moved = _("Moved “{name}” to the trash.")
    kept = ngettext(
        "Dashboards stay in the trash for {count} day.", "Dashboards stay in the trash for {count} days.", days
    )
    return f"{moved.format(count=count, name=name)} {kept.format(count=days)}"
