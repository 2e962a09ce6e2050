"""Signing in, staying signed in, signing out and being signed out, on real databases."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from benchboard import demo, workspace
from benchboard.identity import authentication, users
from benchboard.identity.permissions import Client
from benchboard.identity.sessions import REVOKED_WITHIN_S
from benchboard.settings import Settings
from benchboard.storage.engine import Database
from benchboard.ui import session_watch
from benchboard.ui.admin import admin_commands
from benchboard.ui.app import Application
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.commands import REGISTRY
from benchboard.ui.session_watch import SessionWatch
from benchboard.ui.shell.shell import Shell
from benchboard.ui.shell.shortcuts_dialog import ShortcutsDialog
from benchboard.ui.sign_in import session_opening
from benchboard.ui.sign_in.demo_picker import DemoPicker
from benchboard.ui.widgets.badges import Badge
from benchboard.ui.widgets.banners import Banner
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.dialog import Dialog, Scrim
from benchboard.ui.widgets.labels import KeyCap
from benchboard.ui.widgets.status_bar import StatusBar
from support.databases import unbound
from support.postgres import Server
from support.window import Clicker, FakeSection, visible


def banner(application: Application) -> str:
    return " ".join(found.accessibleName() for found in application.window.findChildren(Banner) if found.isVisible())


def revoke_everybody(home: Path) -> None:
    """Revoke all sessions as an admin does, over another connection."""
    opened = workspace.open_local(home)
    try:
        with unbound(opened.database).change() as session:
            admin = authentication.operator_actor(session, client=Client.here())
            users.revoke_all(session, admin, [admin.user_id])
    finally:
        opened.close()


def sessions(home: Path) -> int:
    opened = workspace.open_local(home)
    try:
        with unbound(opened.database).read() as session:
            admin = authentication.operator_actor(session, client=Client.here())
            return users.get_person(session, admin, admin.user_id).sessions
    finally:
        opened.close()


def test_sign_in_local_on_first_start_opens_studio(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    working = start()
    assert not (working.home / "benchboard.db").exists()
    click(working.window, "sign_in_local")
    qtbot.waitUntil(lambda: working.shell is not None)
    assert working.shell is not None
    assert working.shell.address == "studio/home"
    assert working.tasks.running == ()
    assert (working.home / "benchboard.db").read_bytes()[:6] != b"SQLite"  # it is encrypted
    assert sessions(working.home) == 1


def test_sign_in_enter_key_cap_follows_the_focus(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    application = start()

    def marked() -> str:
        names = [cap.parent().objectName() for cap in application.window.findChildren(KeyCap) if cap.isVisible()]
        return " ".join([*names, *(["ring"] if any(r.isVisible() for r in _rings(application)) else [])])

    qtbot.waitUntil(lambda: marked() == "ring")
    assert QApplication.focusWidget().objectName() == "open_demo"
    click(application.window, "server_url")
    assert marked() == "sign_in_server"


def test_server_card_last_used_still_shows_unprotected(
    qtbot: QtBot, start: Callable[[], Application], tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    Settings(last_way="postgresql://role@server/bench").save(tmp_path / "home")
    card = Clicker(qtbot).find(start().window, "card_server")
    assert {badge.accessibleName() for badge in card.findChildren(Badge)} == {
        "Last used",
        "Trusted networks only",
    }


def _rings(application: Application) -> list[QWidget]:
    return [widget for widget in application.window.findChildren(QWidget) if type(widget).__name__ == "FocusRing"]


def test_session_by_keyboard_alone_starts_works_and_signs_out(qtbot: QtBot, start: Callable[..., Application]) -> None:
    application = start()

    def press(key: Qt.Key) -> None:
        focus = QApplication.focusWidget()
        assert focus is not None
        qtbot.keyClick(focus, key)

    qtbot.keyClick(application.window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)  # it starts on this computer
    qtbot.waitUntil(lambda: application.shell is not None)
    qtbot.waitUntil(lambda: application.shell.isAncestorOf(QApplication.focusWidget() or application.window))
    for _turn in range(2):
        qtbot.keyClick(application.window, Qt.Key.Key_F6)
    press(Qt.Key.Key_Up)
    press(Qt.Key.Key_Return)
    assert application.shell is not None
    assert application.shell.address == "bench/dongles"
    application.shell.findChild(QWidget, "account").setFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        press(key)
    qtbot.waitUntil(lambda: application.shell is None and application.tasks.running == ())


def test_shell_key_pressed_at_sign_in_is_handled(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    application = start()
    landed: list[bool] = []

    def at_once(_entered: object) -> None:
        qtbot.keyClick(application.window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        assert application.shell is not None
        landed.append(focus is not None and application.shell.findChild(StatusBar).isAncestorOf(focus))

    assert application.sign_in is not None
    application.sign_in.session_opened.connect(at_once)
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: bool(landed))
    assert landed == [True]


def test_sign_in_screen_after_sign_out_is_visible_at_once(working: Application, shell: Shell) -> None:
    shell.context.sign_out()
    assert working.sign_in is not None
    assert working.sign_in.isVisible()


def test_revoked_session_signs_out_and_names_the_lost_draft(qtbot: QtBot, working: Application, shell: Shell) -> None:
    place = shell.context.go
    place("bench/timing")
    widget = shell.findChild(FakeSection, "view_bench_timing")
    assert widget is not None
    widget.draft = "Timing of Conveyor A"
    revoke_everybody(working.home)
    qtbot.waitUntil(lambda: working.shell is None)
    qtbot.waitUntil(lambda: "You revoked this session" in banner(working))
    assert "Timing of Conveyor A" in banner(working)


def test_polls_are_often_enough_for_what_the_admin_reads() -> None:
    assert 2 * session_watch.POLL_MS <= REVOKED_WITHIN_S * 1000


@pytest.fixture
def rare_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window does not poll whether its session was revoked."""
    monkeypatch.setattr(session_watch, "POLL_MS", 3_600_000)


