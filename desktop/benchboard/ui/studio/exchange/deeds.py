"""What can be done with a dashboard as a whole, from its row in the list or from its tab."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from benchboard.dashboards import library
from benchboard.dashboards.document import MAX_NAME
from benchboard.dashboards.rights import Level
from benchboard.i18n import _, ngettext
from benchboard.ui.context import Context
from benchboard.ui.studio.exchange.importing import Imported
from benchboard.ui.studio.exchange.reportdialog import ReportDialog
from benchboard.ui.studio.exchange.sharing import ShareDialog
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Confirm, Dialog, Edit, Field
from benchboard.ui.widgets.labels import plain_tip

_REPORTS: Final = 20
"""Reports of imports that can be brought back."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the menu. `why_not` says why it is not to be had; empty where it is."""

    key: str
    title: str
    icon: str
    run: Callable[[], object]
    why_not: str = ""


class Deeds(QObject):
    """Does it, says that it is done, and offers the way back. `gone` says which dashboards went away."""

    gone = Signal(object)

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._parent = context, parent
        self._reports: dict[str, Imported] = {}

    def offered(self, dashboard_id: str, name: str, level: Level, rename: Callable[[], object] | None = None,
                discard: Callable[[], object] | None = None) -> list[Deed]:  # fmt: skip
        """What one with this level may do with a dashboard that is not in the trash."""
        may_edit = "" if level != "view" else _("You may only look at it.")
        owned = "" if level == "own" else _("It is not yours.")
        return [
            Deed("rename", _("Rename"), "ph.pencil-simple", rename or (lambda: self.rename(dashboard_id, name)),
                 may_edit),
            Deed("share", _("Share"), "ph.share-network", lambda: self.share(dashboard_id, name)),
            Deed("duplicate", _("Duplicate"), "ph.copy", lambda: self.duplicate([dashboard_id])),
            *self._report_deed(dashboard_id),
            Deed("discard", _("Move to trash"), "ph.trash", discard or (lambda: self.move([dashboard_id], into=True)),
                 owned),
        ]  # fmt: skip

    def offered_of_many(
        self, ids: Sequence[str], owned: bool, move: Callable[[], object], *, trashed: bool
    ) -> list[Deed]:
        """What can be done with several at once; `move` takes them into the trash or out of it."""
        count = len(ids)
        why_not = "" if owned else _("Not every one of them is yours.")
        if trashed:
            back = ngettext("Restore {count} dashboard", "Restore {count} dashboards", count)
            gone = ngettext("Delete {count} dashboard for good", "Delete {count} dashboards for good", count)
            return [
                Deed("restore", back.format(count=count), "ph.arrow-counter-clockwise", move, why_not),
                Deed("delete", gone.format(count=count), "ph.trash", lambda: self.delete(ids), why_not),
            ]
        copies = ngettext("Duplicate {count} dashboard", "Duplicate {count} dashboards", count)
        away = ngettext("Move {count} dashboard to trash", "Move {count} dashboards to trash", count)
        return [
            Deed("duplicate", copies.format(count=count), "ph.copy", lambda: self.duplicate(ids)),
            Deed("discard", away.format(count=count), "ph.trash", move, why_not),
        ]

    def offered_in_trash(self, dashboard_id: str, level: Level) -> list[Deed]:
        """What one may do with a dashboard in the trash."""
        owned = "" if level == "own" else _("It is not yours.")
        return [
            Deed("restore", _("Restore"), "ph.arrow-counter-clockwise",
                 lambda: self.move([dashboard_id], into=False), owned),
            Deed("delete", _("Delete for good"), "ph.trash", lambda: self.delete([dashboard_id]), owned),
        ]  # fmt: skip

    def keep_report(self, imported: Imported) -> None:
        """Keep what an import said for as long as the session lasts; of many imports, that of the last ones."""
        self._reports.pop(imported.dashboard_id, None)
        self._reports[imported.dashboard_id] = imported
        self._reports = dict(list(self._reports.items())[-_REPORTS:])

    def show_report(self, dashboard_id: str) -> None:
        """Say what could not be taken over as it was; a line leads to its widget."""
        imported, go = self._reports[dashboard_id], self._context.go
        ReportDialog(
            self._parent.window(),
            self._context,
            _("“{name}” is here").format(name=imported.name),
            imported.report,
            lambda item_id: go(f"studio/dashboards/{dashboard_id}/show/{item_id}"),
        ).open()

    def _report_deed(self, dashboard_id: str) -> list[Deed]:
        if dashboard_id not in self._reports:
            return []
        title = _("Show what the import said")
        return [Deed("report", title, "ph.list-bullets", lambda: self.show_report(dashboard_id))]

    def rename(self, dashboard_id: str, name: str) -> None:
        """Ask for another name."""
        dialog = Rename(self._parent.window(), name)
        dialog.named.connect(lambda wanted: self._call(dashboard_id, wanted, name))
        dialog.open()

    def _call(self, dashboard_id: str, name: str, before: str) -> None:
        context = self._context
        context.tasks.change(
            self,
            lambda session: library.describe(session, context.actor, dashboard_id, name=name),
            lambda _saved: context.problems.toast(
                _("It is called “{name}” now.").format(name=name), lambda: self._call(dashboard_id, before, name)
            ),
        )

    def share(self, dashboard_id: str, name: str) -> None:
        """Who may see and edit it."""
        ShareDialog(self._parent.window(), self._context, dashboard_id, name).open()

    def duplicate(self, ids: Sequence[str]) -> None:
        """Make a copy of each."""
        actor = self._context.actor

        def done(made: Sequence[library.Opened]) -> None:
            sentence = ngettext("{count} copy made", "{count} copies made", len(made)).format(count=len(made))
            self._context.problems.toast(sentence, lambda: self.move([one.card.id for one in made], into=True))

        self._context.tasks.change(self, lambda session: [library.duplicate(session, actor, one) for one in ids], done)

    def move(self, ids: Sequence[str], *, into: bool) -> None:
        """Into the trash or out of it."""
        context = self._context
        act = library.discard if into else library.restore

        def done(count: int) -> None:
            if into:
                sentence = ngettext("{count} dashboard is in the trash for 30 days",
                                    "{count} dashboards are in the trash for 30 days", count)  # fmt: skip
                self.gone.emit(tuple(ids))
            else:
                sentence = ngettext("{count} dashboard is back", "{count} dashboards are back", count)
            context.problems.toast(sentence.format(count=count), lambda: self.move(ids, into=not into))

        context.tasks.change(self, lambda session: act(session, context.actor, ids), done)

    def delete(self, ids: Sequence[str]) -> None:
        """Delete what is in the trash, if that is meant."""
        context = self._context
        title = ngettext("Delete {count} dashboard for good", "Delete {count} dashboards for good", len(ids))
        Confirm(
            self._parent.window(),
            title.format(count=len(ids)),
            _("What is on it, its versions and its shares are deleted and cannot be brought back."),
            act=_("Delete for good"),
            keep=_("Keep it in the trash"),
            run=lambda: context.tasks.change(
                self,
                lambda session: library.delete_forever(session, context.actor, ids),
                lambda count: context.problems.toast(
                    ngettext("{count} dashboard deleted", "{count} dashboards deleted", count).format(count=count)
                ),
            ),
        ).open()


