"""The page as JSON, to be read and edited: what is right becomes the page, what is not yet stays a draft here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards.document.document import Document, fitted, write_document
from benchboard.dashboards.document.json_positions import PositionMap, format_json, map_positions, parse_text
from benchboard.dashboards.document.truncation import Truncator, has_placeholders
from benchboard.dashboards.document.widget_kinds import IMAGE
from benchboard.dashboards.versions.three_way_merge import limit_error, merge
from benchboard.errors import AppError, Conflict
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.json_editor import JsonText
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import Text, hairline

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_PAUSE_MS: Final = 300
_KEEP_MS: Final = 150
"""After a key, so much later what is written is on its way to the journal."""
_LONG: Final = 20_000
"""Characters from which on a text is read, and written anew, in the background."""
_MANY: Final = 40
"""Items from which on it is so too, before there is a text."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a text says (`mine`), and what the page is to say by it; None where it is wrong, or somebody has to be asked
    (`error`)."""

    places: PositionMap
    mine: Document | None = None
    page: Document | None = None
    error: AppError | None = None
    line: int = 0


class JsonView(QWidget):
    """Both ways: an edit of the page is seen here, and a text that is a document becomes one step of the page, together
    with what the page came to say since the text was begun.

    While the text is no document it is a draft: the page stays as it is, and the draft stays here, also while the view
    is closed, until it is right or dropped. Where the page changed the same meanwhile, it stays one until somebody says
    which holds.
    """

    judged = Signal()
    """The text became a draft, or was read: something is wrong with it, or it is what the page says."""
    drafted = Signal(object, object)
    """What stands here as a draft, and what makes it one that lasts; None: nothing does any more."""

    def __init__(self, context: "Context", editor: Editor) -> None:
        super().__init__()
        self._context, self._editor = context, editor
        self._map = PositionMap()
        self._pictures = Truncator()
        """Pictures stand in the text in short: one takes as much room as a hundred widgets, and says nothing to
        anybody."""
        self._known: str | None = ""
        """The text that says what the page says."""
        self._ours: Document | None = None
        """The page the text was begun from; None where that is not known."""
        self._under_way: Document | None = None
        """What the background is writing the text of."""
        self._choosing = self._asking = False
        self.waiting = False
        """Whether a text that is a document has to wait until the page can be changed again."""
        self.setObjectName("studio_json_view")
        self.setProperty("surface", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = JsonText("json_text", self._pictures)
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._read)
        self._keep = QTimer(self, interval=_KEEP_MS, singleShot=True)
        self._keep.timeout.connect(self._kept)
        self._late = QTimer(self, interval=0, singleShot=True)
        self._late.timeout.connect(self._follow)
        self._lay_out()
        self.text.textChanged.connect(self._typed)
        self.text.line_changed.connect(self._at_line)
        editor.changed.connect(self._late.start)
        editor.permission_changed.connect(self._late.start)
        editor.selection_changed.connect(self._chosen)

    @property
    def error(self) -> AppError | None:
        """What is wrong with the draft."""
        return self._error

    @property
    def draft(self) -> bool:
        """Whether the text says something the page does not."""
        return self.text.draft

    def commit(self) -> None:
        """Read what was typed now, where that is quick; what is long is read on its own time, and kept till then."""
        if self._pause.isActive() and _light(self.text.toPlainText()):
            self._pause.stop()
            self._read()
        if self._keep.isActive():
            self._keep.stop()
            self._kept()

    def drop(self) -> None:
        """Give the draft up and show the page."""
        self._pause.stop()
        self._settle()
        self._show()
        self._say(None, None)
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def bring(self, text: str) -> None:
        """Go on with an earlier session's draft. What is written here already stays."""
        if self.text.draft:
            return
        # The page may have gone on since its first letter, here before the program ended as well as elsewhere.
        self._ours = None
        self._known, self.text.draft = None, True
        if not has_placeholders(text):
            self._bring(text)
            return
        written = write_document(self._editor.document)
        self._context.tasks.read(self, lambda _session: self._pictures.truncate(written), lambda _: self._bring(text))

    def _bring(self, text: str) -> None:
        self.text.show_text(self._pictures.truncate_text(text))
        self.judged.emit()
        self._read()

    def _settle(self) -> None:
        """The text is no draft any more."""
        self._keep.stop()
        if self.text.draft:
            self.drafted.emit(None, None)
        self.text.draft = self.waiting = False

    def _kept(self) -> None:
        if self.text.draft:
            self.drafted.emit(self.text.toPlainText(), partial(_lasting, self._pictures, self._editor.document))

    def _lay_out(self) -> None:
        self._error: AppError | None = None
        head = QWidget()
        head.setFixedHeight(48)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 8, 0)
        row.addWidget(Text(_("Dashboard JSON"), "body_strong"))
        row.addStretch(1)
        self._take = Button(_("Apply text"), self._take_all, size="sm", name="json_take")
        row.addWidget(self._take)
        self._drop = Button(_("Discard changes"), self.drop, size="sm", name="json_drop")
        row.addWidget(self._drop)
        self._sentence = Text("", wrap=True)
        self._sentence.setObjectName("json_error")
        self._sentence.setContentsMargins(16, 10, 16, 12)
        self._line = hairline()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (head, hairline(), self.text, self._line, self._sentence):
            column.addWidget(widget, 1 if widget is self.text else 0)
        self._take.hide()
        self._drop.hide()
        self._sentence.hide()
        self._line.hide()

    # From the page

    def _follow(self) -> None:
        if self.waiting and self._editor.editable:
            self._read()
        if self.text.draft and not self._keep.isActive():
            self._keep.start()  # what the page has no more lasts only with the draft
        if not self.isVisible():
            return
        self.text.setReadOnly(self._editor.read_only)
        if self._asking:
            self._read()
        elif self.text.draft:
            self._say(self._error, self.text.wrong)
        elif self._editor.document is not self._ours:
            self._show()

    def _show(self) -> None:
        document = self._editor.document
        items = self._editor.page.paths
        if _light(self.text.toPlainText()) and len(items) <= _MANY and not self._pictured():
            self._ours = document
            self._shown(_written(document, self._pictures))
        elif self._under_way is None:
            self._under_way = document
            self._context.tasks.read(self, lambda _session: _written(document, self._pictures), self._arrived)

    def _pictured(self) -> bool:
        page = self._editor.page
        return any(page.item(item_id).type == IMAGE for item_id in page.paths)

    def _arrived(self, written: tuple[str, PositionMap]) -> None:
        """The text that was made in the background: shown unless the page or the text has gone on meanwhile."""
        made_of, self._under_way = self._under_way, None
        if self._editor.document is made_of and not self.text.draft:
            self._ours = made_of
            self._shown(written)
        else:
            self._follow()

    def _shown(self, written: tuple[str, PositionMap]) -> None:
        text, self._map = written
        self._known = text
        self.text.show_text(text)
        self._mark()

    def _chosen(self) -> None:
        if self.isVisible():
            self._late.start()
            self._mark()

    def _mark(self) -> None:
        spans = [self._map.items[item_id] for item_id in self._editor.selection if item_id in self._map.items]
        self.text.chosen = tuple(spans)
        if spans and not self._choosing and not self.text.hasFocus():
            self.text.go_to(spans[-1].first)
        self.text.mark()

    # From the text

    def _typed(self) -> None:
        # Colours that change are a change of the text to Qt.
        if self.text.toPlainText() != self._known:
            self._pause.start()
            if not self._keep.isActive():
                self._keep.start()
            if not self.text.draft:
                self.text.draft = True
                self.judged.emit()
        elif self.text.draft:
            self._pause.stop()
            self._settle()
            self._say(None, None)
            self._late.start()

    def _at_line(self, line: int) -> None:
        item_id = self._map.item_at(line)
        if not self.text.hasFocus() or self.text.draft or item_id not in self._editor.page.shown:
            return
        self._choosing = True
        try:
            self._editor.select([item_id] if item_id is not None else ())
        finally:
            self._choosing = False

    def _read(self) -> None:
        self.waiting = False
        text, base, page = self.text.toPlainText(), self._ours, self._editor.document
        if _light(text) and (base is page or len(self._editor.page.paths) <= _MANY):
            self._heard(text, page, _judged(text, base, page))
            return
        complete = self._pictures.restore
        self._context.tasks.read(
            self,
            lambda _session: _judged(text, base, page, complete),
            lambda judged: self._heard(text, page, judged),
        )

    def _heard(self, text: str, page: Document, judged: _Judged) -> None:
        """What was found of the text and the page as they were then."""
        if text != self.text.toPlainText() or not self.text.draft:
            return
        if judged.mine is not None and self._editor.document is not page:
            self._read()
            return
        self._map = judged.places
        if judged.page is None:
            asked = judged.mine is not None
            self._say(judged.error, None if asked else judged.line, asking=asked)
            return
        wanted = judged.page
        differs = write_document(wanted) != write_document(page)
        if differs and not self._editor.editable:
            self.waiting = True  # it was read while the page began to be presented
            self._say(None, None)
            return
        self._known = text
        if differs:
            self._editor.apply_document(_("Edit as JSON"), wanted, burst="json")
        self._settle()
        # What is written differently and says the same stays as it was typed; what was brought in is shown.
        self._ours = self._editor.document if wanted is judged.mine else judged.mine
        self._late.start()
        self._say(None, None)
        self._mark()

    def _take_all(self) -> None:
        """The text holds as it is, whatever the page says now."""
        self._ours = self._editor.document
        self._read()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, error: AppError | None, line: int | None, *, asking: bool = False) -> None:
        self._error, self.text.wrong, self._asking = error, line, asking
        words = ""
        if error is not None:
            where = "" if line is None else _("Line {line}:").format(line=line + 1)
            words = " ".join(part for part in (where, error.what, error.do) if part)
            if not asking and self._ours is None:
                words += " " + _("You'll be asked before this text replaces the dashboard.")
            elif not asking and self._editor.document is not self._ours:
                words += " " + _("The dashboard has changed since. Your text will be merged with it.")
        self._sentence.setText(words)
        self._sentence.set_tone("warn" if asking else "error")
        self.text.setAccessibleDescription(words)
        for widget in (self._sentence, self._line, self._drop):
            widget.setVisible(bool(words))
        self._take.setVisible(asking)
        self.text.mark()
        self.judged.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._mark()
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.commit()


