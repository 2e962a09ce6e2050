"""The report of what an import or export couldn't convert unchanged: by outcome and kind, with links to the widgets."""

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from benchboard.dashboards.interchange import ConversionReport
from benchboard.dashboards.interchange.conversion_report import Outcome, ReportLine
from benchboard.i18n import N_, _, number
from benchboard.ui.context import Context
from benchboard.ui.file_export import ask_file, save_file
from benchboard.ui.studio.import_export.page_export import file_name
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Dialog, Paragraph
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.stat_strip import Stat, StatStrip

OUTCOMES: Final[dict[Outcome, tuple[str, str, str]]] = {
    "left out": (N_("Skipped"), "ph.minus-circle", "error"),
    "placeholder": (N_("Replaced with a placeholder"), "ph.square", "warn"),
    "changed": (N_("Changed"), "ph.pencil-simple", "info"),
    "kept": (N_("Not supported, kept for export"), "ph.archive", "text.secondary"),
}
"""Title, icon and colour of each outcome, in the order they are shown: the most serious first."""
_LONG: Final = 6
"""Kinds with at least this many lines start collapsed."""
_DETAILS = re.compile(r"“[^”]*”|\d+")
_BESIDE: Final = 12
"""Pixels beside a line's text, and above and below it."""
_ABOVE: Final = 10
_HIGHEST: Final = 1_000
_LINE: Final = Qt.ItemDataRole.UserRole
_INSIDE: Final = Qt.ItemDataRole.UserRole + 1


class ConversionReportDialog(Dialog):
    """Shows a report, with links to the widgets (`show_item`), and can copy and save it."""

    def __init__(
        self,
        window: QWidget,
        context: Context,
        title: str,
        report: ConversionReport,
        show_item: Callable[[str], object],
        *,
        left_out: bool = False,
    ) -> None:
        """`left_out`: the report is of an export's omissions, not of an import's."""
        super().__init__(window, title, size=QSize(760, 560), name="import_report")
        self._window, self._context, self._title, self._report = window, context, title, report
        self._show_item = show_item
        self.content.addWidget(_counters(report))
        self.lines = _ReportTree(report, self._go)
        self.lines.setAccessibleName(_("Export issues") if left_out else _("Import issues"))
        self.lines.setHeaderLabel(self.lines.accessibleName())  # hidden, but screen readers come to it
        self.content.addWidget(self.lines, 1)
        hint = _("Double-click a line or press Enter to go to its widget.")
        self.content.addWidget(Paragraph(hint, "caption", "muted"))
        self.add_button(Button(_("Copy report"), self._copy, icon="ph.copy", name="import_report_copy"), left=True)
        save = Button(_("Save as text"), self._ask_file, icon="ph.download-simple", name="import_report_save")
        self.footer.insertWidget(1, save)
        self.add_button(Button(_("Done"), self.dismiss, kind="primary", name="import_report_close"))

    def _go(self, item_id: str) -> None:
        self.dismiss()
        self._show_item(item_id)

    def _copy(self) -> None:
        copy_text(f"{self._title}\n{self._report.text()}\n")
        self._context.problems.toast(_("Copied report"))

    def _ask_file(self) -> None:
        name = f"{file_name(self._title)}.txt"
        ask_file(self._window, _("Save as text"), name, _("Text"), self._save, dialog_name="report_file")

    def _save(self, path: Path) -> None:
        content = f"{self._title}\n{self._report.text()}\n".encode()
        save_file(self._context, self._window, path, lambda _progress: (content, None))


def _counters(report: ConversionReport) -> StatStrip:
    """How many widgets there are, and how many of them are not as they were."""
    strip = StatStrip(ground="")
    strip.setObjectName("import_report_counts")
    widgets = report.mapped + report.placeholder
    strip.show_stats(
        [
            Stat(number(widgets), _("Widgets")),
            Stat(number(report.placeholder), _("Placeholders"), "warn" if report.placeholder else "text"),
            Stat(number(report.without_query), _("Need a query"), "warn" if report.without_query else "text"),
            Stat(number(report.kept), _("Unsupported settings")),
        ]
    )
    strip.setAccessibleName(report.summary())
    return strip


