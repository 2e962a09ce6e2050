"""The page as JSON, to view and edit: valid text is applied to the page, invalid text is kept as a draft."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards.document.document import Document, fitted_document, write_document
from benchboard.dashboards.document.json_positions import PositionMap, format_json, map_positions, parse_text
from benchboard.dashboards.document.truncation import Truncator, has_placeholders
from benchboard.dashboards.document.widget_kinds import IMAGE
from benchboard.dashboards.versions.three_way_merge import limit_error, merge
from benchboard.errors import AppError, Conflict
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.json_editor import JsonEditor
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import Text, hairline
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_PARSE_DELAY_MS: Final = 300
_JOURNAL_DELAY_MS: Final = 150
"""A draft is written to the journal this long after a key press."""
_BACKGROUND_LENGTH: Final = 20_000
"""Texts with more characters are parsed and formatted in the background."""
_BACKGROUND_ITEMS: Final = 40
"""Documents with more items are formatted in the background: there is no text yet to measure."""


@dataclass(frozen=True, slots=True)
class _ParseOutcome:
    """The document in a text (`mine`), and the document that the page should become; None if the text is invalid or the
    user has to decide a conflict (`error`).
    """

    places: PositionMap
    mine: Document | None = None
    page: Document | None = None
    error: AppError | None = None
    line: int = 0


class JsonView(QWidget):
    """Keeps the JSON and the page in sync: edits of the page update the text, and a valid text becomes one step of the
    page, merged with what changed on the page since the text was begun.

    An invalid text is a draft: the page stays as it is, and the draft is kept, also while the view is closed, until it
    is valid or discarded. If the page changed the same values meanwhile, the text stays a draft until the user decides.
    """

    state_changed = Signal()
    """The text became a draft, was applied, or its error changed."""
    drafted = Signal(object, object)
    """The draft's text, and a function that makes it independent of this window; None: there is no draft any more."""

    def __init__(self, context: "Context", editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._editor = context, editor
        self._map = PositionMap()
        self._truncator = Truncator()
        """Replaces images in the text by placeholders: one is as long as a hundred widgets, and unreadable."""
        self._page_text: str | None = ""
        """The text of the document as it is on the page."""
        self._base: Document | None = None
        """The document that the text was begun from; None if that isn't known."""
        self._formatting: Document | None = None
        """The document whose text is being formatted in the background."""
        self._selecting = self._awaits_decision = False
        self.waiting = False
        """Whether a valid text is waiting until the page can be edited again."""
        self.setObjectName("studio_json_view")
        set_surface(self, "surface")
        self.text = JsonEditor("json_text", self._truncator)
        self._parse_timer = QTimer(self, interval=_PARSE_DELAY_MS, singleShot=True)
        self._parse_timer.timeout.connect(self._parse)
        self._journal_timer = QTimer(self, interval=_JOURNAL_DELAY_MS, singleShot=True)
        self._journal_timer.timeout.connect(self._journal_draft)
        self._refresh_timer = QTimer(self, interval=0, singleShot=True)
        self._refresh_timer.timeout.connect(self._refresh)
        self._lay_out()
        self.text.textChanged.connect(self._text_edited)
        self.text.line_changed.connect(self._at_line)
        editor.changed.connect(self._refresh_timer.start)
        editor.permission_changed.connect(self._refresh_timer.start)
        editor.selection_changed.connect(self._selection_changed)

    @property
    def error(self) -> AppError | None:
        """The error in the draft."""
        return self._error

    @property
    def draft(self) -> bool:
        """Whether the text differs from the page."""
        return self.text.draft

    def commit(self) -> None:
        """Apply what was just typed, if parsing it is quick; a long text is parsed in the background, and is a draft
        until then.
        """
        if self._parse_timer.isActive() and _is_quick(self.text.toPlainText()):
            self._parse_timer.stop()
            self._parse()
        if self._journal_timer.isActive():
            self._journal_timer.stop()
            self._journal_draft()

    def discard(self) -> None:
        """Discard the draft and show the page."""
        self._parse_timer.stop()
        self._end_draft()
        self._show()
        self._show_error(None, None)
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def restore_draft(self, text: str) -> None:
        """Restore an earlier session's draft. A draft that was begun in this session takes precedence."""
        if self.text.draft:
            return
        # The page may have changed since the draft was begun, before the program ended as well as in another window.
        self._base = None
        self._page_text, self.text.draft = None, True
        if not has_placeholders(text):
            self._show_restored(text)
            return
        written = write_document(self._editor.document)
        self._context.tasks.read(
            self, lambda _session: self._truncator.truncate(written), lambda _: self._show_restored(text)
        )

    def _show_restored(self, text: str) -> None:
        self.text.show_text(self._truncator.truncate_text(text))
        self.state_changed.emit()
        self._parse()

    def _end_draft(self) -> None:
        """End the draft: the text is applied or discarded."""
        self._journal_timer.stop()
        if self.text.draft:
            self.drafted.emit(None, None)
        self.text.draft = self.waiting = False

    def _journal_draft(self) -> None:
        if self.text.draft:
            self.drafted.emit(
                self.text.toPlainText(), partial(_persistent_draft, self._truncator, self._editor.document)
            )

    def _lay_out(self) -> None:
        self._error: AppError | None = None
        head = QWidget()
        head.setFixedHeight(48)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 8, 0)
        row.addWidget(Text(_("Dashboard JSON"), "body_strong"))
        row.addStretch(1)
        self._apply_button = Button(_("Apply text"), self._apply_as_is, size="sm", name="json_take")
        row.addWidget(self._apply_button)
        self._discard_button = Button(_("Discard changes"), self.discard, size="sm", name="json_drop")
        row.addWidget(self._discard_button)
        self._sentence = Paragraph("")
        self._sentence.setObjectName("json_error")
        self._sentence.setContentsMargins(16, 8, 16, 12)
        self._line = hairline()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (head, hairline(), self.text, self._line, self._sentence):
            column.addWidget(widget, 1 if widget is self.text else 0)
        self._apply_button.hide()
        self._discard_button.hide()
        self._sentence.hide()
        self._line.hide()

    # From the page to the text

    def _refresh(self) -> None:
        if self.waiting and self._editor.editable:
            self._parse()
        if self.text.draft and not self._journal_timer.isActive():
            self._journal_timer.start()  # images that the page no longer has are only kept in the draft
        if not self.isVisible():
            return
        self.text.setReadOnly(self._editor.read_only)
        if self._awaits_decision:
            self._parse()
        elif self.text.draft:
            self._show_error(self._error, self.text.error_line)
        elif self._editor.document is not self._base:
            self._show()

    def _show(self) -> None:
        document = self._editor.document
        items = self._editor.page.paths
        if _is_quick(self.text.toPlainText()) and len(items) <= _BACKGROUND_ITEMS and not self._has_images():
            self._base = document
            self._show_formatted(_format(document, self._truncator))
        elif self._formatting is None:
            self._formatting = document
            self._context.tasks.read(self, lambda _session: _format(document, self._truncator), self._formatted)

    def _has_images(self) -> bool:
        page = self._editor.page
        return any(page.item(item_id).type == IMAGE for item_id in page.paths)

    def _formatted(self, written: tuple[str, PositionMap]) -> None:
        """Show the text that was formatted in the background, unless the page or the text has changed meanwhile."""
        made_of, self._formatting = self._formatting, None
        if self._editor.document is made_of and not self.text.draft:
            self._base = made_of
            self._show_formatted(written)
        else:
            self._refresh()

    def _show_formatted(self, written: tuple[str, PositionMap]) -> None:
        text, self._map = written
        self._page_text = text
        self.text.show_text(text)
        self._mark()

    def _selection_changed(self) -> None:
        if self.isVisible():
            self._refresh_timer.start()
            self._mark()

    def _mark(self) -> None:
        spans = [self._map.items[item_id] for item_id in self._editor.selection if item_id in self._map.items]
        self.text.highlighted = tuple(spans)
        if spans and not self._selecting and not self.text.hasFocus():
            self.text.go_to(spans[-1].first)
        self.text.show_highlights()

    # From the text to the page

    def _text_edited(self) -> None:
        # Qt reports highlighting as a change of the text.
        if self.text.toPlainText() != self._page_text:
            self._parse_timer.start()
            if not self._journal_timer.isActive():
                self._journal_timer.start()
            if not self.text.draft:
                self.text.draft = True
                self.state_changed.emit()
        elif self.text.draft:
            self._parse_timer.stop()
            self._end_draft()
            self._show_error(None, None)
            self._refresh_timer.start()

    def _at_line(self, line: int) -> None:
        item_id = self._map.item_at(line)
        if not self.text.hasFocus() or self.text.draft or item_id not in self._editor.page.shown:
            return
        self._selecting = True
        try:
            self._editor.select([item_id] if item_id is not None else ())
        finally:
            self._selecting = False

    def _parse(self) -> None:
        self.waiting = False
        text, base, page = self.text.toPlainText(), self._base, self._editor.document
        if _is_quick(text) and (base is page or len(self._editor.page.paths) <= _BACKGROUND_ITEMS):
            self._parsed(text, page, _parse_and_merge(text, base, page))
            return
        complete = self._truncator.restore
        self._context.tasks.read(
            self,
            lambda _session: _parse_and_merge(text, base, page, complete),
            lambda judged: self._parsed(text, page, judged),
        )

    def _parsed(self, text: str, page: Document, judged: _ParseOutcome) -> None:
        """Handle the result of parsing the text against the page, both as they were then."""
        if text != self.text.toPlainText() or not self.text.draft:
            return
        if judged.mine is not None and self._editor.document is not page:
            self._parse()
            return
        self._map = judged.places
        if judged.page is None:
            asked = judged.mine is not None
            self._show_error(judged.error, None if asked else judged.line, asking=asked)
            return
        wanted = judged.page
        differs = write_document(wanted) != write_document(page)
        if differs and not self._editor.editable:
            self.waiting = True  # the page began to be presented while the text was parsed
            self._show_error(None, None)
            return
        self._page_text = text
        if differs:
            self._editor.apply_document(_("Edit as JSON"), wanted, burst="json")
        self._end_draft()
        # A text that differs only in its formatting stays as typed; merged changes are shown.
        self._base = self._editor.document if wanted is judged.mine else judged.mine
        self._refresh_timer.start()
        self._show_error(None, None)
        self._mark()

    def _apply_as_is(self) -> None:
        """Apply the text as it is, overriding changes of the page."""
        self._base = self._editor.document
        self._parse()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_error(self, error: AppError | None, line: int | None, *, asking: bool = False) -> None:
        self._error, self.text.error_line, self._awaits_decision = error, line, asking
        words = ""
        if error is not None:
            where = "" if line is None else _("Line {line}:").format(line=line + 1)
            placed = str(error.facts.get("placed") or "")
            parts = (placed, error.do) if placed else (where, error.what, error.do)
            words = " ".join(part for part in parts if part)
            if not asking and self._base is None:
                words += " " + _("You'll be asked before this text replaces the dashboard.")
            elif not asking and self._editor.document is not self._base:
                words += " " + _("The dashboard has changed since. Your text will be merged with it.")
        self._sentence.setText(words)
        self._sentence.set_tone("warn" if asking else "error")
        self.text.setAccessibleDescription(words)
        for widget in (self._sentence, self._line, self._discard_button):
            widget.setVisible(bool(words))
        self._apply_button.setVisible(asking)
        self.text.show_highlights()
        self.state_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._mark()
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.commit()


