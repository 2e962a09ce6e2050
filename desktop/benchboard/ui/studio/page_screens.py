"""Screens shown in place of a page: its versions, and the resolution of a merge."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.repository import MAX_NOTE
from benchboard.dashboards.versions.three_way_merge import MergeResult
from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY, Handlers
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.saving import Saving
from benchboard.ui.studio.library.share_dialog import ShareDialog
from benchboard.ui.studio.versions.merge_decisions import Party
from benchboard.ui.studio.versions.merge_view import MergeScreen
from benchboard.ui.studio.versions.versions_view import VersionsScreen
from benchboard.ui.widgets import Button, Dialog, Edit, Field
from benchboard.ui.widgets.focus import turn_to
from benchboard.ui.widgets.stack_pages import add_page

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class PageScreens(QObject):
    """Switches between `workspace`, where the page is edited, and another screen; `changed` says that it did."""

    changed = Signal()

    def __init__(self, context: "Context", page: QWidget, workspace: QWidget, saving: Saving, editor: Editor) -> None:
        super().__init__(page)
        self._context, self._page, self._workspace = context, page, workspace
        self._saving, self._editor = saving, editor
        self._stack = QStackedLayout(page)
        self._stack.setContentsMargins(0, 0, 0, 0)
        add_page(self._stack, workspace)
        self._stack.currentChanged.connect(lambda _at: self.changed.emit())
        self._screen: VersionsScreen | MergeScreen | None = None
        self._focus_before = workspace
        self._awaited: tuple[str, ...] = ()
        """The items that are to be selected once the page has them."""
        editor.changed.connect(self._select_awaited)
        saving.merge_requested.connect(self.show_merge)
        saving.merge_finished.connect(self.close_screen)
        saving.state_changed.connect(self._pass_saved_version)

    @property
    def screen(self) -> VersionsScreen | MergeScreen | None:
        """The screen that is shown in place of the page; None if the page is shown."""
        return self._screen

    @property
    def why_no_editing(self) -> str:
        """Why the page can't be edited now, and what to do; empty if it is shown."""
        if isinstance(self._screen, VersionsScreen):
            leave = REGISTRY["studio.versions_leave"]
            return _("The dashboard can't be edited among its versions. {key} goes back to it.").format(key=leave.key)
        return _("The dashboard can't be edited until its conflicts are resolved.") if self._screen is not None else ""

    def command_handlers(self) -> Handlers:
        """The commands of the screen that is shown in place of the page."""
        return self._screen.command_handlers() if self._screen is not None else {}

    def show_versions(self) -> None:
        """Store all edits and show the versions of the dashboard."""
        key = self._saving.store.dashboard_id
        if key is None or not self._can_open_screen():
            return
        self._saving.save()
        screen = VersionsScreen(self._context, key, awaits=self._saving.dirty, choices=self._editor.choices)
        screen.closed.connect(self.close_screen)
        screen.stored = self._saving.note_own
        screen.restored.connect(lambda _saved: self._close_at(screen.brought_back))
        self._show(screen)

    def show_merge(self, merge: MergeResult) -> None:
        """Show the screen for resolving conflicting changes."""
        self._saving.dismiss_question()
        here = _("this window")
        mine, theirs = Party(self._context.actor.name, here), self._saving.other
        screen = MergeScreen(
            self._context, merge, mine, Party(theirs.name, theirs.words), next_number=theirs.next_number
        )
        screen.merged.connect(self._resolved)
        screen.postponed.connect(self._resolve_later)
        self._show(screen)

    def show_share_dialog(self, name: str) -> None:
        """Open the dialog with the people who have access to the dashboard."""
        key = self._saving.store.dashboard_id
        if key is not None:
            ShareDialog(self._page, self._context, key, name).open()

    def name_version(self) -> None:
        """Ask for a name and save the page as a version of that name."""
        if self._can_open_screen():
            NameVersionDialog(self._page, self._saving.save).open()

    def close_screen(self) -> None:
        """Show the page again."""
        screen, self._screen = self._screen, None
        if screen is not None:
            self._page.setFocusProxy(self._focus_before)
            turn_to(self._stack, self._workspace, partial(self._page.setFocus, Qt.FocusReason.OtherFocusReason))
            self._stack.removeWidget(screen)
            screen.deleteLater()

    def _close_at(self, item_ids: Sequence[str]) -> None:
        """Show the page again, and select these items of it once it has them."""
        self.close_screen()
        self._awaited = tuple(item_ids)
        self._select_awaited()

    def _select_awaited(self) -> None:
        if shown := [one for one in self._awaited if one in self._editor.page.shown]:
            self._awaited = ()
            # Later: whoever shows another document selects what was selected before.
            QTimer.singleShot(0, self, partial(self._editor.select, shown))

    def _show(self, screen: VersionsScreen | MergeScreen) -> None:
        self.close_screen()
        self._awaited = ()
        self._screen, self._focus_before = screen, self._page.focusProxy() or self._workspace
        self._stack.addWidget(screen)
        self._page.setFocusProxy(screen)
        turn_to(self._stack, screen)

    def _pass_saved_version(self) -> None:
        stored = self._saving.stored
        if isinstance(self._screen, VersionsScreen) and self._saving.state == "saved" and not self._saving.dirty:
            self._screen.select_saved_version(stored.number if stored is not None else None)

    def _resolve_later(self) -> None:
        self.close_screen()
        self._saving.show_conflict()

    def _resolved(self, document: Document) -> None:
        self._saving.resolve(document)

    def _can_open_screen(self) -> bool:
        """Whether another screen can be opened: an open merge has to be resolved first."""
        if self._saving.state == "conflict":
            self._saving.show_conflict()
            return False
        return self._saving.state not in ("loading", "failed")


class NameVersionDialog(Dialog):
    """Asks for the name of a version."""

    def __init__(self, window: QWidget, run: Callable[[str], object]) -> None:
        super().__init__(window, _("Save version"), name="name_version")
        self._run = run
        self._note = Edit(name="version_note")
        self._note.setMaxLength(MAX_NOTE)
        self._note.setMinimumWidth(380)
        self._note.returnPressed.connect(self._accept)
        self._field = Field(
            _("Version name"),
            self._note,
            note=_("Keeps the current dashboard as a version with this name. Later edits don't change that version."),
        )
        self.content.addWidget(self._field)
        self.add_button(Button(_("Cancel"), self.leave, name="version_leave"))
        self.add_button(Button(_("Save version"), self._accept, kind="primary", name="version_keep"))
        self._note.textChanged.connect(lambda _text: self._field.set_error(""))

    def _accept(self) -> None:
        if name := self._note.text().strip():
            self.dismiss()
            self._run(name)
        else:
            self._field.set_error(_("Enter a version name."))
            self._note.setFocus(Qt.FocusReason.OtherFocusReason)