@pytest.mark.usefixtures("rare_polls")
@pytest.mark.parametrize("kind", ["read", "change"])
def test_transaction_after_a_revocation_is_refused_and_signs_the_window_out(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker, kind: str
) -> None:
    application = start()
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: application.shell is not None)
    shell = application.shell
    assert shell is not None
    revoke_everybody(application.home)
    begun: list[object] = []
    getattr(shell.context.tasks, kind)(shell, begun.append, begun.append)
    qtbot.waitUntil(lambda: application.shell is None)
    qtbot.waitUntil(lambda: "You revoked this session" in banner(application))
    assert begun == []


def test_revoked_session_closes_dialogs_and_palette(qtbot: QtBot, working: Application, shell: Shell) -> None:
    dialog = Dialog(working.window, "Pair a dongle")
    dialog.open()
    shell.open_palette()
    revoke_everybody(working.home)
    qtbot.waitUntil(lambda: working.shell is None)
    assert not [scrim for scrim in working.window.findChildren(Scrim) if scrim.isVisible()]


def test_start_with_a_database_file_opens_it_as_operator(
    qtbot: QtBot, start: Callable[..., Application], tmp_path: Path
) -> None:
    application = start(file=tmp_path / "plain.db")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert application.shell is not None
    assert application.shell.context.workspace.location.kind == "file"