def open_menu(parent: QWidget, deeds: Sequence[Deed], at: QPoint) -> None:
    """A menu of these at a spot of the screen. It goes away with being closed."""
    menu = QMenu(parent)
    menu.setObjectName("dashboard_menu")
    menu.setAccessibleName(_("What can be done with it"))
    menu.setToolTipsVisible(True)
    for deed in deeds:
        action = menu.addAction(theme().icon(deed.icon, "text.secondary"), deed.title)
        action.setObjectName(f"deed_{deed.key}")
        action.setEnabled(not deed.why_not)
        action.setToolTip(plain_tip(deed.why_not))
        action.triggered.connect(lambda _on=False, run=deed.run: run())
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(at)


class Rename(Dialog):
    """Asks for another name."""

    named = Signal(str)

    def __init__(self, window: QWidget, name: str) -> None:
        super().__init__(window, _("Rename “{name}”").format(name=name), name="rename")
        self._name = Edit(name="rename_name")
        self._name.setMaxLength(MAX_NAME)
        self._name.setText(name)
        self._name.selectAll()
        self._name.setMinimumWidth(360)
        self._name.returnPressed.connect(self._take)
        self.content.addWidget(Field(_("Name"), self._name))
        self.add_button(Button(_("Keep the name"), self.leave, name="rename_keep"))
        self._button = self.add_button(Button(_("Rename"), self._take, kind="primary", name="rename_take"))
        self._name.textChanged.connect(self._typed)

    def _typed(self, text: str) -> None:
        self._button.disable("" if text.strip() else _("A dashboard needs a name."))

    def _take(self) -> None:
        if self._button.isEnabled():
            name = self._name.text().strip()
            self.leave()
            self.named.emit(name)
