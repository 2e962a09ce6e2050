"""The toggle beside the variables that shows repeated widgets once for each value, as readers see them."""

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.dashboards.variables.repeat_expansion import has_repeats
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.recovery import account_of
from benchboard.ui.studio.document.saving import Saving
from benchboard.ui.widgets.buttons import Button

if TYPE_CHECKING:
    from benchboard.ui.context import Context


_MAX_PAGES: Final = 200
"""Most pages whose setting is remembered; the least recently toggled ones are dropped."""


class RepeatsToggle(QObject):
    """Shows or hides the copies on a page.

    The setting is remembered for each page and account; nothing can be arranged while copies are shown.
    """

    shown_changed = Signal()
    """The switch was shown or hidden."""

    def __init__(self, context: "Context", editor: Editor, saving: Saving) -> None:
        super().__init__(editor)
        self._context, self._editor, self._saving = context, editor, saving
        self._page_hash = hashlib.sha256("\0".join((*account_of(context), saving.store.key)).encode()).hexdigest()[:16]
        """Identifies this page and account in the settings."""
        self._shown = self._presented = self._loaded = False
        self.switch = QWidget()
        self._button = Button(
            _("Preview repeated widgets"), self.toggle, icon="ph.copy", name="studio_copies",
            tip=_("Show one copy for each value ({keys})").format(keys=REGISTRY["studio.preview_repeats"].key),
        )  # fmt: skip
        self._button.setCheckable(True)
        self.switch.hide()  # else it is shown with its parent
        self._row = QHBoxLayout(self.switch)
        self._row.addWidget(self._button)
        self.show_label(True)
        editor.changed.connect(self.follow)
        saving.loaded.connect(self._loaded_first)
        self.follow()

    def show_label(self, shown: bool) -> None:
        """Show the switch with its text, in a row with the variables, or as an icon among those of a toolbar."""
        self._button.show_label(shown)
        self._row.setContentsMargins(8, 0, 14 if shown else 0, 0)

    def toggle(self) -> None:
        """Show or hide the copies, and remember that for this page."""
        if not self._has_repeats():
            self._context.problems.refuse(_("No widgets here are repeated."))
            return
        self._set_shown(not self._shown)
        self._remember()

    def arrange(self) -> None:
        """Hide the copies, and remember that for this page."""
        self._set_shown(False)
        self._remember()

    def hide(self) -> None:
        """Hide the copies so that a command can edit the page; not remembered."""
        self._set_shown(False)

    def presented(self, on: bool) -> None:
        """Follow the start or end of a presentation; afterwards the setting from before applies."""
        self._presented = on
        self._apply()

    def follow(self) -> None:
        """Show the toggle if the page has repeated widgets."""
        there = self._has_repeats()
        shown = there and not self._presented
        if shown == self.switch.isHidden():
            self.switch.setVisible(shown)
            self.shown_changed.emit()
        self._button.setChecked(self._shown)
        if self._shown and not there:
            self._set_shown(False)

    def _has_repeats(self) -> bool:
        """Whether the page has repeated widgets and is editable. Readers see all copies anyway."""
        try:
            return not self._editor.read_only and has_repeats(self._editor.document)
        except Invalid:
            return False

    def _loaded_first(self) -> None:
        """Apply the remembered setting when the page is first loaded."""
        if not self._loaded:
            self._loaded = True
            self._set_shown(self._page_hash in self._context.settings.copies.split() and self._has_repeats())

    def _remember(self) -> None:
        settings = self._context.settings
        marks = [mark for mark in settings.copies.split() if mark != self._page_hash]
        marks += [self._page_hash] if self._shown else []
        self._context.apply_settings(replace(settings, copies=" ".join(marks[-_MAX_PAGES:])))

    def _set_shown(self, shown: bool) -> None:
        if shown != self._shown:
            self._shown = shown
            self._apply()

    def _apply(self) -> None:
        marked = self._shown and not self._presented
        self._editor.show_repeats(self._shown or self._presented, preview=marked)
        self.follow()
