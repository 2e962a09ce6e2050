"""Faults of a window's layout: text that is cut off, elided though it is ours, too faint, or written over other text.

Measured from what the widgets paint (`painted_text`), so that text counts however it is drawn: labels, buttons, fields,
table cells, tab bars, charts.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

import shiboken6
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLayout,
    QLineEdit,
    QWidget,
)

from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.renderers import paint_content
from benchboard.ui.widgets.dialog import Scrim
from benchboard.ui.widgets.drawer import DrawerShadow
from benchboard.ui.widgets.labels import Elided
from benchboard.ui.widgets.layout_items import content_at, contents
from benchboard.ui.widgets.surfaces import Floating
from benchboard.ui.widgets.toasts import Toast
from support.faint_text import faint_texts
from support.painted_text import PaintedText, TextRecorder, painted_texts

_TOLERANCE: Final = 1.0
_ELLIPSIS: Final = "…"
_DIRECT: Final = Qt.FindChildOption.FindDirectChildrenOnly
NO_LAYERS: Final[Mapping[QWidget | None, QWidget]] = {}


class OurWords:
    """The sentences of the program in a language: text that begins like one of them is ours, other text is data."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self._sentences = frozenset(sentences)
        self._beginnings = sorted({sentence.split("{")[0] for sentence in self._sentences})

    @cache  # noqa: B019 - lives as long as the walk
    def elided(self, shown: str) -> bool:
        """Whether this is a sentence of ours, elided."""
        start = shown.removesuffix(_ELLIPSIS).rstrip()
        if shown in self._sentences or len(start) < 2:
            return False
        at = bisect_right(self._beginnings, start)  # those that begin with it come next, and are longer
        return at < len(self._beginnings) and self._beginnings[at].startswith(start)

    def whole(self, shown: str) -> bool:
        """Whether this is a sentence of ours that ends so itself."""
        return shown in self._sentences


def faults(window: QWidget, words: OurWords) -> list[str]:
    """The faults of what the window shows now: of its topmost dialog or popover, or else of everything."""
    top = _top(window)
    widgets = list(_visible_widgets(top or window))
    layers = _layers(window, widgets, top)
    texts = _joined(text for text in painted_texts(window) if text.widget in layers)
    canvases = [one for one in window.findChildren(Canvas) if one.isVisible()]
    tiles = [tile for canvas in canvases for tile in canvas.tiles.values() if isinstance(tile, Tile)]
    titles = {tile.widget.title for tile in tiles}
    found = [
        *_clipped(texts),
        *_elided(texts, words, titles),
        *_overprinted(texts, layers),
        *_beyond_parent(widgets),
        *_overlapping(widgets),
        *_elided_beside_room(widgets),
        *faint_texts(_uncovered(texts, layers, window), _picture(window)),
    ]
    if top is None:
        for tile in tiles:
            found += [f"tile {tile.item.id}: {fault}" for fault in _tile_faults(tile, words)]
    return list(dict.fromkeys(found))


def _uncovered(
    texts: Iterable[PaintedText], layers: Mapping[QWidget | None, QWidget], window: QWidget
) -> Iterator[PaintedText]:
    """The texts that no toast lies over: its own letters, as grey at their edges, pass for those of the text below."""
    toasts = {
        toast: QRectF(QRect(toast.mapTo(window, QPoint()), toast.size()))
        for toast in layers.values()
        if isinstance(toast, Toast)
    }
    for text in texts:
        own = layers[text.widget]
        if not any(toast is not own and area.intersects(text.ink) for toast, area in toasts.items()):
            yield text


