"""Text, key caps, avatars."""

import zlib
from html import escape
from typing import Final, Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role

Tone = Literal["text", "secondary", "muted", "accent", "ok", "warn", "error", "info", "inverse"]
_LONGEST_TIP: Final = 1_000
_LEAST_ELIDED: Final = 80
"""Pixels of a text that fits its width: what it keeps where there is no room for all of it."""
_AVATAR_HUES: Final = tuple(range(0, 360, 30))


def copy_title(what: str) -> str:
    """What a button is called that copies `what`, which is written as it begins a line: “Copy secret”, “Copy ID”."""
    words = _("Copy {what}")
    begins = words.startswith("{what}")
    return words.format(what=what if begins or not what[1:2].islower() else what[0].lower() + what[1:])


class Text(QLabel):
    """Text in a step of the type scale and a tone. Plain text only, so that data can never be markup."""

    def __init__(
        self,
        text: str = "",
        type: str = "body",
        tone: Tone = "text",
        *,
        wrap: bool = False,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("type", type)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if type.startswith("mono"):
            self.setFont(theme().font(type))
        self.setText(text)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.setCursor(Qt.CursorShape.IBeamCursor)

    def set_tone(self, tone: Tone) -> None:
        """Set the colour of the text by its meaning."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            restyle(self)


class Elided(Text):
    """A single line that is elided if it is too long; the whole text is in the tooltip.

    It takes the width that its layout gives it, or with `fits_text` no more than the text needs; a short text beside a
    long one is then whole. Where its text doesn't fit, it shows the first of the shorter ones that does.
    With `middle` it is elided there, as the end of a path says more than its folders.
    """

    def __init__(
        self,
        text: str = "",
        type: str = "body",
        tone: Tone = "text",
        *,
        fits_text: bool = False,
        middle: bool = False,
    ) -> None:
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self._full_text = self._reason = ""
        self._shorter: tuple[str, ...] = ()
        self._fits_text = fits_text
        super().__init__(text, type, tone)
        policy = QSizePolicy.Policy.Maximum if fits_text else QSizePolicy.Policy.Ignored
        self.setSizePolicy(policy, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        self.set_texts(text)

    def set_texts(self, text: str, *shorter: str) -> None:
        """Show `text`, or where it doesn't fit one of those `shorter` than it, from the longest to the shortest."""
        self._full_text, self._shorter = text, shorter
        self.setAccessibleName(text)
        self._elide()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self._full_width(), hint.height()) if self._fits_text else hint

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        least = self._width_of(self._shorter[-1]) if self._shorter else min(self._full_width(), _LEAST_ELIDED)
        return QSize(least, hint.height()) if self._fits_text else hint

    def _full_width(self) -> int:
        return self._width_of(self._full_text)

    def _width_of(self, text: str) -> int:
        return QFontMetrics(self.font()).horizontalAdvance(text) + 1

    def text(self) -> str:
        return self._full_text

    def set_reason(self, reason: str) -> None:
        """Explain the text in the tooltip, and to screen readers."""
        self._reason = reason
        self.setAccessibleDescription(reason)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room, texts = max(self.width(), 0), (self._full_text, *self._shorter)
        # Widths in whole pixels don't tell whether a text fits: the fraction of one that is missing elides it.
        metrics = QFontMetrics(self.font())
        cut = [metrics.elidedText(text, self._mode, room) for text in texts]
        shown = next((text for text, left in zip(texts, cut, strict=True) if text == left), cut[-1])
        super().setText(shown)
        lines = (self._full_text if shown != self._full_text else "", self._reason)
        self.setToolTip(plain_tooltip("\n".join(line for line in lines if line)))


class Said(Elided):
    """A sentence beside controls, which is never cut: where its line has no room for it, it is `below` them, wrapped.
    The owner places `below` under the line.
    """

    def __init__(self, tone: Tone = "muted") -> None:
        self.below = Text("", "body", tone, wrap=True)
        self.below.setContentsMargins(16, 0, 12, 8)
        self.below.hide()
        super().__init__("", "body", tone)

    def set_tone(self, tone: Tone) -> None:
        super().set_tone(tone)
        self.below.set_tone(tone)

    def _elide(self) -> None:
        super()._elide()
        fits = QLabel.text(self) == self._full_text
        if not fits:
            QLabel.setText(self, "")
            self.setToolTip(plain_tooltip(self._reason))
        self.below.setText("" if fits else self._full_text)
        if self.below.parentWidget() is not None:  # it is no window
            self.below.setVisible(not fits)


