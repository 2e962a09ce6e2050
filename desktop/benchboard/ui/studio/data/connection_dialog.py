"""What the forms for database servers and REST APIs share: testing, saving, stopping, and errors at the fields."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets import Button, Confirm, Dialog, Edit, Field, Paragraph, Select
from benchboard.ui.widgets.accessible import announce

T = TypeVar("T")


class ConnectionDialog(Dialog):
    """A form with the buttons *Test connection* and *Save* or *Add data source*. Its parts are named after `prefix`,
    such as server_test; `existing`: it changes a data source."""

    def __init__(
        self, context: Context, window: QWidget, title: str, *, prefix: str, size: QSize, existing: bool
    ) -> None:
        super().__init__(window, title, size=size, name=f"{prefix}_dialog")
        self._context, self._prefix, self._is_existing = context, prefix, existing
        self._work: Work | None = None
        self._before: object = None
        self.fields: dict[str, Field] = {}
        self._state = Paragraph("", "body", "secondary")
        self._state.setObjectName(f"{prefix}_state")

    @property
    def busy(self) -> bool:
        """Whether the server is being asked."""
        return self._work is not None

    def _entered(self) -> object:
        """What is in the form; equal where it is the same."""
        raise NotImplementedError

    def _test(self) -> None:
        """Ask the server with what is entered."""
        raise NotImplementedError

    def _save(self) -> None:
        """Ask the server, and add or change the data source."""
        raise NotImplementedError

    def _make_footer(self) -> None:
        prefix = self._prefix
        self._test_button = Button(_("Test connection"), self._test, icon="ph.plugs-connected", name=f"{prefix}_test")
        self.add_button(self._test_button, left=True)
        self._stop_button = Button(_("Stop"), self.stop, icon="ph.stop", name=f"{prefix}_stop")
        self.add_button(self._stop_button, left=True)
        self._stop_button.hide()
        self.add_button(Button(_("Cancel"), self.leave, name=f"{prefix}_cancel"))
        title = _("Save") if self._is_existing else _("Add data source")
        self._save_button = self.add_button(Button(title, self._save, kind="primary", name=f"{prefix}_save"))
        self._save_button.add_key_cap("Ctrl Enter")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        focused = self.focusWidget()
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._save()
        elif enter and isinstance(focused, Select):
            focused.showPopup()
        else:
            super().keyPressEvent(event)

    def leave(self) -> None:
        """Stop what the server is asked; else close, and if anything was entered, only once the user says so."""
        if self._work is not None:
            self.stop()
        elif self._entered() == self._before:
            self.dismiss()
        else:
            why = _("The data source stays as it was.") if self._is_existing else _("Your entries will be lost.")
            Confirm(
                self.window(),
                _("Discard what you entered?"),
                why,
                act=_("Discard"),
                keep=_("Keep editing"),
                run=self.dismiss,
            ).open()

    def dismiss(self) -> None:
        self.stop()
        super().dismiss()

    def _start(self, title: str, run: Callable[[CancelToken, Progress], T], done: Callable[[T], None]) -> None:
        """Ask the server, on a worker's thread; `title` says what is done."""
        for field in self.fields.values():
            field.set_error("")

        def op(progress: Progress) -> T:
            token = CancelToken()
            with progress.on_cancel(token.cancel):
                progress.check()
                found = run(token, progress)
                progress.check()
                return found

        def finish(found: T) -> None:
            if work is self._work:
                self._end()
                done(found)

        def fail(error: AppError) -> None:
            if work is self._work:
                self._end()
                self._show_error(error)

        self._say(f"{title} …")
        self._work = work = self._context.tasks.run(self, op, finish, fail, title=title)
        for button in (self._test_button, self._save_button):
            button.disable(_("The server is being asked."))
        self._test_button.hide()
        self._stop_button.show()

    def stop(self) -> None:
        """Stop waiting for the server."""
        if self._work is not None:
            self._work.cancel()
            self._end()
            self._say(_("Stopped."))

    def _end(self) -> None:
        self._work = None
        self._say("")
        for button in (self._test_button, self._save_button):
            button.disable("")
        self._stop_button.hide()
        self._test_button.show()

    def _show_problems(self, problems: Mapping[str, str]) -> bool:
        """Show what is wrong with the fields, each at its field, before the server is asked; whether anything is."""
        for name, field in self.fields.items():
            field.set_error(problems.get(name, ""))
        self._say("")
        self.place_content()
        if problems:
            self._focus_field(self.fields[next(iter(problems))])
        return bool(problems)

    def _show_error(self, error: AppError) -> None:
        """Show why it failed, above the buttons, and mark the field that it is about."""
        if isinstance(error, Cancelled):
            return
        text = " ".join(part for part in (error.what, error.why, error.do) if part)
        self._say(text, "error")
        field = self.fields.get(str(error.facts.get("field", "")))
        if field is not None and not field.isHidden():
            field.mark_error(text)
            self._focus_field(field)
        self.place_content()

    def _focus_field(self, field: Field) -> None:
        field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(field.editor, Edit | QPlainTextEdit):
            field.editor.selectAll()

    def _say(self, text: str, tone: Literal["secondary", "ok", "error"] = "secondary") -> None:
        self._state.setText(text)
        self._state.set_tone(tone)
        if text and self.isVisible():
            announce(self, text)
