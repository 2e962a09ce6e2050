"""EmptyState: that there is nothing here, why, and one thing to do about it; of a page, or painted on a tile."""

from collections.abc import Callable
from itertools import takewhile
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, describe
from benchboard.ui.widgets.accessible import sentence as spoken
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.choice_card import ChoiceCard
from benchboard.ui.widgets.focus import FocusRinged
from benchboard.ui.widgets.paragraph import PaintedParagraph, Paragraph
from benchboard.ui.widgets.surfaces import Icon

_TILE_ICON: Final = 16
_WORD: Final = 96
"""Pixels of the widest word that is left out of a tile rather than broken: a longer one is a name somebody gave."""
_GAP: Final = 6
_ICON_CENTRE: Final = 200
"""Pixels from the top of a page to the middle of its icon, so that it stays in place from one page to the next."""
_WIDEST: Final = 440
"""Pixels of a line of what explains an empty state."""


class _SaidText(Paragraph):
    """What an empty state says; `changed` when that is something else."""

    changed = Signal()

    def setText(self, text: str) -> None:
        before = self.text()
        super().setText(text)
        if text != before:
            self.changed.emit()


class _Title(_SaidText):
    """A title has no full stop, though the same words have one as a sentence elsewhere."""

    def setText(self, text: str) -> None:
        super().setText(text.removesuffix("."))


class EmptyState(FocusRinged, QWidget):
    """The empty state: that there is nothing, why, and one action. What is in `sentence` is a title and has no full
    stop; the sentences in `why` have. Where there are several ways on, they are offered as cards.

    What it says is the description of its action, which is what the focus comes to: as the name of the group around
    that it would be told a second time. One without an action gets the focus of the page whose place it takes in a
    stack, and is read as what it says."""

    accessible_role = Role.Grouping

    def __init__(
        self,
        icon: str,
        sentence: str,
        action: str = "",
        run: Callable[[], object] | None = None,
        *,
        why: str = "",
        role: str = "text.muted",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._choices: tuple[ChoiceCard, ...] = ()
        self._grid: QGridLayout | None = None
        self._across = 0
        self._column = column = QVBoxLayout(self)
        column.setSpacing(theme().px("spacing.2"))
        self.icon = Icon(icon, role, theme().px("icon.empty_state"))
        above = QWidget()
        above.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)
        above.setMaximumHeight(
            _ICON_CENTRE - theme().px("icon.empty_state") // 2 - column.contentsMargins().top() - column.spacing()
        )
        column.addWidget(above, 1)
        column.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignHCenter)
        self.sentence = _Title(sentence.removesuffix("."), "body_strong")
        self.why = _SaidText(why, "body", "secondary")
        self.why.setMaximumWidth(_WIDEST)
        for text in (self.sentence, self.why):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.sentence)
        middle = QHBoxLayout()  # Qt puts a text that is narrower than its column at the left of that
        middle.addStretch(1)
        middle.addWidget(self.why, 1000)
        middle.addStretch(1)
        column.addLayout(middle)
        self.action = Button(action, run)
        column.addSpacing(theme().px("spacing.1"))
        column.addWidget(self.action, 0, Qt.AlignmentFlag.AlignHCenter)
        # Only now: showing a widget without a parent would open a window.
        self.why.setVisible(bool(why))
        self.action.setVisible(bool(action))
        column.addStretch(1)
        for text in (self.sentence, self.why):
            text.changed.connect(self._describe)
        self._describe()

    @property
    def said(self) -> str:
        """What it says, in sentences."""
        return " ".join(spoken(one) for one in (self.sentence.text(), self.why.text().strip()) if one)

    def accessible_text(self) -> str:
        """What it says, unless its action is described by that."""
        return "" if self.action.isVisibleTo(self) and self.action.isEnabled() else self.said

    def _describe(self) -> None:
        describe(self.action, self.said)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the icon goes first."""
        super().resizeEvent(event)
        needed = self._column.totalHeightForWidth(self.width())
        if self.icon.isHidden():
            needed += self.icon.sizeHint().height() + self._column.spacing()
        self.icon.setVisible(self.height() >= needed)

    def add_action(self, text: str, run: Callable[[], object]) -> Button:
        """Add another way on, below the first."""
        button = Button(text, run, kind="link")
        self._column.insertWidget(self._column.count() - 1, button, 0, Qt.AlignmentFlag.AlignHCenter)
        return button

    def add_below(self, widget: QWidget) -> None:
        """Add a widget below the ways on."""
        self._column.insertWidget(self._column.count() - 1, widget, 0, Qt.AlignmentFlag.AlignHCenter)

    def offer(self, *choices: ChoiceCard) -> None:
        """Offer these ways on, one below the other; four of them two by two."""
        grid = self._grid = QGridLayout()
        grid.setContentsMargins(0, theme().px("spacing.3"), 0, 0)
        grid.setSpacing(theme().px("spacing.2"))
        self._choices = choices
        self._arrange(2 if len(choices) == 4 else 1)
        outer = QHBoxLayout()
        outer.addStretch(1)
        outer.addLayout(grid)
        outer.addStretch(1)
        self._column.insertLayout(self._column.count() - 1, outer)

    def fit_width(self, width: int) -> None:
        """Offer the ways on one below the other where there is no room in `width` pixels for two."""
        if len(self._choices) == 4:
            two = sum(choice.sizeHint().width() for choice in self._choices[:2]) + 4 * theme().px("spacing.2")
            self._arrange(2 if two <= width else 1)

    def _arrange(self, across: int) -> None:
        if across != self._across and self._grid is not None:
            self._across = across
            for place, choice in enumerate(self._choices):
                self._grid.addWidget(choice, place // across, place % across)


def fits_tile(body: QRectF, sentence: str, why: str = "") -> bool:
    """Whether `paint_empty_tile` can show all of its text in this body."""
    texts = [PaintedParagraph(text, body.width()).height for text in (sentence, why) if text]
    return sum(texts) <= body.height()


def paint_empty_tile(painter: QPainter, body: QRectF, icon: str, sentence: str, why: str = "") -> None:
    """Draw the empty state of a tile in the middle of its body. Where there is little room the icon goes first, then
    `why`; where not even the sentence fits, or only with a word in pieces, or there is none, the icon stands alone."""
    inks = [(text, ink) for text, ink in ((sentence, "text.secondary"), (why, "text.muted")) if text]
    whole = list(takewhile(lambda one: not _breaks_words(one[0], body.width()), inks))
    centred = Qt.AlignmentFlag.AlignHCenter
    texts = [(PaintedParagraph(text, body.width(), alignment=centred), ink) for text, ink in whole]
    while texts and sum(text.height for text, _ink in texts) > body.height():
        texts.pop()
    need = sum(text.height for text, _ink in texts)
    mark = _TILE_ICON + (_GAP if texts else 0) if not texts or body.height() > need + _TILE_ICON + _GAP else 0
    top = body.center().y() - (need + mark) / 2
    painter.save()
    if mark:
        spot = QRectF(body.center().x() - _TILE_ICON / 2, top, _TILE_ICON, _TILE_ICON)
        paint_icon(painter, icon, spot, theme().color("text.muted"))
        top += mark
    for text, ink in texts:
        painter.setPen(theme().color(ink))
        text.paint(painter, QPointF(body.left(), top))
        top += text.height
    painter.restore()


def _breaks_words(text: str, width: float) -> bool:
    """Whether a word of ordinary length has no room in a line of `width` pixels."""
    metrics = QFontMetricsF(theme().font("body"))
    return any(width < metrics.horizontalAdvance(word) <= _WORD for word in text.split())