def test_start_with_an_empty_database_url_opens_nothing_and_says_so(
    start: Callable[..., Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", "")
    application = start()
    notice = application.problems.current
    assert notice is not None
    assert notice.what == "BENCHBOARD_DATABASE_URL is empty."
    assert application.sign_in is not None


def test_start_with_a_link_opens_it_after_sign_in(
    qtbot: QtBot, start: Callable[..., Application], click: Clicker
) -> None:
    application = start(address="admin/people/42")
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert application.shell is not None
    assert application.shell.address == "admin/people"
    place = application.shell.findChild(FakeSection, "view_admin_people")
    assert place is not None
    assert place.rests == ["42"]


def test_start_with_a_link_to_nothing_says_so_on_the_sign_in_screen(start: Callable[..., Application]) -> None:
    for address, is_known in (("nonsense/" + "x" * 1000, False), ("admin/people/42", True), ("settings", True)):
        shown = banner(start(address=address))
        assert (shown == "") == is_known
        assert is_known or shown.startswith("The link benchboard://nonsense/xxx")
        assert is_known or "Check it with the person who sent it." in shown
        assert len(shown) < 200


def test_start_with_a_link_to_no_page_says_so_after_sign_in_until_another_page_is_shown(
    qtbot: QtBot, start: Callable[..., Application], click: Clicker
) -> None:
    application = start(address="admin/" + "x" * 1000)
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert "The link's page can't be opened." in banner(application)
    assert f"benchboard://admin/{'x' * 40}" in banner(application)
    assert len(banner(application)) < 300
    application.shell.go("bench/timing")
    assert banner(application) == ""


def test_start_with_a_link_that_would_start_simulated_dongles_opens_nothing(
    qtbot: QtBot, start: Callable[..., Application], click: Clicker
) -> None:
    application = start(address="bench/dongles/!simulate")
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert "The link's page can't be opened." in banner(application)
    assert not DeviceManager.of(application.shell.context).simulating


def test_start_with_a_link_to_nothing_is_said_once(
    qtbot: QtBot, start: Callable[..., Application], click: Clicker
) -> None:
    application = start(address="nowhere/at-all")
    assert "benchboard://nowhere/at-all" in banner(application)
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert banner(application) == ""


def test_start_when_staying_signed_in_says_what_is_wrong_after_the_sign_in(
    qtbot: QtBot, start: Callable[..., Application], click: Clicker, tmp_path: Path
) -> None:
    first = staying(qtbot, start, click)
    first.window.close()
    first.close()
    settings = tmp_path / "home" / "settings.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"appearance": "pink"}))
    second = start(address="nowhere/at-all")
    assert second.shell is not None or banner(second) == ""
    qtbot.waitUntil(lambda: second.shell is not None)
    said = [banner(second)]
    second.problems.dismiss()
    said.append(banner(second))
    assert "Settings in" in said[0]
    assert "benchboard://nowhere/at-all" in said[1]


def test_settings_that_could_not_be_saved_are_said_until_they_are(working: Application) -> None:
    file = working.home / "settings.json"
    file.unlink(missing_ok=True)
    file.mkdir()
    working.apply_settings(replace(working.settings, appearance="dark"))
    assert "Can't save your settings" in banner(working)
    file.rmdir()
    working.apply_settings(replace(working.settings, appearance="light"))
    assert banner(working) == ""
    assert json.loads(file.read_text())["appearance"] == "light"


def test_settings_that_could_not_be_saved_at_sign_in_are_said(
    qtbot: QtBot, start: Callable[..., Application], click: Clicker, tmp_path: Path
) -> None:
    (tmp_path / "home" / "settings.json").mkdir(parents=True)
    application = start()
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert "Can't save your settings" in banner(application)


def test_sign_in_after_a_revoked_session_succeeds(qtbot: QtBot, working: Application, click: Clicker) -> None:
    revoke_everybody(working.home)
    qtbot.waitUntil(lambda: working.shell is None)
    click(working.window, "sign_in_local")
    qtbot.waitUntil(lambda: working.shell is not None)


def test_sign_in_after_the_data_folder_was_removed_says_so_and_makes_no_other(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    application = start()
    (tmp_path / "home").rename(tmp_path / "elsewhere")
    for name in ("sign_in_local", "open_demo"):
        click(application.window, name)
        qtbot.waitUntil(lambda: application.tasks.running == ())
        assert f"The data folder {application.home} is gone." in banner(application)
    assert not application.home.exists()
    (tmp_path / "elsewhere").rename(tmp_path / "home")
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: application.shell is not None)


def test_sign_out_ends_the_session(qtbot: QtBot, working: Application, click: Clicker) -> None:
    click(working.window, "account")
    click(working.window, "account_sign_out")
    qtbot.waitUntil(lambda: working.shell is None and working.tasks.running == ())
    assert sessions(working.home) == 0


def test_settings_sign_out_of_the_demo_to_choose_a_location_shows_the_locations(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    application = start()
    click(application.window, "open_demo")
    click(application.window, "demo_technician")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert application.shell is not None
    application.shell.go("settings/general")
    click(application.window, "settings_choose_location")
    qtbot.waitUntil(lambda: application.shell is None and application.tasks.running == ())
    assert click.find(application.window, "sign_in_local").isEnabled()
    assert not application.window.findChildren(QWidget, "demo_technician")


@pytest.mark.parametrize(
    ("role", "room"), [("admin", "admin"), ("analyst", "studio"), ("business_user", "studio"), ("technician", "bench")]
)
def test_person_of_the_demo_begins_in_the_room_of_their_role_below_a_badge(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker, role: str, room: str
) -> None:
    application = start()
    click(application.window, "open_demo")
    click(application.window, f"demo_{role}")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert application.shell is not None
    assert application.shell.address.partition("/")[0] == room
    assert click.find(application.window, "demo_badge").accessibleName() == "Demo"
    click(application.window, "account")
    assert not visible(application.window, "account_sign_out")
    click(application.window, "account_switch_person")
    before = application.shell
    click(application.window, f"demo_{'admin' if role == 'technician' else 'technician'}")
    qtbot.waitUntil(lambda: application.shell not in (None, before))
    click(application.window, "account")
    click(application.window, "account_leave_demo")
    qtbot.waitUntil(lambda: application.shell is None and application.tasks.running == ())
    assert click.find(application.window, "sign_in_local").isEnabled()


def test_sign_in_as_another_account_begins_at_its_home_page(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    application = start()

    def enter(*names: str) -> str:
        for name in names:
            click(application.window, name)
        qtbot.waitUntil(lambda: application.shell is not None)
        assert application.shell is not None
        return application.shell.address

    def leave(button: str) -> None:
        application.shell.go("settings/general")
        click(application.window, button)
        qtbot.waitUntil(lambda: application.shell is None and application.tasks.running == ())

    home = enter("sign_in_local")
    assert home != "settings/general"
    leave("settings_choose_location")
    assert enter("open_demo", "demo_technician") == "bench/dongles"
    leave("settings_choose_location")
    assert enter("open_demo", "demo_technician") == "settings/general"
    leave("settings_choose_location")
    assert enter("sign_in_local") == home


def test_close_without_stay_signed_in_ends_the_session(qtbot: QtBot, working: Application) -> None:
    working.window.close()
    working.close()
    assert sessions(working.home) == 0


def staying(qtbot: QtBot, start: Callable[[], Application], click: Clicker) -> Application:
    """A program signed in with “stay signed in”."""
    application = start()
    click(application.window, "stay_local")
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: application.shell is not None)
    return application


def test_start_when_staying_signed_in_restores_the_address(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    first = staying(qtbot, start, click)
    assert first.shell is not None
    first.shell.go("bench/timing")
    first.window.close()
    first.close()
    second = start()
    qtbot.waitUntil(lambda: second.shell is not None)
    assert second.shell is not None
    assert second.shell.address == "bench/timing"
    assert sessions(second.home) == 1


def test_start_with_a_revoked_session_does_not_resume_it(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    first = staying(qtbot, start, click)
    first.window.close()
    first.close()
    revoke_everybody(first.home)
    second = start()
    qtbot.waitUntil(lambda: second.tasks.running == ())
    assert second.shell is None
    assert not list((second.home / "vault").glob("window.*"))


def test_change_by_another_process_refreshes_screens(
    qtbot: QtBot, working: Application, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = shell.findChild(FakeSection, "view_bench_dongles")
    watch = working.findChild(SessionWatch)
    assert widget is not None
    assert watch is not None
    polls, version = [], Database.others_commits
    monkeypatch.setattr(
        Database, "others_commits", lambda database, session: polls.append(1) or version(database, session)
    )
    qtbot.waitUntil(lambda: watch.poll() or len(polls) > 1)  # a second poll begins when the first has been heard of
    script = (
        "import sys; from pathlib import Path; from benchboard import workspace; "
        "from benchboard.identity import authentication; from benchboard.identity.permissions import Client; "
        "opened = workspace.open_local(Path(sys.argv[1]))\n"
        "with opened.database.system('sign-in').change() as session:\n"
        "    authentication.sign_in_operator(session, client=Client('elsewhere', 'test'))\n"
        "opened.close()"
    )
    before = widget.refreshed
    subprocess.run([sys.executable, "-c", script, str(working.home)], check=True, timeout=120)
    qtbot.waitUntil(lambda: widget.refreshed > before)


def test_demo_sign_in_as_technician_hides_admin(qtbot: QtBot, start: Callable[[], Application], click: Clicker) -> None:
    application = start()
    qtbot.keyClick(application.window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    click(application.window, "demo_technician")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert application.shell is not None
    actor = application.shell.context.actor
    assert actor.roles == {"technician"}
    assert application.shell.context.status.text("where") == "Demo on this computer"
    rail = [
        button.objectName()
        for button in application.shell.findChildren(type(click.find(application.window, "rail_bench")))
    ]
    assert rail == ["rail_bench", "rail_studio", "rail_settings"]  # no Admin for a technician
    application.shell.go("admin/people")
    assert application.shell.address == "bench/dongles"
    assert "doesn't have access to Admin" in banner(application)


def test_sign_in_to_server_wrong_password_is_reported_at_its_field(
    qtbot: QtBot, pg_server: Server, pg_template: str, start: Callable[[], Application], click: Clicker
) -> None:
    from support import databases

    with databases.on_postgres(pg_server, template=pg_template) as database:
        application = start()
        url = database.engine.url
        bare = f"postgresql://{url.username}@{url.host}:{url.port}/{url.database}"
        click.type(application.window, "server_url", bare)
        click(application.window, "server_more")
        click.type(application.window, "server_role_password", url.password or "")
        click.type(application.window, "server_email", "nobody@example.com")
        field = click.type(application.window, "server_password", "wrong")
        assert isinstance(field, QLineEdit)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: "incorrect" in field.accessibleDescription())
        assert application.shell is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("postgresql://bench@db.example.com/bench", "postgresql://bench@db.example.com/bench"),
        ("postgres://db.example.com/bench", "postgresql://db.example.com/bench"),
        (" bench@db.example.com:5433/bench ", "postgresql://bench@db.example.com:5433/bench"),
    ],
)
def test_check_url_address_as_typed_is_accepted(text: str, url: str) -> None:
    assert session_opening.parse_server_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "foo",
        "not a url",
        "http://db.example.com",
        "postgresql://",
        "postgresql://h:x/y",
        "postgres//foo",
        "postgresql:/foo",
    ],
)
def test_check_url_invalid_address_raises_invalid(text: str) -> None:
    with pytest.raises(session_opening.Invalid) as refused:
        session_opening.parse_server_url(text)
    assert refused.value.code == "signin.url"


def test_check_url_of_another_database_says_which_is_needed() -> None:
    with pytest.raises(session_opening.Invalid) as refused:
        session_opening.parse_server_url("mysql://db.example.com/bench")
    assert refused.value.what == "Benchboard needs a PostgreSQL server."


def test_check_url_with_a_password_is_rejected_without_repeating_it() -> None:
    with pytest.raises(session_opening.Invalid) as refused:
        session_opening.parse_server_url("postgresql://bench:hunter2@db.example.com/bench")
    assert refused.value.code == "signin.url-password"
    assert "hunter2" not in str(refused.value)


def test_check_url_with_a_password_parameter_is_rejected() -> None:
    with pytest.raises(session_opening.Invalid, match="contains a password"):
        session_opening.parse_server_url("postgresql://bench@db.example.com/bench?password=hunter2")


def test_with_password_special_characters_are_escaped() -> None:
    url = session_opening.with_password("postgresql://bench@db.example.com:5433/bench?sslmode=require", "p@ss/w:rd #1")
    assert url == "postgresql://bench:p%40ss%2Fw%3Ard%20%231@db.example.com:5433/bench?sslmode=require"


def test_entry_repr_hides_passwords() -> None:
    entry = session_opening.SignInRequest(
        "server", url="postgresql://h/d", password="hunter2", database_password="hunter3"
    )
    assert "hunter" not in repr(entry)


def test_broken_settings_file_is_kept_and_a_notice_says_so_once(
    qtbot: QtBot, start: Callable[[], Application], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "settings.json").write_text("{", encoding="utf-8")
    application = start()
    qtbot.waitUntil(lambda: "can't be read. The default settings are used." in banner(application))
    application.apply_settings(application.settings)
    assert (home / "settings.json.broken").read_text(encoding="utf-8") == "{"
    assert "language" in json.loads((home / "settings.json").read_text(encoding="utf-8"))
    assert banner(start()) == ""


def test_settings_file_after_sign_in_holds_no_secret(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker, home_template: Path, tmp_path: Path
) -> None:
    shutil.copytree(home_template, tmp_path / "home")
    application = start()
    opened: list[session_opening.ActiveSession] = []
    assert application.sign_in is not None
    application.sign_in.session_opened.connect(opened.append)
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: application.shell is not None)
    kept = json.loads((application.home / "settings.json").read_text(encoding="utf-8"))
    assert kept["last_way"] == "local"
    assert opened[0].signed_in.token not in json.dumps(kept)


def focused_name(application: Application) -> str:
    focused = application.window.focusWidget()
    return focused.objectName() if focused is not None and focused.isVisible() else ""


def escape_choice(qtbot: QtBot, application: Application, click: Clicker) -> None:
    picker = click.find(application.window, "demo_picker")
    qtbot.keyClick(picker, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not picker.isVisible())


def test_escape_at_the_choice_of_a_person_returns_the_focus_to_the_card(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    application = start()
    qtbot.keyClick(click.find(application.window, "open_demo"), Qt.Key.Key_Return)
    escape_choice(qtbot, application, click)
    assert focused_name(application) == "open_demo"
    click(application.window, "open_demo")
    click(application.window, "demo_admin")
    qtbot.waitUntil(lambda: application.shell is not None)


def test_choice_of_a_person_waits_until_the_shortcuts_are_closed(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    application = start()
    qtbot.keyClick(click.find(application.window, "open_demo"), Qt.Key.Key_Return)
    qtbot.keyClick(application.window, Qt.Key.Key_F1)
    sheet = click.find(application.window, "key_sheet")
    qtbot.waitUntil(lambda: click.find(application.window, "open_demo").isEnabled())
    assert not application.window.findChildren(DemoPicker)
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: visible(application.window, "demo_picker"))


def test_people_of_the_demo_are_one_stop_of_tab_with_the_keys_of_a_list(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    """Home and End were silent, and Enter took somebody else than who was meant."""
    application = start()
    qtbot.keyClick(click.find(application.window, "open_demo"), Qt.Key.Key_Return)
    click.find(application.window, "demo_picker")
    reached = []
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        qtbot.keyClick(application.window.focusWidget(), key)
        reached.append(focused_name(application))
    assert reached == ["demo_business_user", "demo_admin", "demo_technician", "demo_not_now", "demo_technician"]


def test_switching_the_person_of_the_demo_keeps_the_session_until_another_is_chosen(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    application = start()
    click(application.window, "open_demo")
    click(application.window, "demo_admin")
    qtbot.waitUntil(lambda: application.shell is not None)
    shell = application.shell
    assert shell is not None
    shell.run_command("window.switch_person")
    escape_choice(qtbot, application, click)
    shell.run_command("window.switch_person")
    names = {role: click.find(application.window, f"demo_{role}").accessibleName() for role in ("admin", "analyst")}
    assert [role for role, name in names.items() if name.endswith("Signed in now")] == ["admin"]
    click(application.window, "demo_admin")  # who is signed in already
    assert (application.shell, shell.isVisible(), application.tasks.running) == (shell, True, ())
    shell.run_command("window.switch_person")
    click(application.window, "demo_analyst")
    qtbot.waitUntil(lambda: application.shell not in (None, shell))
    assert application.shell is not None
    assert application.shell.context.actor.email.startswith("analyst@")


def test_switching_the_person_of_the_demo_says_that_simulated_dongles_stop(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They stopped without a word: the switch ends the session, and the simulator with it."""
    application = start()
    click(application.window, "open_demo")
    click(application.window, "demo_technician")
    qtbot.waitUntil(lambda: application.shell is not None)
    shell = application.shell
    assert shell is not None
    shell.run_command("window.switch_person")
    qtbot.waitUntil(lambda: visible(application.window, "demo_picker"))
    assert not visible(application.window, "demo_ending")
    click(application.window, "demo_not_now")
    monkeypatch.setattr(shell, "ends_with_session", lambda: "The simulated dongles will stop.")
    shell.run_command("window.switch_person")
    note = click.find(application.window, "demo_ending")
    assert isinstance(note, QLabel)
    assert note.text() == "The simulated dongles will stop."
    click(application.window, "demo_not_now")


def test_revoked_session_leaves_the_focus_on_the_card_used_last(
    qtbot: QtBot, working: Application, click: Clicker
) -> None:
    revoke_everybody(working.home)
    qtbot.waitUntil(lambda: working.shell is None)
    qtbot.waitUntil(click.find(working.window, "sign_in_local").isEnabled)
    assert focused_name(working) == "sign_in_local"


def test_question_mark_at_sign_in_shows_the_shortcuts(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    application = start()
    qtbot.waitUntil(lambda: focused_name(application) == "open_demo")
    qtbot.keyClick(click.find(application.window, "open_demo"), "?")
    assert click.find(application.window, "key_sheet").isVisible()


def test_shortcuts_are_those_of_the_rooms_that_the_person_has(
    qtbot: QtBot, start: Callable[[], Application], click: Clicker
) -> None:
    application = start()
    click(application.window, "open_demo")
    click(application.window, "demo_technician")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert application.shell is not None
    application.shell.open_shortcuts()
    sheet = click.find(application.window, "key_sheet")
    assert isinstance(sheet, ShortcutsDialog)
    sheet.fill_all()
    titles = {str(line.property("text")) for line in sheet.findChildren(QWidget, "keys_line")}
    own = {command.text for command in REGISTRY if command.shortcuts and command.room != "admin"}
    theirs = {command.text for command in REGISTRY if command.shortcuts} - own
    assert theirs, admin_commands.__name__  # it registers them
    assert not theirs & titles
    assert "Search or run a command" in titles


def test_sign_in_to_the_demo_reads_no_widget_that_was_left_and_tells_who_you_are(
    qtbot: QtBot, start: Callable[..., Application], click: Clicker, announcements: list[str]
) -> None:
    application = start()
    assert application.sign_in is not None
    left = application.sign_in.findChild(Button, "server_more")
    assert left is not None
    left.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(left, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: bool(application.window.findChildren(DemoPicker)))
    visited: list[QWidget | None] = []
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.focusChanged.connect(lambda _old, now: visited.append(now))
    click(application.window, "demo_analyst")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert left not in visited
    assert f"Signed in as Mert Aydın ({demo.NAME})." in announcements
