"""The composition root of the window: application, language, theme, hooks for bugs, sign-in, shell."""

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import shiboken6
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QLibraryInfo,
    QLocale,
    QMessageLogContext,
    QObject,
    QSize,
    QSocketNotifier,
    Qt,
    QTimer,
    QtMsgType,
    QTranslator,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtGui import QCloseEvent, QIcon
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from benchboard import __version__, file_ownership, i18n, log, package_data
from benchboard import settings as settings_file
from benchboard.errors import FILE_UNUSABLE, UNREACHABLE, AppError
from benchboard.i18n import _
from benchboard.settings import Settings
from benchboard.start_arguments import import_address
from benchboard.storage.database_url import without_password
from benchboard.ui import gc_control
from benchboard.ui.commands import WINDOW, Handler, Handlers, install_shortcuts
from benchboard.ui.problems import Notice, Problems, shortened_address
from benchboard.ui.shell.problem_display import ShellProblemDisplay
from benchboard.ui.sign_in import session_opening
from benchboard.ui.sign_in.session_opening import SignInRequest
from benchboard.ui.sign_in.sign_in import SignIn
from benchboard.ui.tasks import Tasks
from benchboard.ui.theme import start_theme, theme
from benchboard.ui.widgets import accessible, accessible_factory
from benchboard.ui.widgets.dialog import Dialog, Scrim
from benchboard.ui.widgets.popover import Popover
from benchboard.ui.widgets.tab_order import focus_next, leave
from benchboard.ui.widgets.toasts import Toast
from benchboard.ui.window_commands import FULL_SCREEN, QUIT
from benchboard.vault import Vault, is_private, note_home

if TYPE_CHECKING:
    from benchboard.identity.authentication import DemoPerson
    from benchboard.ui.open_requests import OpenRequests
    from benchboard.ui.sections import Room
    from benchboard.ui.session_watch import SessionWatch
    from benchboard.ui.shell.shell import Shell
    from benchboard.ui.sign_in.session_opening import ActiveSession

_ROOMS: Final = ("bench", "studio", "admin")
_QT_LEVEL: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_AFTER_PAINT_MS: Final = 100
"""After so long the window has been painted."""
_FRAME: Final = QSize(16, 40)
"""Room for the title bar and the borders, whose sizes are unknown until the window is shown."""
_SETTINGS: Final = "settings.save"
_SAID_ONCE: Final = frozenset((UNREACHABLE, *FILE_UNUSABLE, _SETTINGS))
"""Keys of the notices that are shown when something changes, and not again while it stays so."""
_ACCESS_TABLES: Final = frozenset(("users", "user_roles", "roles", "role_permissions"))
"""What a person may do is stored in these."""
_NO_SCREEN: Final = ("could not connect to display", "Failed to create wl_display")
_qt_log = logging.getLogger("benchboard.qt")


