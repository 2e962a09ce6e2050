"""The sign-in screen: this computer, a shared server, or the demo."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from benchboard import __version__
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import LANGUAGES, _
from benchboard.settings import Settings
from benchboard.ui.commands import REGISTRY, Handler, install_shortcuts
from benchboard.ui.problems import Notice
from benchboard.ui.sign_in import session_opening
from benchboard.ui.sign_in.session_opening import SignInRequest
from benchboard.ui.sign_in.sign_in_cards import DemoCard, LocalCard, ServerCard, SignInCard
from benchboard.ui.tasks import Tasks, Work
from benchboard.ui.theme import theme
from benchboard.ui.typed_texts import restore_typed_texts, typed_texts
from benchboard.ui.widgets.accessible import Role, announce, modal_dialog, untold
from benchboard.ui.widgets.banners import Banner
from benchboard.ui.widgets.buttons import Button, CheckBox
from benchboard.ui.widgets.dialog import Dialog
from benchboard.ui.widgets.fields import row
from benchboard.ui.widgets.focus import focus_visibly
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.popover import MenuItem, menu
from benchboard.ui.widgets.status_bar import StatusBar
from benchboard.ui.widgets.surfaces import Icon, scroll_area, set_surface
from benchboard.ui.window_commands import SIGN_IN

if TYPE_CHECKING:
    from benchboard.ui.sign_in.session_opening import ActiveSession

_WIDTH = 880
_BESIDE_FROM: Final = 900
"""The width of the window from which the cards of this computer and of a server are side by side, in pixels."""


class _SignInState(NamedTuple):
    """What the screen keeps while it is rebuilt: texts and check boxes by name, the name of what has the focus."""

    texts: dict[str, str]
    checked: dict[str, bool]
    focused: str
    notice: Notice | None


class SignIn(QWidget):
    """Emits `session_opened` with an open session, `language_selected` with a language's code, `shortcuts_requested`
    when the keyboard shortcuts are asked for.
    """

    accessible_role = Role.Pane

    session_opened = Signal(object)
    language_selected = Signal(str)
    shortcuts_requested = Signal()

    def __init__(self, tasks: Tasks, settings: Settings, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks, self._settings, self._home = tasks, settings, home
        self._work: Work | None = None
        self._focus_before: QWidget | None = None
        """What had the focus when the cards were disabled for the present work."""
        set_surface(self, "window")
        self._banner: Banner | None = None
        self._notice: Notice | None = None
        self._focus_first = ""
        """The name of what had the focus before the screen was rebuilt."""
        self._notices = QVBoxLayout()
        self._local = LocalCard(home, self._was_last_used("local"), self._enter_local)
        self._server = ServerCard(settings, self._was_last_used("server"), self._enter_server)
        self._demo = DemoCard(self._open_demo)
        self._cards: tuple[SignInCard, ...] = (self._local, self._server, self._demo)
        self._use(self._server if self._was_last_used("server") else self._local_or_demo())
        self._kind = ""
        """Where the present work opens a session: what goes wrong on a server is shown in its card."""
        self._progress = SignInProgress(self._stop)
        self._lay_out()
        install_shortcuts(
            self,
            SIGN_IN,
            {
                "sign_in.local": Handler(self._local.button.click),
                "sign_in.server": Handler(self._server.focus_first_empty),
                "sign_in.demo": Handler(self._demo.button.click),
                "sign_in.shortcuts": Handler(self.shortcuts_requested.emit),
            },
        )
        tasks.running_changed.connect(self._show_progress)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow_focus)

    def _local_or_demo(self) -> SignInCard:
        """The card used last, or at the first start the demo, if it isn't the server's."""
        return self._local if self._was_last_used("local") else self._demo

    def _follow_focus(self, _previous: QWidget | None, focused: QWidget | None) -> None:
        """The card that has the focus is in use, until another has it."""
        for card in self._cards:
            if focused is not None and card.isAncestorOf(focused):
                self._use(card)

    def _use(self, used: SignInCard) -> None:
        for card in self._cards:
            card.set_in_use(card is used)

    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice above the cards, or none."""
        self._notice = notice
        if self._banner is not None:
            self._banner.hide()
            self._banner.deleteLater()
            self._banner = None
        if notice is not None:
            self._banner = Banner(notice, framed=True)
            self._banner.dismissed.connect(lambda: self.show_notice(None))
            self._notices.addWidget(self._banner)
            self._banner.show()

    def save_state(self) -> object:
        """What was typed, where the focus is, and the notice above the cards."""
        focused = self.window().focusWidget()
        inside = focused is not None and self.isAncestorOf(focused)
        name = focused.objectName() if focused is not None and inside else ""
        return _SignInState(
            typed_texts(self),
            {box.objectName(): box.isChecked() for box in self.findChildren(CheckBox)},
            name,
            self._notice,
        )

    def restore_state(self, state: object) -> None:
        """Restore what `save_state` returned of a screen in another language."""
        if not isinstance(state, _SignInState):
            return
        restore_typed_texts(self, state.texts)
        self._server.reveal_typed()
        for name, checked in state.checked.items():
            if (box := self.findChild(CheckBox, name)) is not None:
                box.setChecked(checked)
        self.show_notice(state.notice)
        self._focus_first = state.focused
        if self.isVisible():  # it is shown, and has taken the focus, already
            self._focus_card()

    def open_session(self, request: SignInRequest, title: str) -> None:
        """Open the database and a session, with progress in place."""
        home, self._kind = self._home, request.kind
        self._run(title, lambda progress: session_opening.open_session(request, home, progress), self._on_opened)

    def resume_session(self, request: SignInRequest) -> None:
        """Resume the saved session, if it has not ended."""
        home, self._kind = self._home, request.kind
        self._run(
            _("Signing in"), lambda progress: session_opening.resume_session(request, home, progress), self._on_resumed
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Focus the location used last, or else the demo, with a visible focus ring."""
        super().showEvent(event)
        self._focus_card()

    def _focus_card(self) -> None:
        name, self._focus_first = self._focus_first, ""
        before = self.findChild(QWidget, name) if name else None
        if before is not None:
            focus_visibly(before)
            return
        if self._was_last_used("server"):
            self._server.focus_first_empty()
        else:
            focus_visibly(self._local_or_demo().button)

    def open_demo_as(self, user_id: str) -> None:
        """Open the demo as one of its people."""
        self.open_session(SignInRequest("demo", user_id=user_id), _("Opening the demo"))

    def run_before_sign_in(self, title: str, op: Callable[..., object], after: Callable[[], None] | None) -> None:
        """Run `op` before the user can sign in again, then `after`."""

        def done(_result: object) -> None:
            self._end_progress()
            if after is not None:
                after()
            else:
                self._return_focus()

        self._kind = ""
        self._run(title, op, done, keep_notice=True)

    def _was_last_used(self, kind: str) -> bool:
        last = self._settings.last_way
        return bool(last) and (last == kind or (kind == "server" and last not in ("local", "demo")))

    def _enter_local(self) -> None:
        self.open_session(
            SignInRequest("local", stay_signed_in=self._local.stay_signed_in.isChecked()),
            _("Opening your database") if self._local.has_database else _("Creating your database"),
        )

    def _enter_server(self, request: SignInRequest) -> None:
        self.open_session(request, _("Signing in"))

    def _open_demo(self) -> None:
        from benchboard.ui.sign_in.demo_picker import DemoPicker

        home, self._kind = self._home, "demo"

        def pick(people: object) -> None:
            self._end_progress()
            before = modal_dialog(self.window())
            if isinstance(before, Dialog):  # such as the shortcuts, asked for meanwhile
                before.dismissed.connect(partial(ask, people))
            else:
                ask(people)

        def ask(people: object) -> None:
            with untold():
                self._return_focus()  # from where the picker takes it, and gives it back
            picker = DemoPicker(self.window(), people)  # type: ignore[arg-type]  # what demo_people answered
            picker.picked.connect(self.open_demo_as)
            picker.open()

        self._run(_("Opening the demo"), lambda progress: session_opening.demo_people(home, progress), pick)

    def _run(
        self, title: str, op: Callable[..., object], done: Callable[..., None], *, keep_notice: bool = False
    ) -> None:
        if self._work is not None:
            return
        if not keep_notice:
            self.show_notice(None)
        self._server.show_error(None)
        focused = self.window().focusWidget()
        self._focus_before = focused if focused is not None and self.isAncestorOf(focused) else None
        self._progress.start(title)
        self.setAccessibleName(title)  # it has the focus meanwhile
        self._allow_choice(False)
        self._work = self._tasks.run(self, op, done, self._on_failed, title=title)

    def _stop(self) -> None:
        if self._work is not None:
            self._work.cancel()

    def _end_progress(self) -> None:
        self._work = None
        self._progress.stop()
        self.setAccessibleName("")
        self._allow_choice(True)

    def _allow_choice(self, allowed: bool) -> None:
        """While the screen works it has the focus itself: a second Enter must neither stop the work nor choose a
        language, which would build the screen anew.
        """
        if not allowed:
            self.setFocus()
        for widget in (self._local, self._server, self._demo, self._language):
            widget.setEnabled(allowed)

    def _return_focus(self) -> None:
        """Focus what had the focus before the cards were disabled, or else the card used last."""
        before, self._focus_before = self._focus_before, None
        if before is not None and shiboken6.isValid(before) and before.isVisibleTo(self) and before.isEnabled():
            focus_visibly(before)
        else:
            self._focus_card()

    def _show_progress(self) -> None:
        if self._work is not None:
            self._progress.set_text(self._work.note)

    def _on_opened(self, active_session: "ActiveSession") -> None:
        self._end_progress()
        self._server.end_joining()
        self._server.forget_secrets()
        self.session_opened.emit(active_session)

    def _on_resumed(self, active_session: "ActiveSession | None") -> None:
        self._end_progress()
        if active_session is not None:
            self.session_opened.emit(active_session)
        else:
            self._return_focus()

    def _on_failed(self, error: AppError) -> None:
        self._end_progress()
        if isinstance(error, Cancelled):
            if not self._server.reopen_joining():
                self._return_focus()
        elif self._kind != "server" or not self._server.show_error(error):
            self._return_focus()
            why = " ".join(part for part in (error.why, error.do) if part)
            self.show_notice(Notice(error.what, why, "error"))

    def _open_language_menu(self) -> None:
        current = self._settings.language
        items = [
            MenuItem(
                title, partial(self.language_selected.emit, code), checked=code == current, name=f"language_{code}"
            )
            for code, title in LANGUAGES.items()
        ]
        menu(self._language, items, name="language_menu")

    def _lay_out(self) -> None:
        self._language = Button(
            LANGUAGES.get(self._settings.language, "English"),
            self._open_language_menu,
            kind="quiet",
            icon="ph.globe",
            menu=True,
            name="language",
        )
        self._language.setAccessibleName(_("Language: {name}").format(name=self._language.text()))
        middle = QWidget()
        middle.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addLayout(self._title_row())
        column.addSpacing(8)
        column.addLayout(self._notices)
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pair.setSpacing(16)
        self._pair.addWidget(self._local, 1)
        self._pair.addWidget(self._server, 1)
        column.addLayout(self._pair)
        column.addWidget(self._demo)
        foot = row(self._progress)
        foot.addStretch(1)
        foot.addWidget(Text(f"Benchboard {__version__}", "caption", "muted"))
        column.addLayout(foot)
        line = QHBoxLayout()
        line.setContentsMargins(24, 24, 24, 24)
        line.addStretch(1)
        line.addWidget(middle, 100)
        line.addStretch(1)
        page = QWidget()
        space = QVBoxLayout(page)
        space.setContentsMargins(0, 0, 0, 0)
        space.addStretch(4)
        space.addLayout(line)
        space.addStretch(5)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        # A screen at 200 % may be lower than the cards.
        whole.addWidget(scroll_area(page, parent=self), 1)  # in its place at once: it asks what is in it for its sizes
        status = StatusBar()
        status.set("where", "ph.circle-dashed", _("Not signed in"))
        hint = _("{local} This computer, {server} Shared server, {demo} Demo")
        keys = {name: REGISTRY[f"sign_in.{name}"].key for name in ("local", "server", "demo")}
        status.set("hint", "ph.keyboard", hint.format(**keys))
        whole.addWidget(status)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= _BESIDE_FROM
        self._pair.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)

    def _title_row(self) -> QHBoxLayout:
        text_column = QVBoxLayout()
        text_column.setSpacing(2)
        text_column.addWidget(Text("Benchboard", "display"))
        text_column.addWidget(
            Paragraph(
                _("Choose where your data is kept. To choose again later, sign out."),
                "body",
                "secondary",
            )
        )
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(Icon("bb.benchboard", size=34))
        head.addLayout(text_column, 1)
        head.addWidget(self._language)
        return head


class SignInProgress(QWidget):
    """The progress of opening a database, with a button to stop it."""

    def __init__(self, stop: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("sign_in_progress")
        self.setMinimumHeight(28)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        self._spinner = Spinner()
        self._text = Text("", "body", "secondary")
        self._button = Button(_("Cancel"), stop, size="sm", name="sign_in_stop")
        for widget in (self._spinner, self._text, self._button):
            line.addWidget(widget)
            widget.hide()

    def start(self, title: str) -> None:
        self._text.setText(title)
        for widget in (self._spinner, self._text, self._button):
            widget.show()

    def set_text(self, note: str) -> None:
        if note and note != self._text.text():
            self._text.setText(note)
            announce(self, note)

    def text(self) -> str:
        return self._text.text()

    def stop(self) -> None:
        for widget in (self._spinner, self._text, self._button):
            widget.hide()


class Spinner(Icon):
    """Rotates during work of unknown length; doesn't move if animations are disabled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        from PySide6.QtCore import QVariantAnimation

        super().__init__("ph.spinner-gap", "accent.text", 16, parent)
        self._angle = 0
        self._turn = QVariantAnimation(self)
        self._turn.setStartValue(0)
        self._turn.setEndValue(360)
        self._turn.setLoopCount(-1)
        self._turn.setDuration(max(1, theme().motion("spinner_period")))
        self._turn.valueChanged.connect(self._turned)

    def showEvent(self, event: object) -> None:
        if theme().motion("spinner_period"):
            self._turn.start()

    def hideEvent(self, event: object) -> None:
        self._turn.stop()

    def _turned(self, angle: int) -> None:
        self._angle = angle
        self.update()

    def paintEvent(self, event: object) -> None:
        from PySide6.QtCore import QRectF
        from PySide6.QtGui import QPainter

        from benchboard.ui.icons import draw

        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.translate(8, 8)
            painter.rotate(self._angle)
            draw(painter, "ph.spinner-gap", QRectF(-8, -8, 16, 16), theme().color("accent.text"))
