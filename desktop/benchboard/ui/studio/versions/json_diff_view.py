"""The JSON of two documents as one text: removed and added lines, with equal ones collapsed."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from benchboard.dashboards.versions.diff import JsonLine
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.versions.difference_text import ItemNames
from benchboard.ui.theme import theme

_CONTEXT_LINES: Final = 3
_SIGNS: Final = {"same": " ", "gone": "−", "new": "+"}


class JsonDiff(QPlainTextEdit):
    """Lines that start with − or +; read-only, for selecting and copying."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diff_json")
        self.setAccessibleName(_("JSON diff"))
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("docked", "true")
        self._kinds: list[tuple[int, str]] = []
        self._items: dict[str, int] = {}
        theme().changed.connect(self._highlight)

    def show_lines(self, lines: Sequence[JsonLine], names: ItemNames) -> None:
        """Show these lines; long runs of equal lines only as their number, with the item that follows."""
        texts: list[str] = []
        self._kinds, self._items = [], {}
        runs = [(alike, list(run)) for alike, run in groupby(lines, key=lambda line: line.kind == "same")]
        for place, (alike, run) in enumerate(runs):
            head = 0 if place == 0 else _CONTEXT_LINES
            tail = 0 if place == len(runs) - 1 else _CONTEXT_LINES
            folded = len(run) - head - tail
            if not alike or folded < 2:
                self._add_lines(texts, run)
                continue
            self._add_lines(texts, run[:head])
            count = ngettext("{count} unchanged line", "{count} unchanged lines", folded).format(count=folded)
            after = runs[place + 1][1][0].item if place + 1 < len(runs) else ""
            texts.append(f"  ⋯ {count}" + (f", “{names.title(after)}”" if after else ""))
            self._add_lines(texts, run[len(run) - tail :])
        self.setPlainText("\n".join(texts))
        self._highlight()

    def show_item(self, item_id: str) -> None:
        """Scroll to the first line that differs in an item."""
        at = self._items.get(item_id)
        if at is not None:
            cursor = QTextCursor(self.document().findBlockByNumber(at))
            self.setTextCursor(cursor)
            self.centerCursor()

    def _add_lines(self, texts: list[str], run: Sequence[JsonLine]) -> None:
        for line in run:
            if line.kind != "same":
                self._kinds.append((len(texts), line.kind))
                self._items.setdefault(line.item, len(texts))
            texts.append(f"{_SIGNS[line.kind]} {line.text}")

    def _highlight(self) -> None:
        self.setFont(theme().font("mono"))
        looks = {}
        for kind, role in (("gone", "error"), ("new", "ok")):
            look = QTextCharFormat()
            look.setBackground(theme().color(f"{role}.soft"))
            look.setForeground(theme().color(role))
            look.setProperty(QTextFormat.Property.FullWidthSelection, True)
            looks[kind] = look
        selections = []
        for number, kind in self._kinds:
            selection = QTextEdit.ExtraSelection()
            selection.format = looks[kind]
            selection.cursor = QTextCursor(self.document().findBlockByNumber(number))
            selections.append(selection)
        self.setExtraSelections(selections)
