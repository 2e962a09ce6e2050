"""The switch beside the variables that shows what is repeated once for each value, as a reader sees it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.dashboards.expanding import has_repeats
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.saving import Saving
from benchboard.ui.widgets.buttons import Button

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class Copies(QObject):
    """All copies of a page, shown or not. Whether they are when a page is opened is remembered; nothing can be arranged
    as long as they are shown."""

    def __init__(self, context: "Context", editor: Editor, saving: Saving) -> None:
        super().__init__(editor)
        self._context, self._editor, self._saving = context, editor, saving
        self._shown = self._presented = self._begun = False
        self.switch = QWidget()
        self.switch.setProperty("surface", "surface")
        self.switch.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._button = Button(
            _("Show copies"), self.turn, icon="ph.copy", name="studio_copies",
            tip=_("Show what is repeated once for each value (Ctrl 5)"),
        )  # fmt: skip
        self._button.setCheckable(True)
        row = QHBoxLayout(self.switch)
        row.setContentsMargins(8, 0, 14, 0)
        row.addWidget(self._button)
        editor.changed.connect(self.follow)
        saving.loaded.connect(self._begin)
        self.follow()

    def turn(self) -> None:
        """Show them, or go back to arranging; and do so with the next page too."""
        if not self._there():
            self._context.problems.toast(_("Nothing on this page is repeated."))
            return
        self._take(not self._shown)
        self._context.remember(replace(self._context.settings, copies="shown" if self._shown else ""))

    def hide(self) -> None:
        """Go back to arranging here."""
        self._take(False)

    def presented(self, on: bool) -> None:
        """The page is presented, or no longer: then it is as it was before."""
        self._presented = on
        self._apply()

    def follow(self) -> None:
        """Offer the switch where there is something to show."""
        there = self._there()
        self.switch.setVisible(there and not self._presented)
        self._button.setChecked(self._shown)
        if self._shown and not there:
            self._take(False)

    def _there(self) -> bool:
        """Whether anything is repeated. Who may only look sees all copies anyway."""
        try:
            return not self._editor.read_only and has_repeats(self._editor.document)
        except Invalid:
            return False

    def _begin(self) -> None:
        """The page was read for the first time."""
        if not self._begun:
            self._begun = True
            self._take(self._context.settings.copies == "shown" and self._there())

    def _take(self, shown: bool) -> None:
        if shown != self._shown:
            self._shown = shown
            self._apply()

    def _apply(self) -> None:
        marked = self._shown and not self._presented
        self._editor.show_repeats(self._shown or self._presented, marked=marked)
        self.follow()
