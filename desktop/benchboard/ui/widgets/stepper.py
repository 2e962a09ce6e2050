"""Stepper: the steps of a job in a column, with what each is about; StepRow: short steps side by side."""

from collections.abc import Sequence
from typing import Final, Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, rename, untold
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.readable_rows import Readable

_WIDTH: Final = 240
_ROW: Final = 60
_MARK: Final = 24
_LEFT: Final = 20


class Stepper(QFrame):
    """Steps as (title, caption), 240 px wide, for a ground of `window`: those done are green, the current one blue,
    those without a result have a dash, those that failed a cross."""

    accessible_role = Role.StaticText

    def __init__(self, steps: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps = tuple(steps)
        self._current = 0
        self._without_result: frozenset[int] = frozenset()
        self._failed: frozenset[int] = frozenset()
        self.setFixedWidth(_WIDTH)
        self.setMinimumHeight(_ROW * len(self._steps))
        self.set_current(0)

    def set_caption(self, index: int, caption: str) -> None:
        """Say something else below the title of step `index`, such as what became of it."""
        self._steps = (*self._steps[:index], (self._steps[index][0], caption), *self._steps[index + 1 :])
        self.update()

    def set_without_result(self, index: int, *, without: bool = True) -> None:
        """Mark step `index` as one that was skipped or verified nothing, once it is behind the current one."""
        self._without_result = self._without_result | {index} if without else self._without_result - {index}
        self.update()

    def set_failed(self, index: int, *, failed: bool = True) -> None:
        """Mark step `index` as one that failed, once it is behind the current one."""
        self._failed = self._failed | {index} if failed else self._failed - {index}
        self.update()

    @property
    def failed(self) -> frozenset[int]:
        """The steps that failed."""
        return self._failed

    @property
    def without_result(self) -> frozenset[int]:
        """The steps that were skipped or verified nothing."""
        return self._without_result

    def caption(self, index: int) -> str:
        """What is said below the title of step `index`."""
        return self._steps[index][1]

    def set_current(self, index: int) -> None:
        """Step `index` is under way; those before it are done."""
        self._current = index
        if self._steps:
            sentence = _("Step {number} of {count}: {title}")
            title = self._steps[index][0]
            self.setAccessibleName(sentence.format(number=index + 1, count=len(self._steps), title=title))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for index in range(len(self._steps)):
                self._paint_step(painter, index)

    def _paint_step(self, painter: QPainter, index: int) -> None:
        (title, caption), top = self._steps[index], index * _ROW
        current, passed = index == self._current, index < self._current
        failed = passed and index in self._failed
        done = passed and not failed and index not in self._without_result
        mark = QRectF(_LEFT, top + 4, _MARK, _MARK)
        if index + 1 < len(self._steps):
            line = QRectF(mark.center().x() - 1, mark.bottom() + 2, 2, _ROW - _MARK - 4)
            painter.fillRect(line, theme().color("ok" if done else "border"))
        filled = "accent" if current else "ok" if done else ""
        painter.setPen(Qt.PenStyle.NoPen if filled else QPen(theme().color("border.control"), 1))
        painter.setBrush(theme().color(filled) if filled else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(mark if filled else mark.adjusted(0.5, 0.5, -0.5, -0.5))
        if passed:
            icon, tone = ("ph.check", "surface") if done else ("ph.minus", "text.muted")
            if failed:
                icon, tone = "ph.x", "error"
            paint_icon(painter, icon, mark.adjusted(5, 5, -5, -5), theme().color(tone))
        else:
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("on.accent" if current else "text.muted"))
            painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, str(index + 1))
        room = QRectF(mark.right() + 10, mark.top(), self.width() - mark.right() - 20, _MARK)
        middle = Qt.AlignmentFlag.AlignVCenter
        for font, ink, text, box in (
            ("body_strong" if current else "body", "accent.text" if current else "text" if done else "text.muted",
             title, room),
            ("caption", "text.secondary" if current or passed else "text.muted", caption, room.translated(0, 21)),
        ):  # fmt: skip
            painter.setFont(theme().font(font))
            painter.setPen(theme().color(ink))
            metrics = QFontMetricsF(painter.font())
            painter.drawText(box, middle, metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width()))


Outcome = Literal["idle", "now", "done", "unverified", "failed"]


class StepRow(Readable, QWidget):
    """Short steps side by side, for a card, one stop of Tab: those done have a check, the current one is blue, or red
    if it failed, or has a dash if it verified nothing."""

    def __init__(self, titles: tuple[str, ...]) -> None:
        super().__init__()
        self._titles = titles
        self.step = -1
        self._state: Outcome = "idle"
        self.setFixedHeight(26)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_state(-1, "idle")

    def show_state(self, step: int, state: Outcome) -> None:
        """Step `step`, from 0, has this state; those before it are done."""
        self.step, self._state = step, state
        # What becomes of a step is announced, and not read again where the focus is.
        with untold():
            rename(self, ", ".join(f"{title}: {self._state_text(at)}" for at, title in enumerate(self._titles)))
        self.update()

    def _state_text(self, index: int) -> str:
        if index < self.step:
            return _("done")
        if index > self.step or self._state == "idle":
            return _("waiting")
        states = {"failed": _("failed"), "unverified": _("not verified")}
        return states.get(self._state, _("in progress"))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme().font("body"))
            x = 0.0
            for index, title in enumerate(self._titles):
                mark = QRectF(x, 4, 18, 18)
                current = index == self.step and self._state != "idle"
                if index < self.step:
                    paint_icon(painter, "ph.check-circle-fill", mark, theme().color("ok"))
                elif current and self._state == "failed":
                    paint_icon(painter, "ph.x-circle-fill", mark, theme().color("error"))
                elif current and self._state == "unverified":
                    paint_icon(painter, "ph.minus-circle", mark, theme().color("text.muted"))
                else:
                    paint_step_number(painter, mark, index + 1, current=current)
                painter.setFont(theme().font("body"))
                painter.setPen(theme().color("text" if current or index < self.step else "text.secondary"))
                painter.drawText(QRectF(x + 24, 0, 160, 26), Qt.AlignmentFlag.AlignVCenter, title)
                x += 24 + painter.fontMetrics().horizontalAdvance(title) + 14


def paint_step_number(painter: QPainter, mark: QRectF, number: int, *, current: bool = False) -> None:
    """Draw the mark of a step that isn't done: its number in a circle, which is filled for the current one."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme().color("accent" if current else "border.control"), 1.4))
    painter.setBrush(theme().color("accent") if current else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(mark.adjusted(1, 1, -1, -1))
    painter.setPen(theme().color("on.accent" if current else "text.secondary"))
    painter.setFont(theme().font("caption"))
    painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, str(number))
    painter.restore()
