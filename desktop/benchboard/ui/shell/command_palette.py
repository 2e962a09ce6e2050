"""The command palette (Ctrl+K): run any command or open any view by a few letters of its name."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.paging import no_match_text
from benchboard.ui.shell.fuzzy_search import CommandMatch, PaletteEntry, search, split_scope
from benchboard.ui.shell.palette_list import CommandMatchList, CommandMatchModel, beside_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce, untold
from benchboard.ui.widgets.badges import Badge
from benchboard.ui.widgets.dialog import Scrim
from benchboard.ui.widgets.empty_state import EmptyState
from benchboard.ui.widgets.focus import note_input
from benchboard.ui.widgets.labels import KeyCap, Text, hairline
from benchboard.ui.widgets.skeleton import Skeleton
from benchboard.ui.widgets.slide import FROM_ABOVE, slide_in
from benchboard.ui.widgets.surfaces import SHADOW, Floating, Icon

_WIDTH: Final = 640
_PAUSE_MS: Final = 120
_TELL_MS: Final = 500
"""How long typing pauses before a screen reader is told of the results: it reads the letters meanwhile."""
_MAX_RESULTS: Final = 60
_HEIGHT: Final = 420
"""The greatest height of the list, in pixels; that of fewer entries fits them, once all are found."""
_EMPTY_HEIGHT: Final = 220
"""Of what stands in its place, in pixels."""
_FEW_LETTERS: Final = 2


class CommandPalette(Scrim):
    """Opens above the window; Enter runs the selected entry, Esc closes.

    `search_requested` asks for results other than commands when typing pauses; `add_results` adds them.
    """

    search_requested = Signal(str)

    def __init__(self, window: QWidget, entries: Sequence[PaletteEntry], *, people: bool = True) -> None:
        """`people`: whether the user can search for people."""
        super().__init__(window)
        self.setObjectName("palette")
        self.setAccessibleName(_("Search or run a command"))
        self._entries = tuple(entries)
        self._results: tuple[PaletteEntry, ...] = ()
        self._opened: tuple[PaletteEntry, ...] = ()
        """What the user opened last; offered until something is typed."""
        self._people = people
        self._awaited = ""
        """The text whose results haven't come yet."""
        self._selection_moved = False
        """Whether the user has selected an entry: later results don't change the selection."""
        self._told: tuple[PaletteEntry | None, str] = (None, "")
        """The selected entry and the count, or what stands in their place, that a screen reader was told of last."""
        self._told_group = ""
        """The group that was told last: arrows tell it only as they come to another one."""
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._request_search)
        self._tell = QTimer(self, singleShot=True, interval=_TELL_MS)
        self._tell.timeout.connect(self._tell_matches)
        self.frame = Floating(self, radius="dialog")
        self.field = QLineEdit()
        self.field.setObjectName("palette_field")
        self.field.setProperty("frameless", True)
        self.field.setStyleSheet(f"font-size: {theme().font('section').pointSizeF()}pt;")
        self.field.setPlaceholderText(_("Search or run a command"))
        self.field.setAccessibleName(_("Search or run a command"))
        self.field.setAccessibleDescription(_("Up and Down select, Enter runs"))
        self.field.textChanged.connect(self._show_matches)
        self.field.textChanged.connect(self._typed)
        self.field.installEventFilter(self)
        self._model = CommandMatchModel(self)
        self.list = CommandMatchList(self._model)
        self.list.clicked.connect(self._run_by_pointer)
        self._no_results = EmptyState("ph.magnifying-glass", "", _("Clear search"), self._clear, why=" ")
        self._no_results.setObjectName("palette_empty")
        self._no_results.action.setObjectName("clear_search")
        self._searching = Skeleton(height=36, top=20, left=44)
        self._searching.show_columns([(320, 320), (180, 180)])
        self._scope = Badge("neutral", "")
        self._count = Text("", "caption", "muted")
        column = QVBoxLayout(self.frame.body)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(self._header())
        column.addWidget(hairline())
        column.addWidget(self.list)
        column.addWidget(self._searching)
        column.addWidget(self._no_results)
        column.addWidget(hairline())
        column.addLayout(self._footer())
        self._update_matches("")

    def open(self) -> None:
        """Show it and focus its field."""
        self.raise_()
        self.show()
        self.place_content()
        slide_in(self.frame, FROM_ABOVE)
        self.field.setFocus()
        self._tell.start()

    def place_content(self) -> None:
        width = min(_WIDTH, self.width() - 32) + 2 * SHADOW
        most = min(_HEIGHT, max(120, self.height() - 112 - 150))
        height = min(most, self._model.height() if self._model.matches() else _EMPTY_HEIGHT)
        if self._awaited:  # more may come: it would get lower and higher at each letter
            height = max(height, min(most, self.list.height()))
        for part in (self.list, self._searching, self._no_results):
            part.setFixedHeight(height)
        for layout in (self.frame.body.layout(), self.frame.layout()):
            if layout is not None:
                layout.invalidate()
                layout.activate()
        height = self.frame.sizeHint().height()
        self.frame.setGeometry((self.width() - width) // 2, 112 - SHADOW, width, height)

    def add_results(self, text: str, results: Sequence[PaletteEntry]) -> None:
        """Add the results for `text`, unless the text has changed meanwhile."""
        if text == self._sought():
            self._awaited = ""
            selected = self._model.match_at(self.list.currentIndex().row())
            self._results = tuple(results)
            self._update_matches(self.field.text())
            row = self._model.row_of(selected.entry) if selected is not None and self._selection_moved else -1
            if row >= 0:
                self._select_row(row)
            if not self._tell.isActive():
                self._tell_matches()

    def add_recent(self, entries: Sequence[PaletteEntry]) -> None:
        """Offer what the user opened last, the latest first, after the commands that were run last."""
        self._opened = tuple(replace(one, recent=-place) for place, one in enumerate(entries, 1))
        if not self._text() and not self._selection_moved:
            self._update_matches(self.field.text())

    def _typed(self) -> None:
        self._selection_moved = False
        self._pause.start()

    def _sought(self) -> str:
        """The text without the character that says what is searched."""
        return split_scope(self.field.text())[1]

    def _text(self) -> str:
        return self.field.text().strip()

    def _request_search(self) -> None:
        if self._text() and not self._text().startswith(">"):
            self.search_requested.emit(self._sought())

    def titles(self) -> list[str]:
        """The titles shown now, best match first."""
        return [match.entry.title for match in self._model.matches()]

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 12, 14, 12)
        row.setSpacing(12)
        row.addWidget(Icon("ph.magnifying-glass", size=18))
        row.addWidget(self.field, 1)
        row.addWidget(self._scope)
        row.addWidget(KeyCap("Esc"))
        return row

    def _footer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(14, 7, 16, 7)
        row.setSpacing(6)
        hints = [(("↑", "↓"), _("select")), (("Enter",), _("run")), ((">",), _("commands only"))]
        hints += [(("@",), _("people"))] if self._people else []
        for keys, label in (*hints, (("#",), _("dongles"))):
            for key in keys:
                row.addWidget(KeyCap(key))
            row.addWidget(Text(label, "caption", "muted"))
            row.addSpacing(8)
        row.addStretch(1)
        row.addWidget(self._count)
        return row

    def _show_matches(self, query: str) -> None:
        self._awaited = "" if self._text().startswith(">") else self._text()
        self._results = () if not self._text() else self._results
        self._update_matches(query)
        self._tell.start()

    def _update_matches(self, query: str) -> None:
        entries = (*self._entries, *self._results) if query.strip() else (*self._opened, *self._entries)
        found = search(query, entries)
        matches = found[:_MAX_RESULTS]
        self._model.set_matches(matches)
        self.list.setVisible(bool(matches))
        searching = not matches and bool(self._awaited)
        self._searching.setVisible(searching)
        self._show_no_results(query, found=bool(matches) or searching)
        text = _count_text(query, len(matches)) if matches else _("Searching…") if searching else _("No results")
        self._scope.show_state("neutral", *_scope_mark(query))
        if hidden := len(found) - len(matches):
            text = _("{count} shown; type to find the other {hidden}")
        self._count.setText(text.format(count=len(matches), hidden=hidden))
        with untold():  # `_tell_matches` says which it is, once one pauses
            self._select_row(self._model.next_entry(-1, 1))
        self.place_content()

    def _show_no_results(self, query: str, *, found: bool) -> None:
        """In place of the list if nothing was found: what can be tried next."""
        self._no_results.setVisible(not found)
        self._no_results.sentence.setText(no_match_text(pgettext("no match", "results"), query))
        scope, sought = split_scope(query)
        only = {
            ">": _("Only commands are searched after >. Remove it to search views and dashboards too."),
            "@": _("Only people are searched after @. Remove it to search everything."),
            "#": _("Only dongles are searched after #. Remove it to search everything."),
        }
        fewer = _("Try fewer letters, or the name of a view, a command or a dashboard.")
        other = _("Try the name of a view, a command or a dashboard.")
        self._no_results.why.setText(only.get(scope, other if len(sought) <= _FEW_LETTERS else fewer))

    def _clear(self) -> None:
        self.field.clear()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _select_row(self, row: int) -> None:
        if row >= 0:
            self.list.setCurrentIndex(self._model.index(row))
            if row == 1:
                self.list.scrollToTop()

    def _tell_matches(self) -> None:
        """Tell which entry is selected and how many there are, as the field keeps the focus: unless the last letter
        changed neither."""
        selected = self._model.match_at(self.list.currentIndex().row())
        count = self._count.text() if selected is not None or self._awaited else self._no_results_text()
        told = selected.entry if selected is not None else None, count
        if not self.isVisible() or told == self._told:
            return
        self._told, self._told_group = told, ""
        announce(self.field, count if selected is None else f"{self._entry_text(selected)}, {count}", again=True)

    def _no_results_text(self) -> str:
        """That nothing was found, and where only a part was searched."""
        sentence = self._no_results.sentence.text()
        return f"{sentence}. {self._no_results.why.text()}" if split_scope(self.field.text())[0] else sentence

    def _entry_text(self, match: CommandMatch) -> str:
        """What a row shows, and the heading above it if that wasn't told just before."""
        entry, told = match.entry, self._told_group
        self._told_group = entry.group
        group = entry.group if entry.group != told else ""
        return ", ".join(filter(None, (entry.title, group, beside_text(match), entry.keys)))

    def _move_to(self, row: int) -> None:
        """Select the entry in a row by the keys, and tell what it is and its place."""
        self._selection_moved = True
        self._tell.stop()
        self._select_row(row)
        selected = self._model.match_at(row)
        if selected is not None:
            self._told = selected.entry, self._count.text()
            place, count = self._model.place_of(row), len(self._model.matches())
            text = _("{place} of {count}").format(place=number(place), count=number(count))
            announce(self.field, f"{self._entry_text(selected)}, {text}", again=True)

    def _run_by_pointer(self, index: QModelIndex) -> None:
        note_input(key=False)
        self._run(index)

    def _run(self, index: QModelIndex) -> None:
        match = self._model.match_at(index.row())
        if match is None:
            return
        if match.entry.leads:
            self.dismiss_to(match.entry.run)
        else:
            self.dismiss_before(match.entry.run)  # what a command does may depend on the focus

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key, row = event.key(), self.list.currentIndex().row()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._move_to(self._model.next_entry(row, 1 if key == Qt.Key.Key_Down else -1))
                return True
            if key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                step = 1 if key == Qt.Key.Key_PageDown else -1
                for _turn in range(8):
                    row = self._model.next_entry(row, step, wrap=False)
                self._move_to(row)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                note_input(key=True)
                self._run(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.frame.geometry().contains(event.position().toPoint()):
            self.dismiss()
        event.accept()


def _scope_mark(query: str) -> tuple[str, str]:
    """What is searched, and the icon of it."""
    scopes = {
        ">": (_("Commands"), "ph.terminal"),
        "@": (_("People"), "ph.users"),
        "#": (_("Dongles"), "ph.plugs-connected"),
    }
    return scopes.get(split_scope(query)[0], (_("Everywhere"), "ph.globe-simple"))


def _count_text(query: str, count: int) -> str:
    """How many entries are listed for `query`, by what they are."""
    if not query.strip():
        return ngettext("{count} command or view", "{count} commands and views", count)
    if query.lstrip().startswith(">"):
        return ngettext("{count} command", "{count} commands", count)
    return ngettext("{count} result", "{count} results", count)
