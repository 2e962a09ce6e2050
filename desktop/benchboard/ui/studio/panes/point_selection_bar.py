"""The row of what was selected at the values of charts: each with its widget, and a cross that removes it."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from benchboard.dashboards.editing.reader_filters import PointSelection
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.widgets import Button
from benchboard.ui.widgets.chip import Chip
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.surfaces import set_surface

_HEIGHT = 40


class PointSelectionBar(QScrollArea):
    """Hidden while nothing is selected. Enter, Delete or a click on a chip removes it."""

    def __init__(self, editor: Editor, fallback_focus: QWidget) -> None:
        super().__init__()
        self._editor, self._fallback_focus = editor, fallback_focus
        self._shown: tuple[PointSelection, ...] = ()
        self.chips: list[Chip] = []
        self.setObjectName("point_selections")
        self.setAccessibleName(_("Filters from charts"))
        self.setFixedHeight(_HEIGHT)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        strip = QWidget()
        set_surface(strip, "surface")
        self._line = QHBoxLayout(strip)
        self._line.setContentsMargins(16, 0, 16, 0)
        self._line.setSpacing(8)
        self._line.addWidget(Text(_("Filtered by"), "caption", "muted"))
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._line.addLayout(self._row)
        self._clear = Button(
            _("Clear filters"), self._clear_all, kind="link", size="sm", name="clear_point_selections", parent=strip
        )
        self._line.addWidget(self._clear)
        self._line.addStretch(1)
        self.setWidget(strip)
        self.hide()
        editor.changed.connect(self.follow)

    def follow(self) -> None:
        """Show what is selected now."""
        selections = self._editor.point_selections
        if selections == self._shown:
            return
        focused = self.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused) and focused.hasFocus()
        self._shown = selections
        for chip in self.chips:
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = [self._chip(one) for one in selections]
        for chip in self.chips:
            self._row.addWidget(chip)
            chip.show()
        self.setVisible(bool(selections))
        self._clear.setVisible(len(selections) > 1)
        if had_focus:
            (self.chips[-1] if self.chips else self._fallback_focus).setFocus(Qt.FocusReason.OtherFocusReason)

    def _chip(self, selection: PointSelection) -> Chip:
        origin = selection.origin
        text = _("{title} · from {widget}").format(title=selection.title, widget=origin) if origin else selection.title
        icon = "ph.clock" if selection.time is not None else "ph.funnel"
        chip = Chip(text, icon, name="point_selection", parent=self.widget())
        chip.setAccessibleDescription(_("Press Enter or Delete to remove it."))
        remove = partial(self._editor.remove_point_selection, selection)
        chip.clicked.connect(remove)
        chip.remove_requested.connect(remove)
        return chip

    def _clear_all(self) -> None:
        self._editor.remove_all_point_selections()