def _is_quick(text: str) -> bool:
    """Whether a text can be parsed without a noticeable delay."""
    return len(text) <= _BACKGROUND_LENGTH and not has_placeholders(text)


def _persistent_draft(pictures: Truncator, page: Document, text: str) -> str:
    """The draft with placeholders replaced by images, for another window."""
    return pictures.restore_missing(text, write_document(page)) if has_placeholders(text) else text


def _format(document: Document, pictures: Truncator) -> tuple[str, PositionMap]:
    """A document's text, and the positions of its items in it."""
    text = format_json(pictures.truncate(write_document(document)))
    return text, map_positions(text)


def _parse_and_merge(
    text: str, base: Document | None, page: Document, complete: Callable[[object], object] = lambda value: value
) -> _ParseOutcome:
    """Parse a text that was begun from `base`, and merge it with the present page."""
    document, places, error, line = parse_text(text, complete)
    if document is None:
        return _ParseOutcome(places, error=error, line=line or 0)
    mine = fitted_document(document)
    if base is page or write_document(mine) == write_document(page):
        return _ParseOutcome(places, mine, mine)
    do = _("Apply your text as it is, or discard your changes.")
    if base is None:
        what = _("This draft is from an earlier session. The dashboard may have changed since.")
        return _ParseOutcome(places, mine, error=Conflict("studio.json-earlier", what, do=do))
    both = merge(base, mine, page)
    if both.conflicts:
        what = _("Your text conflicts with newer changes to the dashboard.")
        return _ParseOutcome(places, mine, error=Conflict("studio.json-overtaken", what, do=do))
    if (problem := limit_error(both.document)) is not None:
        return _ParseOutcome(places, mine, error=problem)
    brought = fitted_document(both.document)
    return _ParseOutcome(places, mine, mine if write_document(brought) == write_document(mine) else brought)