def _picture(window: QWidget) -> QImage:
    """What a window looks like, at twice its size."""
    picture = QImage(window.size() * 2, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(2)
    window.render(picture)
    return picture


def _top(window: QWidget) -> QWidget | None:
    """The dialog or popover in front, if there is one."""
    floating = [one for one in window.children() if isinstance(one, Scrim | Floating) and one.isVisible()]
    return floating[-1] if floating else None


def _layers(window: QWidget, widgets: Iterable[QWidget], top: QWidget | None) -> dict[QWidget | None, QWidget]:
    """For each widget what it lies on: a toast, a pane over another one, a title that stays in view over
    what is scrolled, the dialog in front, or the window."""
    base = top or window
    found: dict[QWidget | None, QWidget] = {base: base}
    for widget in widgets:  # each after its parent
        is_layer = isinstance(widget, Toast | Floating) or _is_over(widget) or bool(widget.property("pinned"))
        found[widget] = widget if is_layer else found[widget.parent()]
    return found


def _is_over(widget: QWidget) -> bool:
    """Whether a pane lies over its neighbour, and so has a shadow at its left edge."""
    parent = widget.parentWidget()
    shadows = parent.findChildren(DrawerShadow, options=_DIRECT) if parent is not None else []
    return any(shadow.isVisible() and shadow.geometry().right() + 1 == widget.x() for shadow in shadows)


def _visible_widgets(root: QWidget) -> Iterator[QWidget]:
    for child in root.children():
        if isinstance(child, QWidget) and child.isVisible() and not child.isWindow():
            yield child
            yield from _visible_widgets(child)


def _joined(texts: Iterable[PaintedText]) -> list[PaintedText]:
    """The texts; one that is painted in parts, by each cell of a row, as one with all that is seen of it."""
    found: dict[tuple[object, ...], PaintedText] = {}
    for text in texts:
        key = (text.text, text.ink.getRect(), text.widget)
        part = found.get(key)
        found[key] = text if part is None else replace(part, clip=part.clip.united(text.clip))
    return list(found.values())


def _clipped(texts: Sequence[PaintedText]) -> Iterator[str]:
    for text in texts:
        ink, clip = text.ink, text.clip
        if clip.isEmpty() and _scrolled(text.widget, wide=False, high=True):
            continue  # nothing of it is seen: of a row, only the upper edge is
        lost_x = max(clip.left() - ink.left(), ink.right() - clip.right())
        lost_y = max(clip.top() - ink.top(), ink.bottom() - clip.bottom())
        wide, high = lost_x > _TOLERANCE, lost_y > _TOLERANCE
        if (wide or high) and not _scrolled(text.widget, wide=wide, high=high) and not _is_typed(text):
            yield f"cut off by {lost_x:.0f} × {lost_y:.0f} px: {text.text!r} ({describe(text.widget)})"


def _scrolled(widget: QWidget | None, *, wide: bool, high: bool) -> bool:
    """Whether it can be scrolled into view in each direction in which it is cut off."""
    one = widget
    while one is not None and (wide or high):
        if isinstance(one, QAbstractScrollArea):
            if one.verticalScrollBar().maximum() > one.verticalScrollBar().minimum():
                high = False
            if one.horizontalScrollBar().maximum() > one.horizontalScrollBar().minimum():
                wide = False
        one = one.parentWidget()
    return not wide and not high


def _is_typed(text: PaintedText) -> bool:
    """Whether it is what somebody typed into a field, which scrolls with the cursor."""
    field = text.widget
    return isinstance(field, QLineEdit) and text.text != field.placeholderText() and bool(field.text())


def _elided(texts: Sequence[PaintedText], words: OurWords, titles: Collection[str]) -> Iterator[str]:
    """Sentences of ours that are elided. `titles` are somebody's, though a template may have offered them."""
    for text in texts:
        start = text.text.removesuffix(_ELLIPSIS).rstrip()
        ours = words.elided(text.text) or _is_placeholder(text.widget, text.text)
        if text.text.endswith(_ELLIPSIS) and ours and not any(title.startswith(start) for title in titles):
            yield f"elided: {text.text!r} ({describe(text.widget)})"


def _is_placeholder(widget: QWidget | None, shown: str) -> bool:
    """Whether a field shows only a part of its placeholder."""
    return isinstance(widget, QLineEdit) and not widget.text() and widget.placeholderText() != shown


def _overprinted(texts: Sequence[PaintedText], layers: Mapping[QWidget | None, QWidget] = NO_LAYERS) -> Iterator[str]:
    """Pairs of texts that lie on each other."""
    drawn = sorted((text for text in texts if not text.ink.intersected(text.clip).isEmpty()), key=_top_of)
    for index, one in enumerate(drawn):
        for other in drawn[index + 1 :]:
            if other.ink.top() >= one.ink.bottom() - _TOLERANCE:
                break
            both = one.ink.intersected(one.clip).intersected(other.ink.intersected(other.clip))
            apart = layers.get(one.widget) is not layers.get(other.widget)
            if both.width() > _TOLERANCE and both.height() > _TOLERANCE and not apart and not _same(one, other):
                yield f"overprinted: {one.text!r} and {other.text!r} ({describe(one.widget)})"


def _top_of(text: PaintedText) -> float:
    return text.ink.top()


def _same(one: PaintedText, other: PaintedText) -> bool:
    """The same text drawn twice, such as with a halo."""
    return one.text == other.text and (one.ink.topLeft() - other.ink.topLeft()).manhattanLength() < 4


def _beyond_parent(widgets: Sequence[QWidget]) -> Iterator[str]:
    """Controls that lie outside the widget they are in, and so are not painted whole."""
    for widget in widgets:
        if not isinstance(widget, QAbstractButton | QLineEdit | QComboBox | QLabel) or _is_empty(widget):
            continue
        box, one = widget.rect(), widget
        while (parent := one.parentWidget()) is not None:
            box, inside = box.translated(one.pos()), parent.rect()
            wide = box.left() < inside.left() or box.right() > inside.right()
            high = box.top() < inside.top() or box.bottom() > inside.bottom()
            area = parent.parentWidget()
            if isinstance(area, QAbstractScrollArea) and _scrolled(area, wide=wide, high=high):
                break
            if wide or high:
                over = max(inside.left() - box.left(), box.right() - inside.right())
                below = max(inside.top() - box.top(), box.bottom() - inside.bottom())
                yield f"beyond {describe(parent)} by {over} × {below} px: {describe(widget)}"
                break
            one = parent


def _is_empty(widget: QWidget) -> bool:
    return isinstance(widget, QLabel) and not widget.text() and widget.pixmap().isNull()


def _overlapping(widgets: Sequence[QWidget]) -> Iterator[str]:
    """Controls of one parent that lie on each other."""
    families: dict[QWidget | None, list[QWidget]] = {}
    for widget in widgets:
        if isinstance(widget, QAbstractButton | QLineEdit | QComboBox | QLabel) and not _is_empty(widget):
            families.setdefault(widget.parentWidget(), []).append(widget)
    for parent, family in families.items():
        if isinstance(parent, QLineEdit | QAbstractButton):
            continue
        for index, one in enumerate(family):
            for other in family[index + 1 :]:
                both = one.geometry().intersected(other.geometry())
                if both.width() > _TOLERANCE and both.height() > _TOLERANCE:
                    yield f"overlapping: {describe(one)} and {describe(other)}"


def _elided_beside_room(widgets: Sequence[QWidget]) -> Iterator[str]:
    """Labels that are elided though there is room: in themselves, or in the empty space of their row."""
    for label in widgets:
        if not isinstance(label, Elided) or not QLabel.text(label).endswith(_ELLIPSIS):
            continue
        if QLabel.text(label) == label.text():
            continue
        lacking = label.fontMetrics().horizontalAdvance(label.text()) - label.width()
        parent = label.parentWidget()
        layout = parent.layout() if parent is not None else None
        spare = _spare(layout, label) if layout is not None else 0
        if lacking <= 0 or spare >= lacking > 0:
            yield f"elided beside {spare} px of room: {label.text()!r} ({describe(label)})"


def _spare(layout: QLayout, label: QWidget) -> int:
    """The width of the empty space in the row of a label, in pixels."""
    row = _row_of(layout, label)
    if row is None:
        return 0
    return sum(_space_at(row, at) for at in range(row.count()) if content_at(row, at) is None)


def _space_at(row: QLayout, at: int) -> int:
    """The width of the space at a place of a row; its object isn't kept, see `layout_items`."""
    item = row.itemAt(at)
    width = item.geometry().width() if item is not None else 0
    shiboken6.invalidate(item)
    return width


def _row_of(layout: QLayout, label: QWidget) -> QLayout | None:
    if layout.indexOf(label) >= 0:
        return layout
    inner = (one for one in contents(layout) if isinstance(one, QLayout))
    return next((row for one in inner if (row := _row_of(one, label)) is not None), None)


def _tile_faults(tile: Tile, words: OurWords) -> Iterator[str]:
    """What is wrong on a tile, which is drawn into a picture of its own."""
    size = tile.rect.size()
    device = TextRecorder(QSize(round(size.width()), round(size.height())))
    with QPainter(device) as painter:
        paint_content(painter, size, tile.widget, tile.result, locked=tile.locked)
    yield from _clipped(device.texts)
    yield from _elided(device.texts, words, {tile.widget.title})
    yield from _overprinted(device.texts)


def describe(widget: QWidget | None) -> str:
    """A widget by class and name, and those around it that have a name."""
    names: list[str] = []
    one = widget
    while one is not None and len(names) < 3:
        if one.objectName() or one is widget:
            kind = type(one).__name__
            names.append(f"{kind} {one.objectName()}".strip())
        one = one.parentWidget()
    return " in ".join(names)


__all__ = ["OurWords", "faults"]
