"""RedirectUriRows: a line for each redirect URI, which says once typing pauses what is wrong with it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _, number
from benchboard.identity.oauth import redirect_uris
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Edit, Paragraph
from benchboard.ui.widgets.accessible import describe
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.no_match import TELL_MS


class _UriRow(QWidget):
    """One URI, a button that removes it, and below it what is wrong."""

    changed = Signal()
    removed = Signal()

    def __init__(self, uri: str) -> None:
        super().__init__()
        self.edit = Edit(name="client_uri")
        self.edit.setMaxLength(redirect_uris.LONGEST)
        self.edit.setText(uri)
        self.edit.setCursorPosition(0)
        self._remove = Button(
            "", self.removed.emit, kind="quiet", icon="ph.x", tip=_("Remove URI"), name="client_uri_remove"
        )
        self._problem = Paragraph("", "caption", "error")
        line = QHBoxLayout()
        line.setSpacing(theme().px("spacing.1"))
        line.addWidget(self.edit, 1)
        line.addWidget(self._remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px("spacing.1"))
        column.addLayout(line)
        column.addWidget(self._problem)
        self._pause = QTimer(self, singleShot=True, interval=TELL_MS)
        """Runs while it is typed: what isn't finished is no error yet."""
        self._pause.timeout.connect(lambda: self.show_problem(told=True))
        self.edit.textChanged.connect(self._changed)
        self.edit.editingFinished.connect(self._finished)
        self._problem.hide()

    def uri(self) -> str:
        return self.edit.text().strip()

    def is_wrong(self) -> bool:
        """Whether there is something in it that can't be registered."""
        return bool(self.uri()) and redirect_uris.find_problem(self.uri()) is not None

    def show_problem(self, *, told: bool = False) -> None:
        """Say what is wrong with the URI, or that it leads to the person's own computer; `told`: to a screen reader
        too, as news."""
        self._pause.stop()
        problem = redirect_uris.find_problem(self.uri()) if self.uri() else None
        local = problem is None and redirect_uris.is_on_this_computer(self.uri()) if self.uri() else False
        text = f"{problem.why} {problem.do}".strip() if problem else _("This computer only") if local else ""
        self.edit.set_invalid(problem is not None)
        self._problem.setText(text)
        self._problem.set_tone("error" if problem else "muted")
        self._problem.setVisible(bool(text))
        describe(self.edit, text, told=told)
        named = ": ".join(filter(None, (_("Remove URI"), self.uri())))
        self._remove.setAccessibleName(named)
        self._remove.setToolTip(plain_tooltip(named))

    def _changed(self) -> None:
        if self.is_wrong():
            self._pause.start()
        else:
            self.show_problem()
        self.changed.emit()

    def _finished(self) -> None:
        """Say what is wrong as the field is left, before typing was long enough at rest."""
        if self._pause.isActive():
            self.show_problem(told=True)


class RedirectUriRows(QWidget):
    """`uris` are those that aren't empty, in order. `changed` is emitted when they may have changed."""

    changed = Signal()

    def __init__(self, uris: Sequence[str] = ()) -> None:
        super().__init__()
        self._rows: list[_UriRow] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(theme().px("spacing.2"))
        self._add = Button(_("Add a URI"), self._add_empty, kind="link", icon="ph.plus", name="client_uri_add")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme().px("spacing.2"))
        whole.addLayout(self._column)
        whole.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_uris(uris)

    def uris(self) -> tuple[str, ...]:
        return tuple(uri for row in self._rows if (uri := row.uri()))

    def wrong(self) -> int:
        """How many can't be registered."""
        return sum(row.is_wrong() for row in self._rows)

    def show_uris(self, uris: Sequence[str]) -> None:
        """Show these instead; at least one line."""
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = []
        for uri in uris or ("",):
            self._add_row(uri)

    def show_problems(self) -> None:
        """Say what is wrong with each, also with one that is still being typed."""
        for row in self._rows:
            row.show_problem()

    def first_wrong(self) -> Edit:
        """The field of the first that is wrong, or else the first."""
        return next((row for row in self._rows if row.is_wrong()), self._rows[0]).edit

    def _add_row(self, uri: str) -> _UriRow:
        row = _UriRow(uri)
        row.changed.connect(self.changed)
        row.removed.connect(lambda: self._remove(row))
        self._rows.append(row)
        self._column.addWidget(row)
        row.show_problem()
        self._number()
        return row

    def _add_empty(self) -> None:
        self._add_row("").edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _remove(self, row: _UriRow) -> None:
        at = self._rows.index(row)
        self._rows.remove(row)
        row.hide()
        row.deleteLater()
        if not self._rows:
            self._add_row("")
        self._number()
        self._rows[min(at, len(self._rows) - 1)].edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _number(self) -> None:
        for at, row in enumerate(self._rows, 1):
            row.edit.setAccessibleName(_("Redirect URI {number}").format(number=number(at)))
        self._add.setVisible(len(self._rows) < redirect_uris.MOST)