def plain_tooltip(text: str) -> str:
    """`text` as a tooltip without markup: Qt would interpret what looks like markup, and fetch its images.

    Very long text is truncated: Qt takes minutes for megabytes.
    """
    shown = text if len(text) <= _LONGEST_TIP else f"{text[:_LONGEST_TIP]}…"
    return f"<span>{escape(shown)}</span>" if "<" in shown or "&lt;" in shown else shown


def restyle(widget: QWidget) -> None:
    """Apply the style sheet again after a property has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def hairline(*, vertical: bool = False) -> QFrame:
    """A line of one pixel between two panes."""
    line = QFrame()
    line.setProperty("line", True)
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


class KeyCap(QWidget):
    """A key as a small cap: `Ctrl K`. `inverse` on the accent colour."""

    accessible_role = Role.StaticText

    def __init__(self, keys: str, *, inverse: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._inverse = inverse
        self.setAccessibleName(keys)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_inverse(self, inverse: bool) -> None:
        """Draw it for the accent colour, or for a surface."""
        self._inverse = inverse
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme().font("caption"))
        return QSize(max(18, metrics.horizontalAdvance(self._keys) + 10), 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            colours = ("on.accent", "on.accent") if self._inverse else ("border.strong", "text.secondary")
            if not self.isEnabled():
                colours = ("border", "text.disabled")
            paint_key(painter, QRectF(self.rect()), self._keys, theme().color(colours[0]), theme().color(colours[1]))


def paint_key(painter: QPainter, rect: QRectF, keys: str, line: QColor, ink: QColor, font: QFont | None = None) -> None:
    """Draw a key cap into `rect`; its font is that of captions unless another is given."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(line, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = theme().px("radius.badge")
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setFont(font or theme().font("caption"))
    painter.setPen(ink)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, keys)
    painter.restore()


class Avatar(QWidget):
    """A person's initials in a circle, with a colour that depends on the name."""

    accessible_role = Role.Graphic

    def __init__(self, name: str, size: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setFixedSize(size, size)
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_name(self, name: str) -> None:
        self._name = name
        self.setAccessibleName(name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_avatar(painter, QRectF(self.rect()), self._name)


def initials(name: str) -> str:
    """Two letters for a name: `Dana Whitfield` → `DW`, `Nightly` → `Ni`."""
    names = [word for word in name.split() if word[0].isalnum()]
    if len(names) >= 2:
        return (names[0][0] + names[-1][0]).upper()
    return (names[0][:1].upper() + names[0][1:2]) if names else "?"


def avatar_colours(name: str, *, dark: bool) -> tuple[QColor, QColor, QColor]:
    """Fill, edge and ink of the circle of `name`: its hue with the lightness of the theme."""
    hue = _hue(name)
    saturations_and_lightness = ((110, 52), (95, 105), (150, 225)) if dark else ((150, 233), (110, 185), (190, 52))
    fill, edge, ink = (QColor.fromHsl(hue, *levels) for levels in saturations_and_lightness)
    return fill, edge, ink


def person_line(name: str, *, dark: bool) -> QColor:
    """The colour of lines about the person called `name`: the hue of their circle."""
    return QColor.fromHsl(_hue(name), *((150, 165) if dark else (190, 78)))


def _hue(name: str) -> int:
    return _AVATAR_HUES[zlib.crc32(name.encode()) % len(_AVATAR_HUES)]


def paint_avatar(painter: QPainter, rect: QRectF, name: str) -> None:
    """Draw the initials of `name` in a circle in `rect`. A name has the same hue everywhere and in both themes."""
    fill, edge, ink = avatar_colours(name, dark=theme().current == "dark")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(fill)
    painter.drawEllipse(rect.adjusted(0.5, 0.5, -0.5, -0.5))
    font = theme().font("body_strong")
    font.setPixelSize(max(8, round(rect.height() * 0.36)))
    painter.setFont(font)
    painter.setPen(ink)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, initials(name))
    painter.restore()
