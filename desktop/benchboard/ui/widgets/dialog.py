"""Dialogs: only to finish one task, or to confirm what can't be undone. Above a scrim, inside the window.

They don't block: a dialog opens and reports by signal, background work continues. Esc closes.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY, WINDOW
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.fields import Edit, Field
from benchboard.ui.widgets.focus import FocusReturn
from benchboard.ui.widgets.labels import Text, hairline
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.popover import Popover
from benchboard.ui.widgets.surfaces import SHADOW, Floating


class Scrim(QWidget):
    """Covers the window's content; keyboard and mouse events go only to the dialog on it."""

    dismissed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        Popover.close_any()
        self._window = window
        self._focus_return = FocusReturn(QApplication.focusWidget())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setGeometry(window.rect())
        window.installEventFilter(self)

    def dismiss(self) -> None:
        """Close, and restore the focus."""
        self.hide()
        self._window.removeEventFilter(self)
        target = self._focus_return.target()
        if target is not None:
            target.setFocus(Qt.FocusReason.PopupFocusReason)
        self.dismissed.emit()
        self.deleteLater()

    def place_content(self) -> None:
        """Place the content after a change of size."""

    def resizeEvent(self, event: QEvent) -> None:
        self.place_content()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Move the focus within the dialog."""
        stops = [
            child
            for child in self.findChildren(QWidget)
            if child.isVisible() and child.isEnabled() and child.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        if not stops:
            return True
        focused = QApplication.focusWidget()
        at = stops.index(focused) if focused in stops else (-1 if forward else 0)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def event(self, event: QEvent) -> bool:
        # Shortcuts of the window or view would act behind the dialog.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence(event.keyCombination())
            own = (shortcut.key() for shortcut in self.findChildren(QShortcut))
            window = (QKeySequence(keys) for command in REGISTRY.of_scope(WINDOW) for keys in command.shortcuts)
            if keys not in (*own, *window):
                event.accept()  # it comes back as a plain key press
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("scrim"))


class Dialog(Scrim):
    """A task in a frame: title, optional steps on the left, content, and a footer with the confirming button on the
    right.
    """

    def __init__(
        self, window: QWidget, title: str, *, steps: Sequence[str] = (), size: QSize | None = None, name: str = "dialog"
    ) -> None:
        super().__init__(window.window())
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._size = size
        self.frame = Floating(self, radius="dialog")
        whole = QVBoxLayout(self.frame.body)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(20, 14, 12, 12)
        head.addWidget(Text(title, "title"), 1)
        self.close_button = Button(
            "", self.dismiss, kind="quiet", icon="ph.x", tip=_("Close"), keys="", name="dialog_close"
        )
        head.addWidget(self.close_button)
        whole.addLayout(head)
        holder = QWidget()
        holder.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        middle = QHBoxLayout(holder)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        self._steps = _StepList(steps)
        if steps:
            whole.addWidget(hairline())
            middle.addWidget(self._steps)
            middle.addWidget(hairline(vertical=True))
        self.content = QVBoxLayout()
        self.content.setContentsMargins(20, 12 if steps else 0, 20, 16)
        self.content.setSpacing(theme().px("spacing.3"))
        middle.addLayout(self.content, 1)
        whole.addWidget(holder, 1)
        whole.addWidget(hairline())
        self.footer = QHBoxLayout()
        self.footer.setContentsMargins(20, 0, 20, 0)
        self.footer.setSpacing(theme().px("spacing.2"))
        foot = QWidget()
        foot.setFixedHeight(56)
        foot.setLayout(self.footer)
        whole.addWidget(foot)
        self.footer.addStretch(1)

    def add_button(self, button: Button, *, left: bool = False) -> Button:
        """Add a button to the footer; the confirming button comes last."""
        if left:
            self.footer.insertWidget(0, button)
        else:
            self.footer.addWidget(button)
        return button

    def set_step(self, index: int) -> None:
        """Show the current step; those before it are done."""
        self._steps.set_current(index)

    def open(self) -> None:
        """Show it with the focus in the first field."""
        self.show()
        self.raise_()
        self.place_content()
        self.setFocus()
        self.focusNextPrevChild(True)
        if self.close_button.hasFocus():
            self.focusNextPrevChild(True)

    def place_content(self) -> None:
        size = self._size + QSize(2 * SHADOW, 2 * SHADOW) if self._size else self.frame.sizeHint()
        size = size.boundedTo(self.size()).expandedTo(QSize(320, 160))
        box = QRect(0, 0, size.width(), size.height())
        box.moveCenter(self.rect().center())
        self.frame.setGeometry(box)


class _StepList(QWidget):
    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__()
        self._titles = tuple(titles)
        self._current = 0
        self.setFixedWidth(200)

    def set_current(self, index: int) -> None:
        self._current = index
        self.setAccessibleName(
            _("Step {number} of {count}: {title}").format(
                number=index + 1, count=len(self._titles), title=self._titles[index]
            )
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for index, title in enumerate(self._titles):
                y = 16 + index * 36
                mark = QRectF(20, y, 20, 20)
                current, done = index == self._current, index < self._current
                if done:
                    paint_icon(painter, "ph.check-circle-fill", mark, theme().color("ok"))
                else:
                    painter.setPen(
                        QPen(theme().color("accent" if current else "border.control"), 1.5 if current else 1)
                    )
                    painter.setBrush(theme().color("accent") if current else Qt.BrushStyle.NoBrush)
                    painter.drawEllipse(mark.adjusted(1, 1, -1, -1))
                    painter.setPen(theme().color("on.accent" if current else "text.muted"))
                    painter.setFont(theme().font("caption"))
                    painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, str(index + 1))
                painter.setFont(theme().font("body_strong" if current else "body"))
                painter.setPen(theme().color("text" if current else "text.secondary" if done else "text.muted"))
                painter.drawText(QRectF(50, y, self.width() - 58, 20), Qt.AlignmentFlag.AlignVCenter, title)


class ConfirmByTyping(Dialog):
    """Confirms an action that can't be undone: describes it, and asks the user to type the item's name."""

    def __init__(
        self,
        window: QWidget,
        title: str,
        consequences: str,
        *,
        name: str,
        act: str,
        keep: str,
        run: Callable[[], object],
    ) -> None:
        super().__init__(window, title, size=QSize(440, 252), name="confirm_by_typing")
        self._name, self._run = name, run
        self.content.addWidget(Paragraph(consequences, "body", "secondary"))
        self._edit = Edit(name="confirm_name")
        self.content.addWidget(Field(_("Type “{name}” to confirm").format(name=name), self._edit))
        self.content.addStretch(1)
        self.add_button(Button(keep, self.dismiss, name="confirm_keep"))
        self._button = self.add_button(Button(act, self._confirm, kind="destroy", name="confirm_act"))
        self._edit.textChanged.connect(self._typed)
        self._edit.returnPressed.connect(self._confirm)
        self._typed("")

    def _typed(self, text: str) -> None:
        self._button.disable("" if text.strip() == self._name else _("Type the name to confirm."))

    def _confirm(self) -> None:
        if self._button.isEnabled():
            self.dismiss()
            self._run()


class Confirm(Dialog):
    """Confirms an action with wide consequences by describing exactly what it does."""

    def __init__(
        self, window: QWidget, title: str, consequences: str, *, act: str, keep: str, run: Callable[[], object]
    ) -> None:
        super().__init__(window, title, size=QSize(440, 190), name="confirm")
        self._run = run
        self.content.addWidget(Paragraph(consequences, "body", "secondary"))
        self.content.addStretch(1)
        self.add_button(Button(keep, self.dismiss, name="confirm_keep"))
        self.add_button(Button(act, self._confirm, kind="destroy", name="confirm_act"))

    def _confirm(self) -> None:
        self.dismiss()
        self._run()