def _light(text: str) -> bool:
    """Whether a text is read while somebody waits."""
    return len(text) <= _LONG and not has_placeholders(text)


def _lasting(pictures: Truncator, page: Document, text: str) -> str:
    """What a draft beside this page is, for another window."""
    return pictures.restore_missing(text, write_document(page)) if has_placeholders(text) else text


def _written(document: Document, pictures: Truncator) -> tuple[str, PositionMap]:
    """A document's text, and where in it things stand."""
    text = format_json(pictures.truncate(write_document(document)))
    return text, map_positions(text)


def _judged(
    text: str, base: Document | None, page: Document, complete: Callable[[object], object] = lambda value: value
) -> _Judged:
    """Read a text that was begun from `base`, and bring it together with the page as it is."""
    document, places, error, line = parse_text(text, complete)
    if document is None:
        return _Judged(places, error=error, line=line or 0)
    mine = fitted(document)
    if base is page or write_document(mine) == write_document(page):
        return _Judged(places, mine, mine)
    do = _("Apply your text as it is, or discard your changes.")
    if base is None:
        what = _("This draft is from an earlier session. The dashboard may have changed since.")
        return _Judged(places, mine, error=Conflict("studio.json-earlier", what, do=do))
    both = merge(base, mine, page)
    if both.conflicts:
        what = _("Your text conflicts with newer changes to the dashboard.")
        return _Judged(places, mine, error=Conflict("studio.json-overtaken", what, do=do))
    if (problem := limit_error(both.document)) is not None:
        return _Judged(places, mine, error=problem)
    brought = fitted(both.document)
    return _Judged(places, mine, mine if write_document(brought) == write_document(mine) else brought)