class Window(QMainWindow):
    """The main window. The application decides whether it may close."""

    def __init__(self, may_close: Callable[[], bool]) -> None:
        super().__init__()
        self._may_close = may_close
        self.setWindowTitle("Benchboard")
        self.setWindowIcon(QIcon(str(package_data.resources_folder() / "icons" / "benchboard.svg")))
        width, height = theme().tokens("shell_px")["min_window"]
        room = self.screen().availableGeometry().size() - _FRAME
        self.setMinimumSize(QSize(width, height).boundedTo(room))
        self.resize(QSize(1440, 900).boundedTo(room))
        install_shortcuts(self, WINDOW, self.command_handlers())
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._keep_focus)

    def command_handlers(self) -> Handlers:
        """The commands of the window, whatever it shows."""
        return {QUIT: Handler(self.close), FULL_SCREEN: Handler(self._toggle_full_screen)}

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Move the focus as the window is read; dialogs and popovers keep it inside themselves."""
        return focus_next(self, forward)

    def _keep_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        """Give the focus of a widget that was disabled with what is around it to its neighbour: Qt takes it away."""
        if now is not None or old is None or not shiboken6.isValid(old) or not self.isActiveWindow():
            return
        if self.isAncestorOf(old) and old.isVisible() and not old.isEnabled():
            leave(old, self)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        accessible.announce(self, _("Full screen on") if self.isFullScreen() else _("Full screen off"), again=True)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close():
            event.accept()
        else:
            event.ignore()


class Application(QObject):
    """Owns everything that lives as long as the program, and switches between sign-in screen and shell."""

    _bug_reported = Signal(object)
    _committed = Signal(object)

    def __init__(self, home: Path, rooms: "Callable[[], tuple[Room, ...]] | None" = None) -> None:
        super().__init__()
        accessible_factory.install()
        self.home = home
        self.settings = _load_settings(home)
        self._find_rooms = rooms or _load_rooms
        _use_language(self.settings.language)
        start_theme(package_data.resources_folder() / "themes" / "tokens.json", self.settings.appearance)
        self.problems = Problems(self)
        self.tasks = Tasks(self.problems, self)
        self.window = Window(self._may_close)
        self._loses_work = False
        """Whether the window closes although work is lost."""
        self.shell: Shell | None = None
        self.sign_in: SignIn | None = None
        self._session: ActiveSession | None = None
        self._session_owner = QObject(self)
        self._session_watch: SessionWatch | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._held_open: tuple[object, ...] | None = None
        """What was permitted, and unsaved, when a view refused to be built anew after a change of what is permitted."""
        self._start_address = ""
        self._start_data: Path | None = None
        """The file or folder to import once a session is open."""
        self._open_requests: OpenRequests | None = None
        self._after_paint = QTimer(self, interval=_AFTER_PAINT_MS, singleShot=True)
        self._after_paint.timeout.connect(self._hear_of_starts)
        self._start_notices: list[str] = []
        """What is to be said once the session is open that begins by itself."""
        self._bug_reported.connect(self.problems.bug, Qt.ConnectionType.QueuedConnection)
        self._committed.connect(self._notify_changes, Qt.ConnectionType.QueuedConnection)

    def start(self, address: str = "", file: Path | None = None, data: Path | None = None) -> None:
        """Show the window: the sign-in screen, or the saved session; then `address`, or the import of `data`. `file`
        is the database."""
        note_home(self.home)
        self._start_data = data
        self._after_paint.start()
        url, refused = _configured_url() if file is None else (None, None)
        if file is not None:
            url = f"sqlite:///{quote(str(file.absolute()))}"
        if url is not None and not url.startswith("sqlite"):
            self.settings = replace(self.settings, last_way=without_password(url))
        request = None  # the saved location may not be the one that a wrong URL was meant to name
        if refused is None and url is not None and url.startswith("sqlite"):
            request = SignInRequest("file", url=url)
        elif refused is None:
            request = session_opening.saved_request(self.settings.last_way, self.home)
        self._start_address = address
        self._start_notices = self._find_start_notices()
        if request is None:
            # Said here, and not again after the sign-in.
            texts, self._start_notices = self._start_notices, []
            if unknown := _unknown_link(address):
                texts, self._start_address = [unknown, *texts], ""
            self.show_sign_in(_start_notice(texts) if texts else None)
        else:
            self.show_sign_in()
        if refused is not None:
            self.problems.show(refused)
        self.window.show()
        if self.sign_in is None or request is None:
            return
        if request.kind == "file" and not request.stay_signed_in:
            self.sign_in.open_session(request, _("Opening the database"))
        else:
            self.sign_in.resume_session(request)

    def _hear_of_starts(self) -> None:
        """Begin to hear of what the program is started with again, unless that has begun."""
        if self._open_requests is None:
            # Qt's network module takes a twentieth of the time until the window is there, and isn't needed before.
            from benchboard.ui.open_requests import OpenRequests

            self._open_requests = OpenRequests(self.home, self)
            self._open_requests.wanted.connect(self._open_wanted)
        self._open_requests.listen()

    def _find_start_notices(self) -> list[str]:
        broken = settings_file.keep_broken(self.home) if is_private(self.home) else ""
        return [broken] if broken else []

    def show_sign_in(self, notice: Notice | None = None) -> None:
        """Show the sign-in screen; `notice` says why, if the user didn't ask for it."""
        self.shell = None
        self._close_overlays()
        self.sign_in = SignIn(self.tasks, self.settings, self.home, self.window)
        self.sign_in.session_opened.connect(self._on_session_opened)
        self.sign_in.language_selected.connect(lambda code: self.apply_settings(replace(self.settings, language=code)))
        self.sign_in.shortcuts_requested.connect(self._open_shortcuts)
        self.window.setCentralWidget(self.sign_in)
        self.window.setWindowTitle("Benchboard")
        self.problems.clear()
        self.problems.attach(_SignInProblemDisplay(self.sign_in, self.problems))
        if notice is not None:
            self.sign_in.show_notice(notice)
        self.sign_in.show()  # see _show_shell

    def _open_shortcuts(self) -> None:
        """Show the keyboard shortcuts of the sign-in screen, and below them those of all rooms."""
        from benchboard.ui.shell.shortcuts_dialog import ShortcutsDialog

        rooms = {room.key: _(room.title) for room in self._find_rooms()}
        ShortcutsDialog(self.window, "sign_in", rooms).open()

    def apply_settings(self, settings: Settings) -> None:
        """Save changed settings and apply them: the theme at once, the language by rebuilding the window."""
        previous, self.settings = self.settings, settings
        self._save_settings()
        if self.shell is not None:
            self.shell.context.settings = settings
        if settings.appearance != previous.appearance:
            theme().set_appearance(settings.appearance)
        if settings.language != previous.language:
            _use_language(settings.language)
            self._rebuild()

    def sign_out(self) -> None:
        """End the session and show the sign-in screen; in the demo, ask for another person first."""
        session = self._session
        if session is not None and session.workspace.location.kind == "demo":
            self._choose_person(session)
        else:
            self._end_session()

    def choose_location(self) -> None:
        """End the session and show the sign-in screen with the data locations, also in the demo."""
        self._end_session()

    def _choose_person(self, session: "ActiveSession") -> None:
        """Ask which person of the demo to become. The session goes on until another one is chosen."""
        from benchboard.ui.sign_in.demo_picker import DemoPicker

        def choose(people: "tuple[DemoPerson, ...]") -> None:
            ending = self.shell.ends_with_session() if self.shell is not None else ""
            picker = DemoPicker(self.window, people, ending, session.signed_in.actor.user_id)
            picker.picked.connect(lambda user_id: self._become(session, user_id))
            picker.open()

        self.tasks.run(
            self._session_owner,
            lambda _progress: session_opening.people_of(session.workspace),
            choose,
            self.problems.show,
            title=_("Switch person"),
        )

    def _become(self, session: "ActiveSession", user_id: str) -> None:
        """Sign in as another person of the demo; who is signed in already stays so."""
        if session is self._session and user_id != session.signed_in.actor.user_id:
            self._end_session(become=user_id)

    def _end_session(self, *, become: str = "") -> None:
        """End the session, but ask first if work would be lost with it. `become`: the person of the demo to sign in as
        next."""
        if self._may_lose_work(partial(self._end_session_now, become)):
            self._end_session_now(become)

    def _may_lose_work(self, end: Callable[[], object]) -> bool:
        """Whether nothing would be lost with the session. Otherwise ask whether it may be; `end` ends it then."""
        lost = self.shell.lost_with_session() if self.shell is not None else []
        if lost:
            from benchboard.ui.shell.end_question import EndQuestion

            EndQuestion(self.window, lost, end).open()
        return not lost

    def _end_session_now(self, become: str) -> None:
        session = self._session
        if session is None or self.shell is None or not self.shell.may_close():
            return
        self._save_last_address()
        self._detach_session()
        with accessible.untold():  # what is read is that the session ends
            self.show_sign_in()
        if self.sign_in is None:
            return
        after = partial(self.sign_in.open_demo_as, become) if become else None
        self.sign_in.run_before_sign_in(
            _("Signing out"), lambda _progress: session_opening.close_session(session, keep_token=False), after
        )

    def report(self, error: BaseException) -> None:
        """Report a bug from any thread."""
        self._bug_reported.emit(error)

    def close(self) -> None:
        """Finish pending changes and close; the session ends unless the user stays signed in."""
        session = self._session
        self._after_paint.stop()
        if self._open_requests is not None:
            self._open_requests.close()
        self._detach_session()
        # A screen that was replaced a moment ago still holds what a task may be waiting for, such as a crash journal.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.tasks.close()
        if session is not None:
            try:
                session_opening.close_session(session, keep_token=session.stay_signed_in)
            except AppError as error:
                logging.getLogger(__name__).warning("the session could not be ended: %s", error.code)

    def _on_session_opened(self, session: "ActiveSession") -> None:
        self._session = session
        database = session.workspace.database
        self.tasks.attach(database.bind(session.signed_in.actor))
        self._unsubscribe = database.on_change(lambda changes: self._committed.emit(frozenset(changes)))
        self.settings = replace(
            self.settings, last_way=session.location_name, last_email=_last_email(session, self.settings)
        )
        self._start_watch(session)
        if session.workspace.location.kind != "server":
            from benchboard.ui.daily_clean_up import DailyCleanUp

            DailyCleanUp(
                self._session_owner, self.tasks, database.bind(session.signed_in.actor), session.signed_in.actor
            )
        address, self._start_address = self._start_address, ""
        data, self._start_data = self._start_data, None
        self._hear_of_starts()  # the home may be a new one
        known = self.settings.last_user == session.signed_in.actor.user_id
        self._show_shell(lambda shell: shell.go_or_home(address or (self.settings.last_place if known else "")))
        self._save_settings()
        self._announce_user(session)
        self._show_start_notices(address)
        if data is not None and self.shell is not None:
            self.shell.go(import_address(data))
        if session.signed_in.recovery_codes and self.shell is not None:
            from benchboard.ui.shell.two_step_dialogs import RecoveryCodesDialog

            RecoveryCodesDialog(self.window, self.shell.context, session.signed_in.recovery_codes).open()
        gc_control.freeze_once()

    def _announce_user(self, session: "ActiveSession") -> None:
        actor = session.signed_in.actor
        sentence = _("Signed in as {name} ({organisation}).")
        if self.shell is not None:
            text = sentence.format(name=actor.name, organisation=actor.organisation)
            accessible.announce(self.shell, text, again=True)

    def _open_wanted(self, address: str, path: str) -> None:
        """Open what the program was started with again, now or after the sign-in, in front of other windows."""
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.raise_()
        self.window.activateWindow()
        if self.shell is None or self._session is None:
            self._start_address, self._start_data = address, Path(path) if path else None
        elif path:
            self.shell.go(import_address(Path(path)))
        elif self.shell.has_address(address):
            self.shell.go(address)
        else:
            self.problems.report_unknown_address(address)

    def _save_settings(self) -> None:
        """Save the settings. What is said of a failure goes when they are saved."""
        try:
            Vault(self.home).require_safe()
            self.settings.save(self.home)
        except AppError as error:
            self.problems.show(error, act=_SETTINGS)
        else:
            self.problems.dismiss(_SETTINGS)

    def _show_start_notices(self, address: str) -> None:
        """Show what the sign-in screen didn't, and that the link's `address` leads nowhere."""
        if self._start_notices:
            self.problems.notify(_start_notice(self._start_notices))
            self._start_notices = []
        if address and self.shell is not None and not self.shell.has_address(address):
            self.problems.report_unknown_address(address)

    def _start_watch(self, session: "ActiveSession") -> None:
        from benchboard.ui.session_watch import SessionWatch

        self._session_watch = SessionWatch(self.tasks, session, self)
        self._session_watch.ended.connect(self._on_session_ended)
        self._session_watch.changed_elsewhere.connect(lambda: self._notify_changes(frozenset()))
        self._session_watch.reachable_changed.connect(self._on_reachable)
        self._session_watch.file_unusable_changed.connect(self._on_file_unusable)
        self._session_watch.polled.connect(self._follow_access)

    def _show_shell(self, restore: "Callable[[Shell], None]") -> None:
        from benchboard.ui.shell.shell import Shell

        if self._session is None:
            return
        self.problems.clear()
        self._close_overlays()
        rooms = self._find_rooms()
        self.shell = Shell(
            self._session,
            rooms,
            tasks=self.tasks,
            problems=self.problems,
            settings=self.settings,
            apply_settings=self.apply_settings,
            sign_out=self.sign_out,
            choose_location=self.choose_location,
            session=self._session_owner,
            window_handlers=self.window.command_handlers(),
        )
        self.sign_in = None
        self.window.setCentralWidget(self.shell)
        restore(self.shell)
        # Otherwise Qt would show it in the next turn of the event loop; until then it has the focus and loses all keys.
        self.shell.show()

    def _rebuild(self) -> None:
        if self.shell is None:
            saved = self.sign_in.save_state() if self.sign_in is not None else None
            self.show_sign_in()
            if self.sign_in is not None:
                self.sign_in.restore_state(saved)
        elif self.shell.may_close():
            self._rebuild_shell(self.shell)

    def _rebuild_shell(self, old: "Shell") -> None:
        """Build the shell anew, in the state of the one before."""
        state = old.save_state()
        lasting = [notice for notice in self.problems.waiting if notice.key in _SAID_ONCE and not notice.actions]
        self._show_shell(lambda shell: shell.restore_state(state))
        for notice in lasting:
            self.problems.notify(notice)

    def _follow_access(self) -> None:
        """Build the shell anew if its user's roles, or what these permit, have changed since it was built.

        A dialog in a room that stays open isn't taken from whoever types in it, nor a page with a conflict: until that
        is over, only the rooms that are offered follow.
        """
        shell = self.shell
        if shell is None or self._session is None or not shell.access_changed:
            return
        access, actor = shell.access, shell.context.actor
        closed = shell.lost_rooms()
        unsaved = shell.unsaved(closed)
        shell.follow_rooms()
        is_kept = shell.address.partition("/")[0] not in {room.key for room in closed}
        held = (actor.roles, actor.permissions, tuple(shell.unsaved()))
        has_dialog = any(dialog.isVisible() for dialog in self.window.findChildren(Dialog))
        if (is_kept and has_dialog) or held == self._held_open:
            return
        if not shell.prepare_rebuild():
            self._held_open = held
            return
        self._held_open = None
        for room in closed:
            room.leave(shell.context)
        self._rebuild_shell(shell)
        from benchboard.ui.shell.access_notice import access_notice

        self.problems.notify(access_notice(access, actor.grants, closed, unsaved))

    def _on_session_ended(self, error: AppError) -> None:
        session, shell = self._session, self.shell
        if session is None or shell is None:
            return
        lost = shell.unsaved()
        self._detach_session()
        self.show_sign_in(_ended_notice(error, lost))
        if self.sign_in is not None:
            self.sign_in.run_before_sign_in(_("Closing the database"), lambda _progress: _close_revoked(session), None)

    def _close_overlays(self) -> None:
        """Close the dialogs, popovers and toasts of the screen that is replaced."""
        for kind in (Scrim, Popover, Toast):
            for widget in self.window.findChildren(kind):
                widget.hide()
                widget.deleteLater()

    def _detach_session(self) -> None:
        if self._session_watch is not None:
            self._session_watch.stop()
            self._session_watch.deleteLater()
            self._session_watch = None
        self._unsubscribe()
        self._unsubscribe = lambda: None
        self.tasks.attach(None)
        self._session = None
        self._session_owner.deleteLater()
        self._session_owner = QObject(self)

    def _notify_changes(self, tables: frozenset[str]) -> None:
        # A session's last commit may be reported after it was closed, while its shell is being deleted.
        if self.shell is not None and self._session is not None:
            self.shell.notify_changes(tables)
            if self._session_watch is not None and tables & _ACCESS_TABLES:
                self._session_watch.poll()

    def _on_reachable(self, answers: bool) -> None:
        if self.shell is not None and self._session is not None:
            self.shell.context.database_state.set_reachable(answers)
            if answers:
                # The notice about it no longer applies, and failed reads run again.
                self.problems.dismiss(UNREACHABLE)
                self.shell.notify_changes()

    def _on_file_unusable(self, error: AppError | None) -> None:
        if self.shell is None or self._session is None:
            return
        self.shell.context.database_state.set_file_unusable(error)
        for code in FILE_UNUSABLE:  # the newest cause replaces the one before
            if error is None or code != error.code:
                self.problems.dismiss(code)
        if error is not None:
            self.problems.show(error)
        else:
            self.shell.notify_changes()  # failed reads run again

    def _save_last_address(self) -> None:
        if self.shell is not None and self.shell.address:
            user_id = self.shell.context.actor.user_id
            self.settings = replace(self.settings, last_place=self.shell.address, last_user=user_id)
            try:
                self.settings.save(self.home)
            except AppError as error:
                logging.getLogger(__name__).warning("the settings could not be saved: %s", error.code)

    def _may_close(self) -> bool:
        if not self._loses_work and not self._may_lose_work(self.close_unasked):
            return False
        if self.shell is not None and not self.shell.may_close():
            return False
        self._save_last_address()
        return True

    def close_unasked(self) -> None:
        """Close the window and lose what isn't saved: that was answered, or nobody is there to answer."""
        self._loses_work = True
        try:
            self.window.close()
        finally:
            self._loses_work = False


