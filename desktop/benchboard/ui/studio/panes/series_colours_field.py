"""The colours of a chart's series in the inspector: a row of the theme's colours of charts for one series at a time."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards.document.series_settings import COLOURS, PALETTE, series_colours, with_colour
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.colour_menu import colour_name
from benchboard.ui.studio.tiles.legend_menu import coloured_names
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import choice_of_several
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.fields import Select
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import Text, plain_tooltip
from benchboard.ui.widgets.tab_order import one_tab_stop_choices, step_by_key

_SIDE: Final = 20


class SeriesColoursField(QWidget):
    """A series, if there are several, and the colours it may have. Hidden while there are no series."""

    def __init__(self, editor: Editor, item_id: str, query_runner: WidgetQueryRunner) -> None:
        super().__init__()
        self._editor, self._id, self._query_runner = editor, item_id, query_runner
        self._label = Text(_("Colour"), tone="secondary")
        self.series = Select([], name="inspector_colour_series", label=_("Series"))
        self.series.activated.connect(lambda _at: self.refresh())
        self.automatic = Button(
            _("Automatic"), lambda: self._choose(None), kind="link", size="sm", name="inspector_colour_auto"
        )
        squares = QWidget()
        squares.setAccessibleName(_("Colour"))
        one_tab_stop_choices(squares)
        self.squares = [_Square(number, squares) for number in range(len(PALETTE))]
        line = QHBoxLayout(squares)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(theme().px("spacing.2"))
        for number, square in enumerate(self.squares):
            square.setObjectName(f"inspector_colour_{number}")
            square.clicked.connect(lambda _on=False, number=number: self._choose(number))
            line.addWidget(square)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px("spacing.1"))
        head = QHBoxLayout()
        head.addWidget(self._label)
        head.addStretch(1)
        head.addWidget(self.automatic)
        column.addLayout(head)
        column.addWidget(self.series)
        column.addWidget(squares)

    def refresh(self) -> None:
        """Show the series of the latest result, and the colour that the one chosen here has by somebody's choice."""
        widget = self._editor.widget(self._id)
        names = {
            key: number_format.truncate(name, 60)
            for key, name in coloured_names(widget, self._query_runner.result(self._id))
        }
        self.setVisible(bool(names))
        shown = self.series.current_key()
        self.series.set_choices(list(names.items()))
        self.series.set_current_key(shown if shown in names else next(iter(names), ""))
        self.series.setVisible(len(names) > 1)
        own = series_colours(widget).get(self.series.current_key())
        for number, square in enumerate(self.squares):
            square.setChecked(number == own)
        self.automatic.setVisible(own is not None)

    def _choose(self, number: int | None) -> None:
        changed = with_colour(self._editor.widget(self._id).config, self.series.current_key(), number)
        self._editor.set_property(self._id, f"config.{COLOURS}", changed)
        self.refresh()


class _Square(Pressable):
    """One of the colours; a ring is around the one that the series has."""

    def __init__(self, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._number = number
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName(colour_name(number))
        self.setToolTip(plain_tooltip(colour_name(number)))
        choice_of_several(self)

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not step_by_key(self, event.key()):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self.rect())
            if self.isChecked():
                painter.setPen(QPen(theme().color("accent"), 2))
                painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 5, 5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().chart(self._number))
            inside = 4 if self.isChecked() else 2
            painter.setOpacity(1.0 if self.isEnabled() else 0.5)
            painter.drawRoundedRect(box.adjusted(inside, inside, -inside, -inside), 3, 3)
