"""The banner: one notice with its actions; and the place where a view shows it."""

from collections.abc import Callable, Sequence
from html import escape

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from benchboard.i18n import _, ngettext
from benchboard.ui.problems import Action, Notice
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, announce
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.slide import FROM_ABOVE, slide_in
from benchboard.ui.widgets.surfaces import Icon

_ICONS = {"info": "ph.info", "warn": "ph.warning", "error": "ph.warning-circle"}


class MoreButton(Button):
    """At the end of a banner or bar: how many more there are in its place; pressing it shows the next one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", kind="quiet", size="sm", name="banner_more", tip=_("Show the next message"), parent=parent)
        self.hide()

    def show_count(self, count: int) -> None:
        """Say how many more there are; hidden where there are none."""
        self.setText(ngettext("{count} more", "{count} more", count).format(count=count))
        self.setVisible(count > 0)


class PageBar(QWidget):
    """A bar of a page that shares the place of the banners: it is shown while it is `wanted` and nothing more important
    is. `more` is for the end of its row.
    """

    wanted_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.wanted = False
        self.more = MoreButton(self)
        self.hide()

    def set_wanted(self, wanted: bool) -> None:
        """Ask for the place, or leave it."""
        if wanted != self.wanted:
            self.wanted = wanted
            self.wanted_changed.emit()


class Banner(QWidget):
    """One notice: what in bold, then why, its actions at the right, × to dismiss. 40 px, more where text needs it."""

    accessible_role = Role.AlertMessage
    dismissed = Signal()

    def __init__(self, notice: Notice, *, framed: bool = False, closable: bool = True, parent: QWidget | None = None):
        super().__init__(parent)
        self._kind, self._closable = notice.kind, closable
        self._framed = framed
        self.told = False
        """Whether a screen reader was told of it."""
        self.setObjectName("banner")
        self.setAccessibleName(f"{notice.what} {notice.why}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(40)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(theme().px("spacing.2"))
        row.addWidget(Icon(notice.icon or _ICONS[notice.kind], notice.kind, 18))
        row.addWidget(_notice_label(notice), 1)
        self._actions = notice.actions[:2]
        for at, action in enumerate(self._actions):
            button = Button(
                action.title, kind="primary" if action.primary else "plain", size="sm", name="banner_action"
            )
            button.clicked.connect(lambda _checked=False, at=at: self._act(self._actions[at]))
            row.addWidget(button)
        self.more = MoreButton(self)
        row.addWidget(self.more)
        if closable:
            row.addWidget(
                Button("", self.dismissed.emit, kind="quiet", icon="ph.x", size="sm", tip=_("Dismiss"), name="dismiss")
            )

    def follow(self, notice: Notice) -> None:
        """Do what this notice offers from now on, which looks as the one before it."""
        self._actions = notice.actions[:2]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            slide_in(self, FROM_ABOVE, "banner_in")
        if not self.told:
            self.told = True
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


class BannerSlot(QWidget):
    """Holds the banner of the notice that is shown, in the place of whichever view is open. `turn` shows the next
    notice; it returns False when the first one follows the last.
    """

    count_changed = Signal()
    more_pressed = Signal()

    def __init__(self, turn: Callable[[], bool], dismiss: Callable[[], object]) -> None:
        super().__init__()
        self.turn, self._dismiss = turn, dismiss
        self.count = 0
        """How many notices there are."""
        self.banner: Banner | None = None
        self._notice: Notice | None = None
        self._told: set[tuple[str, str]] = set()
        """The words of the waiting notices that a screen reader was told: another room hides them for a time."""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.hide()

    def show_notice(self, notice: Notice | None, count: int, waiting: Sequence[Notice]) -> None:
        """Show a notice of so many in this place; None removes it. Of those `waiting` some may belong elsewhere."""
        self.count = count
        if self._notice is not None and self.banner is not None and self.banner.told:
            self._told.add((self._notice.what, self._notice.why))
        self._told &= {(one.what, one.why) for one in waiting}
        same = self.banner is not None and notice is not None and _looks(notice) == _looks(self._notice)
        if self.banner is not None and notice is not None and same and notice.kind != "error":
            # One that is made anew slides in again, as an error does that comes again, and is an alert again.
            self._notice = notice
            self.banner.follow(notice)
        elif notice is not self._notice:
            self._replace(notice)
        self.count_changed.emit()

    def _replace(self, notice: Notice | None) -> None:
        self._notice = notice
        if self.banner is not None:
            self._column.removeWidget(self.banner)
            self.banner.hide()
            self.banner.deleteLater()
            self.banner = None
        if notice is not None:
            self.banner = Banner(notice, parent=self)
            self.banner.told = (notice.what, notice.why) in self._told
            self.banner.dismissed.connect(self._dismiss)
            self.banner.more.clicked.connect(lambda _checked=False: self.more_pressed.emit())
            self._column.addWidget(self.banner)
            self.banner.show()


def _looks(notice: Notice | None) -> object:
    """What is seen of a notice."""
    if notice is None:
        return None
    actions = [(one.title, one.primary, one.keeps_notice) for one in notice.actions]
    return notice.key, notice.what, notice.why, notice.kind, notice.icon, actions


class BannerPlace(QWidget):
    """The one place of a view for banners and for bars about the whole page: below its toolbars, so that nothing in
    them moves under the pointer when one comes or goes. It shows the most important alone, which says how many more
    there are: notices before bars, and these in the order in which they were added. It takes no room while it is
    empty.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slot: BannerSlot | None = None
        self._bars: list[PageBar] = []
        self._turned_to: PageBar | None = None
        """The bar that the user turned to."""
        self._count = 0
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def add(self, bar: PageBar) -> None:
        """Let a bar of the page share the place."""
        self._bars.append(bar)
        self._column.addWidget(bar)
        bar.wanted_changed.connect(self._arrange)
        bar.more.clicked.connect(lambda _checked=False: self._turn())
        self._arrange()

    def hold(self, slot: BannerSlot) -> None:
        """Take the widget that shows banners from the place that held it before."""
        before = slot.parentWidget()
        if before is self:
            return
        self._slot = slot
        slot.hide()
        self._column.addWidget(slot)
        slot.count_changed.connect(self._arrange)
        slot.more_pressed.connect(self._turn)
        if isinstance(before, BannerPlace):
            before._release(slot)
        self._arrange()

    def _release(self, slot: BannerSlot) -> None:
        slot.count_changed.disconnect(self._arrange)
        slot.more_pressed.disconnect(self._turn)
        self._slot = None
        self._arrange()

    def _arrange(self) -> None:
        """Show one of those that want the place."""
        slot = self._slot
        wanted = [bar for bar in self._bars if bar.wanted]
        notices = slot.count if slot is not None else 0
        count = notices + len(wanted)
        if count > self._count or self._turned_to not in wanted:  # what is new, or comes first, is shown
            self._turned_to = None
        self._count = count
        front = self._turned_to or (slot if notices else wanted[0] if wanted else None)
        for one in (*self._bars, *([slot] if slot is not None else [])):
            one.setVisible(one is front)
        if isinstance(front, PageBar):
            front.more.show_count(count - 1)
        elif slot is not None and slot.banner is not None:
            slot.banner.more.show_count(count - 1)

    def _turn(self) -> None:
        """Show the next one, and give it the keys."""
        wanted = [bar for bar in self._bars if bar.wanted]
        slot = self._slot if self._slot is not None and self._slot.count else None
        if self._turned_to is None and slot is not None:
            if not slot.turn() and wanted:
                self._turned_to = wanted[0]
        else:
            after = wanted[wanted.index(self._turned_to or wanted[0]) + 1 :]
            first = [] if slot is not None else wanted[:1]
            self._turned_to = next(iter([*after, *first]), None)
        self._arrange()
        front = self._turned_to or (slot.banner if slot is not None else None)
        if front is not None:
            front.more.setFocus(Qt.FocusReason.OtherFocusReason)


def _notice_label(notice: Notice) -> QLabel:
    """`what` in bold, then `why`; wrapped in a narrow window."""
    label = QLabel(f"<span style='font-weight:600'>{escape(notice.what)}</span>&ensp;{escape(notice.why)}")
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    return label