def _configured_url() -> tuple[str | None, AppError | None]:
    """The URL in the environment, and what is wrong with it."""
    try:
        return settings_file.database_url(), None
    except AppError as error:
        return None, error


class _SignInProblemDisplay(ShellProblemDisplay):
    """Shows notices above the cards of the sign-in screen."""

    def __init__(self, sign_in: SignIn, problems: Problems) -> None:
        super().__init__(sign_in, problems)
        self._sign_in = sign_in
        self.slot.setParent(sign_in)

    def show_banner(self, notice: Notice | None) -> None:
        if notice is not None:
            self._sign_in.show_notice(notice)


def run(address: str = "", file: Path | None = None, data: Path | None = None) -> int:
    """Open the window and run until it is closed; returns the exit status. What is to be opened: a view, a database
    `file`, or the import of the file or folder `data`."""
    home = settings_file.home()
    log.start(home / "logs" if is_private(home) else None)
    qInstallMessageHandler(QtMessages())
    qt = QApplication(sys.argv[:1])
    qt.setApplicationName("Benchboard")
    qt.setApplicationVersion(__version__)
    qt.setDesktopFileName("benchboard")
    qt.setStyle("Fusion")
    application = Application(home)
    sys.excepthook = _exception_hook(application)
    threading.excepthook = lambda failure: application.report(failure.exc_value or RuntimeError(str(failure.exc_type)))
    _listen_for_signals(qt, application)
    application.start(address, file, data)
    status = qt.exec()
    application.close()
    sys.excepthook = sys.__excepthook__
    threading.excepthook = threading.__excepthook__
    _destroy_window(application)
    return status


