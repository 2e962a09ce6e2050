"""*Test this client*: runs a client's real flow in the system's browser, and shows each step with secrets hidden."""

from collections.abc import Callable
from functools import partial

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, ngettext, number
from benchboard.identity.oauth.client_fields import CODE
from benchboard.identity.oauth.client_test import ClientTest, TestStep, why_not_tested
from benchboard.identity.oauth.clients import ClientRecord
from benchboard.identity.oauth.issuer import Issuer, PendingConsent
from benchboard.identity.permissions import has_permission
from benchboard.identity.roles import denied_title
from benchboard.ui import system_browser
from benchboard.ui.context import Context
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets import Button, Card, Field, Icon, Paragraph, Select, Text, copyable
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.detail_pane import DetailSection
from benchboard.ui.widgets.paragraph import WrappedPath
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableRow


class _StepRow(ReadableRow):
    """A step: whether it fits, what was done, what came of it; its request and answer unfold."""

    def __init__(self, step: TestStep) -> None:
        super().__init__()
        fits = step.outcome == "ok"
        took = _("{count} ms").format(count=number(step.took_ms))
        self.setAccessibleName(", ".join((_("OK") if fits else _("Failed"), step.title, step.detail, took)))
        icon = Icon("ph.check-circle" if fits else "ph.x-circle", "ok" if fits else "error", 16)
        column = QVBoxLayout()
        column.setSpacing(1)
        head = QHBoxLayout()
        head.addWidget(Paragraph(step.title), 1)
        head.addWidget(Text(took, "caption", "muted"), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(Paragraph(step.detail, "caption", "muted" if fits else "error"))
        self._lines = WrappedPath("\n".join(step.lines))
        self._lines.hide()
        self._unfold = Button(_("Show request"), self._toggle, kind="link", size="sm")
        self._unfold.setVisible(bool(step.lines))
        column.addWidget(self._unfold, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._lines)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(column, 1)

    def _toggle(self) -> None:
        shown = self._lines.isHidden()
        self._lines.setVisible(shown)
        self._unfold.set_title(_("Hide request") if shown else _("Show request"))


class _ConfirmCard(Card):
    """Asks whether the browser shows this number."""

    def __init__(self, shown: str, confirm: Callable[[], object]) -> None:
        super().__init__()
        column = self.column
        self.sentence = _("The browser asks to go on as you. Does it show this number?")
        column.addWidget(Paragraph(self.sentence))
        column.addWidget(Text(shown, "title"))
        button = Button(_("Yes, confirm"), confirm, kind="primary", size="sm", name="test_confirm")
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)