class _WrappingDelegate(QStyledItemDelegate):
    """Wraps the text of a row: its height depends on the column's width."""

    def __init__(self, tree: QTreeWidget) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        depth, above = 1, index.parent()
        while above.isValid():
            depth, above = depth + 1, above.parent()
        room = self._tree.viewport().width() - depth * self._tree.indentation() - _BESIDE
        if size.width() > room > 0:
            words = QRect(0, 0, room, _HIGHEST)
            box = option.fontMetrics.boundingRect(words, Qt.TextFlag.TextWordWrap, str(index.data()))
            size.setHeight(max(size.height(), box.height() + _ABOVE))
        return size


class _ReportTree(QTreeWidget):
    """A tree of outcome, kind and line. A kind's lines are created when it is first expanded."""

    def __init__(self, report: ConversionReport, go: Callable[[str], None]) -> None:
        super().__init__()
        self._go = go
        self.setObjectName("import_report_lines")
        self.setProperty("lines", True)
        self.setHeaderHidden(True)
        self.setColumnCount(1)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.setItemDelegate(_WrappingDelegate(self))
        self.itemExpanded.connect(self._fill)
        self.itemDoubleClicked.connect(lambda item, _column: self._activate(item))
        for outcome, (title, icon, role) in OUTCOMES.items():
            lines = [line for line in report.lines if line.outcome == outcome]
            if lines:
                self._add_outcome(f"{_(title)}  {len(lines)}", icon, role, lines)
        first = self.topLevelItem(0)
        if first is not None:
            self.setCurrentItem(first)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self._activate(item)
        else:
            super().keyPressEvent(event)

    def _add_outcome(self, title: str, icon: str, role: str, lines: Sequence[ReportLine]) -> None:
        top = QTreeWidgetItem([title])
        top.setIcon(0, theme().icon(icon, role))
        top.setFont(0, theme().font("body_strong"))
        self.addTopLevelItem(top)
        kinds: dict[str, list[ReportLine]] = {}
        for line in lines:
            kinds.setdefault(_kind(line), []).append(line)
        for same in kinds.values():
            if len(same) == 1:
                top.addChild(_line_item(same[0], ""))
                continue
            head = _heading(same)
            group = _item(f"{head}  {len(same)}", head)
            group.setData(0, _INSIDE, same)
            group.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
            top.addChild(group)
            group.setExpanded(len(same) < _LONG)
        top.setExpanded(True)

    def _fill(self, group: QTreeWidgetItem) -> None:
        inside: list[ReportLine] | None = group.data(0, _INSIDE)
        if inside is not None:
            head = _heading(inside)
            group.setData(0, _INSIDE, None)
            group.addChildren([_line_item(line, head) for line in inside])

    def _activate(self, item: QTreeWidgetItem) -> None:
        item_id = item.data(0, _LINE)
        if item_id:
            self._go(item_id)
        elif item.data(0, _INSIDE) is not None or item.childCount():
            item.setExpanded(not item.isExpanded())


def _kind(line: ReportLine) -> str:
    """The text that lines of the same kind have in common."""
    return line.why or _DETAILS.sub("…", line.what)


def _heading(same: Sequence[ReportLine]) -> str:
    """The text that all these lines have in common."""
    whats = [what for what, _same in groupby(line.what for line in same)]
    if len(whats) == 1:
        return " ".join(part for part in (whats[0], same[0].why) if part)
    return _kind(same[0])


def _line_item(line: ReportLine, heading: str) -> QTreeWidgetItem:
    """A row for a line, without the part that the `heading` above it already has."""
    who = line.title or line.id
    sentence = " ".join(part for part in (line.what, line.why) if part)
    rest = "" if sentence == heading else line.what if heading == line.why else sentence
    item = _item(": ".join(part for part in (who, rest) if part) or sentence, sentence)
    item.setData(0, _LINE, line.id)
    return item


def _item(text: str, tip: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([text])
    item.setToolTip(0, plain_tooltip(tip))
    return item
