"""The banner: one notice with its actions; and the place where a view shows it."""

from html import escape

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.problems import Action, Notice
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, announce
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.slide import FROM_ABOVE, slide_in
from benchboard.ui.widgets.surfaces import Icon

_ICONS = {"info": "ph.info", "warn": "ph.warning", "error": "ph.warning-circle"}


class Banner(QWidget):
    """One notice: what in bold, then why, its actions at the right, × to dismiss. 40 px, more where text needs it."""

    accessible_role = Role.AlertMessage
    dismissed = Signal()

    def __init__(self, notice: Notice, *, framed: bool = False, closable: bool = True, parent: QWidget | None = None):
        super().__init__(parent)
        self._kind, self._closable = notice.kind, closable
        self._framed = framed
        self._announced = False
        self.setObjectName("banner")
        self.setAccessibleName(f"{notice.what} {notice.why}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(40)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(theme().px("spacing.2"))
        row.addWidget(Icon(notice.icon or _ICONS[notice.kind], notice.kind, 18))
        row.addWidget(_notice_label(notice), 1)
        for action in notice.actions[:2]:
            button = Button(action.title, size="sm", name="banner_action")
            button.clicked.connect(lambda _checked=False, action=action: self._act(action))
            row.addWidget(button)
        if closable:
            row.addWidget(
                Button("", self.dismissed.emit, kind="quiet", icon="ph.x", size="sm", tip=_("Dismiss"), name="dismiss")
            )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            slide_in(self, FROM_ABOVE, "banner_in")
        if not self._announced:
            self._announced = True
            announce(self, self.accessibleName(), urgent=self._kind == "error")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers() and self._closable:
            self.dismissed.emit()
        else:
            super().keyPressEvent(event)

    def _act(self, action: Action) -> None:
        if not action.keeps_notice:
            self.dismissed.emit()
        action.run()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            fill = theme().color(f"{self._kind}.soft")
            if self._framed:
                painter.setPen(theme().color("border"))
                painter.setBrush(fill)
                radius = theme().px("radius.control")
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
            else:
                painter.fillRect(self.rect(), fill)
                painter.fillRect(0, self.height() - 1, self.width(), 1, theme().color("border"))


class BannerPlace(QWidget):
    """Where a view shows the banner: below its toolbars, so that nothing in them moves under the pointer when a banner
    comes or goes. It takes no room while it is empty.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def hold(self, slot: QWidget) -> None:
        """Take the widget that shows banners from the place that held it before."""
        if slot.parentWidget() is not self:
            hidden = slot.isHidden()
            self._column.addWidget(slot)
            slot.setVisible(not hidden)


def _notice_label(notice: Notice) -> QLabel:
    """`what` in bold, then `why`; wrapped in a narrow window."""
    label = QLabel(f"<span style='font-weight:600'>{escape(notice.what)}</span>&ensp;{escape(notice.why)}")
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    return label