def _listen_for_signals(qt: QApplication, application: Application) -> None:
    """Quit cleanly on a signal. Qt's event loop doesn't see Python's signals, but it does see a socket."""
    if sys.platform == "win32":
        return
    receiver, sender = socket.socketpair()
    for end in (receiver, sender):
        end.setblocking(False)
    signal.set_wakeup_fd(sender.fileno())

    def end_program(*_args: object) -> None:
        application.close_unasked()
        qt.closeAllWindows()
        qt.quit()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end_program)
    notifier = QSocketNotifier(receiver.fileno(), QSocketNotifier.Type.Read, qt)
    # Reading the byte lets the interpreter run the handler; the sockets live as long as the notifier.
    notifier.activated.connect(lambda *_args, ends=(receiver, sender): ends[0].recv(16))


def _destroy_window(application: Application) -> None:
    """Delete the widgets before the interpreter exits, in a known order."""
    if shiboken6.isValid(application.window):
        application.window.close()
        application.window.hide()  # a conflict kept it open: what is in it must not be hidden while it is deleted
        application.window.deleteLater()
        QApplication.processEvents()


def _exception_hook(
    application: Application,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def hook(kind: type[BaseException], error: BaseException, _where: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
        elif isinstance(error, AppError):
            application.problems.show(error)
        else:
            application.report(error)

    return hook


class QtMessages:
    """Writes Qt's messages to the log. A fatal one also to standard error: Qt ends the program, before any window."""

    def __init__(self) -> None:
        self._no_screen = ""

    def __call__(self, kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        _qt_log.log(_QT_LEVEL.get(kind, logging.WARNING), "%s", message)
        if message.startswith(_NO_SCREEN):
            self._no_screen = message
        if kind is not QtMsgType.QtFatalMsg:
            return
        if self._no_screen:
            text = _("Can't open the window: {message}. Check that DISPLAY names a running display.")
        else:
            text = _("Can't open the window: {message} Run “make run” to install the required display libraries.")
        sys.stderr.write(text.format(message=self._no_screen or message.splitlines()[0]) + "\n")


def _start_notice(texts: list[str]) -> Notice:
    return Notice(" ".join(texts), kind="warn", icon="ph.warning")


def _unknown_link(address: str) -> str:
    """What is wrong with a link that leads to none of the rooms, whoever signs in; empty for any other."""
    if not address or address.partition("/")[0] in (*_ROOMS, "settings"):
        return ""
    what = _("The link benchboard://{address} doesn't lead to a page of Benchboard.")
    return " ".join((what.format(address=shortened_address(address)), _("Check it with the person who sent it.")))


def _load_rooms() -> "tuple[Room, ...]":
    """The rooms in the order of the rail; imported only after sign-in."""
    return tuple(import_module(f"benchboard.ui.{name}").ROOM for name in _ROOMS)


def _load_settings(home: Path) -> Settings:
    """The saved settings; without any, the defaults in the system's language if there is a translation."""
    known = settings_file.load(home)
    if file_ownership.exists(home / "settings.json"):
        return known
    system = QLocale.system().name()[:2]
    return replace(known, language=system if system in i18n.LANGUAGES else "en")


def _use_language(language: str) -> None:
    """Use `language` for sentences, dates and numbers; if it is the system's, with the system's region."""
    system = QLocale.system()
    QLocale.setDefault(system if system.name()[:2] == language else QLocale(language))
    i18n.use(language, package_data.resources_folder() / "i18n", decimal_point=QLocale().decimalPoint())
    _translate_qt(language)


def _translate_qt(language: str) -> None:
    """Translate Qt's own file dialogs and context menus, as far as Qt ships translations."""
    qt = QCoreApplication.instance()
    assert qt is not None
    for old in qt.findChildren(QTranslator):
        qt.removeTranslator(old)
        shiboken6.delete(old)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    translator = _QtTranslator()
    if language != "en" and translator.load(f"qtbase_{language}", folder):
        translator.setParent(qt)
        qt.installTranslator(translator)


class _QtTranslator(QTranslator):
    """Qt's own translation, except for the names of keys: they stay as printed on the keys, as in Benchboard's own
    menus.
    """

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        return source if context == "QShortcut" else super().translate(context, source, disambiguation, n)


def _last_email(session: "ActiveSession", settings: Settings) -> str:
    return session.signed_in.actor.email if session.workspace.location.kind == "server" else settings.last_email


def _close_revoked(session: "ActiveSession") -> None:
    try:
        session_opening.forget_token(session.workspace.vault, session.location_name)
    finally:
        session.workspace.close()


def _ended_notice(error: AppError, lost: list[str]) -> Notice:
    """The notice on the sign-in screen after a session was ended from elsewhere; `lost` are unsaved drafts."""
    not_saved = _("Not saved: {names}.").format(names=", ".join(lost)) if lost else ""
    why = " ".join(part for part in (error.why, error.do, not_saved) if part)
    return Notice(error.what, why, "warn", "ph.sign-out")