class _AddressCard(Card):
    """The address of the page that no browser showed, to copy."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.setObjectName("test_address")
        self.sentence = _("No browser could be opened. Copy this address into a browser on this computer.")
        self.column.addWidget(Paragraph(self.sentence))
        self.column.addWidget(copyable(url, _("address")))


class ClientTestSection(DetailSection):
    """`show_client` sets the client; the steps of another one go away. A client that is disabled ends its test, as
    `stop` does."""

    _stepped = Signal(object)
    _asked = Signal(str, object)
    _browsing = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__("")
        self._context = context
        self._client: ClientRecord | None = None
        self._work: Work | None = None
        self._steps: list[TestStep] = []
        self._why_stopped, self._cancelled = "", False
        self._uri = Select(name="test_uri", label=_("Redirect URI"))
        self._uri_field = Field(_("Redirect URI"), self._uri)
        self._run = Button(_("Run test"), self._start, icon="ph.play", name="test_run")
        self._stop = Button(_("Stop"), self._cancel, icon="ph.stop", name="test_stop")
        self._copy = Button("", self._copy_steps, kind="quiet", icon="ph.copy", tip=_("Copy steps"), name="test_copy")
        buttons = QWidget()
        line = QHBoxLayout(buttons)
        line.setContentsMargins(0, 0, 0, 0)
        for button in (self._run, self._stop, self._copy):
            line.addWidget(button)
        line.addStretch(1)
        self._what = Paragraph("", "caption", "muted")
        self._rows, self._result = ReadableList(_("Steps of the test")), Paragraph("")
        self._card = QWidget()
        self._card_column = QVBoxLayout(self._card)
        self._card_column.setContentsMargins(0, 0, 0, 0)
        self.fill(self._what, self._uri_field, buttons, self._card, self._rows, self._result)
        self._stepped.connect(self._on_step)
        self._asked.connect(self._on_asked)
        self._browsing.connect(self._browse)
        self._show_running(False)

    def show_client(self, client: ClientRecord) -> None:
        """Offer to test this client."""
        if self._client is None or client.id != self._client.id:
            self._cancel()
            self._clear()
        elif client.disabled_at is not None:
            self.stop(_("Stopped: the client was disabled."))
        self._client = client
        people = CODE in client.grant_types
        in_browser = _("Runs the real flow with PKCE in your browser, against a server on this computer.")
        self._what.setText(in_browser if people else _("Gets a real token from a server on this computer."))
        self._uri.set_choices([(uri, uri) for uri in client.redirect_uris])
        self._uri_field.setVisible(people)
        denied = "" if has_permission(self._context.actor, "clients:write") else denied_title("clients:write")
        self._run.disable(denied or why_not_tested(client))

    def stop(self, why: str = "") -> None:
        """End the test that runs, if one does; `why` is shown as its result."""
        if self._work is not None:
            self._why_stopped = why
            self._cancel()

    def _clear(self) -> None:
        self._steps, self._why_stopped, self._cancelled = [], "", False
        self._rows.show_rows([])
        self._rows.hide()
        self._result.hide()
        self._copy.hide()
        self._hide_card()

    def _hide_card(self) -> None:
        while (item := self._card_column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._card.hide()

    def _start(self) -> None:
        if self._client is None or not self._run.isEnabled():
            return
        self._clear()
        client, uri = self._client, self._uri.current_key()
        database, actor = self._context.workspace.database, self._context.actor

        def op(progress: Progress) -> None:
            with Issuer(database, actor) as issuer:
                test = ClientTest(issuer, actor, client, uri, partial(self._emit, self._browsing))

                def ask(pending: PendingConsent) -> None:
                    confirm = partial(issuer.confirm, test.state, actor, pending.number)
                    self._emit(self._asked, pending.number, confirm)

                issuer.on_pending = ask
                with progress.on_cancel(test.cancel):
                    for step in test.steps():
                        self._emit(self._stepped, step)

        title = _("Testing {name}").format(name=client.name)
        self._work = self._context.tasks.run(self, op, lambda _none: self._finish(), self._on_failed, title=title)
        self._show_running(True)

    def _emit(self, signal: object, *values: object) -> None:
        """Emit on the test's thread, unless the window has gone; Qt calls the slot on its own."""
        if shiboken6.isValid(self):
            signal.emit(*values)  # type: ignore[attr-defined]  # a bound signal, which PySide6 doesn't name

    def _browse(self, url: str) -> None:
        if self._work is not None and not system_browser.open_in_browser(url):
            card = _AddressCard(url)
            self._show_card(card)
            announce(self, card.sentence, again=True)

    def _show_card(self, card: Card) -> None:
        self._hide_card()
        self._card_column.addWidget(card)
        self._card.show()

    def _on_asked(self, shown: str, confirm: Callable[[], object]) -> None:
        def confirmed() -> None:
            confirm()
            self._hide_card()
            self._result.setText(_("Confirmed. Continue in the browser."))
            self._result.show()

        card = _ConfirmCard(shown, confirmed)
        self._show_card(card)
        announce(self, f"{card.sentence} {shown}", again=True)

    def _on_step(self, step: TestStep) -> None:
        self._hide_card()
        self._result.hide()
        self._steps.append(step)
        rows = [_StepRow(one) for one in self._steps]
        self._rows.show_rows(rows)
        self._rows.show()
        announce(self, rows[-1].accessibleName(), again=True)

    def _finish(self) -> None:
        self._work = None
        self._show_running(False)
        self._hide_card()
        failed = [step for step in self._steps if step.outcome == "failed"]
        count = len(self._steps) - len(failed)
        fits = ngettext("{count} step fits.", "{count} steps fit.", count).format(count=number(count))
        stopped = self._cancelled or not self._steps
        if stopped:
            text = self._why_stopped or _("Stopped.")
        elif failed:
            text = _("It doesn't work: “{step}” failed. {fits}").format(step=failed[0].title, fits=fits)
        else:
            text = _("It works. {fits} The tokens of the test are revoked; its log entries stay.").format(fits=fits)
        self._result.setText(text)
        self._result.set_tone("muted" if stopped else "error" if failed else "ok")
        self._result.show()
        announce(self, text, again=True)
        self._copy.setVisible(bool(self._steps))

    def _on_failed(self, error: AppError) -> None:
        if isinstance(error, Cancelled):
            self._cancelled = True
            self._finish()
            return
        self._work = None
        self._show_running(False)
        self._hide_card()
        self._context.problems.show(error)

    def _show_running(self, running: bool) -> None:
        """Offer to stop the test, or to run it; the focus stays on what is offered instead."""
        self._run.set_title(_("Run again") if self._steps else _("Run test"))
        shown, gone = (self._stop, self._run) if running else (self._run, self._stop)
        shown.show()
        if self.window().focusWidget() is gone:  # first: it would go to what is before it
            shown.setFocus(Qt.FocusReason.OtherFocusReason)
        gone.hide()

    def _cancel(self) -> None:
        if self._work is not None:
            self._cancelled = True
            self._work.cancel()

    def _copy_steps(self) -> None:
        copy_text("\n\n".join("\n".join((step.title, step.detail, *step.lines)) for step in self._steps))
        self._context.problems.toast(_("Steps copied"))
