"""The form of a shared server: what is wrong is said at its field, all at once, until it is corrected."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from benchboard import settings
from benchboard.errors import Denied, Unavailable
from benchboard.settings import Settings
from benchboard.ui.problems import Problems
from benchboard.ui.sign_in import session_opening
from benchboard.ui.sign_in.session_opening import SignInRequest
from benchboard.ui.sign_in.sign_in import SignIn
from benchboard.ui.sign_in.sign_in_cards import LocalCard, ServerCard
from benchboard.ui.tasks import Progress, Tasks
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.badges import Badge
from benchboard.ui.widgets.banners import Banner
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.fields import Edit, Field
from benchboard.ui.widgets.focus import FocusRing
from benchboard.ui.widgets.labels import KeyCap
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import Card, Icon

URL, EMAIL, PASSWORD = "server_url", "server_email", "server_password"

OpenPage = Callable[[Settings], SignIn]


class Form:
    """The card, shown; `requests` are the sign-ins it asked for."""

    def __init__(self, qtbot: QtBot, home: Path) -> None:
        self.requests: list[SignInRequest] = []
        self.qtbot = qtbot
        self.card = ServerCard(settings.load(home), False, self.requests.append)
        qtbot.addWidget(self.card)
        self.card.show()

    def edit(self, name: str) -> Edit:
        found = self.card.findChild(Edit, name)
        assert isinstance(found, Edit)
        return found

    def type(self, name: str, text: str) -> None:
        self.qtbot.keyClicks(self.edit(name), text)

    def submit(self) -> None:
        self.qtbot.mouseClick(self.card.button, Qt.MouseButton.LeftButton)

    def wrong(self) -> set[str]:
        """The fields at which an error is shown."""
        return {name for name in (URL, EMAIL, PASSWORD) if self.edit(name).property("wrong")}

    def shows(self, text: str) -> bool:
        return any(text in label.text() and label.isVisible() for label in self.card.findChildren(QLabel))


@pytest.fixture
def form(qtbot: QtBot, light: Theme, tmp_path: Path) -> Form:
    return Form(qtbot, tmp_path)


@pytest.fixture
def open_page(qtbot: QtBot, light: Theme, tmp_path: Path) -> Iterator[OpenPage]:
    """Opens the sign-in screen in a window of its own."""
    started: list[Tasks] = []

    def opened(settings: Settings) -> SignIn:
        problems = Problems()
        started.append(Tasks(problems, problems))
        page = SignIn(started[-1], settings, tmp_path)
        problems.setParent(page)
        qtbot.addWidget(page)
        page.resize(1440, 900)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        return page

    yield opened
    for tasks in started:
        tasks.close()


def test_server_without_row_level_protection_is_called_so_once_its_address_is_valid(form: Form) -> None:
    def warned() -> list[bool]:
        return [
            any(badge.isVisible() for badge in form.card.findChildren(Badge)),
            form.shows("Anyone who can use this database role"),
        ]

    assert warned() == [False, False]
    form.type(URL, "mysql://foo")
    assert warned() == [False, False]
    form.edit(URL).clear()
    form.type(URL, "postgresql://ines@db.example.com/bench")
    assert warned() == [True, True]
    form.type(URL, "?password=secret")
    assert warned() == [False, False]


def test_database_password_is_asked_for_on_request_and_when_the_database_refuses(
    form: Form, qtbot: QtBot, tmp_path: Path
) -> None:
    password, more = form.edit("server_role_password"), form.card.findChild(Button, "server_more")
    assert isinstance(more, Button)
    assert not password.isVisible()
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert password.isVisible()
    assert not more.isVisible()
    refused = Form(qtbot, tmp_path)
    refused.type(URL, "postgresql://ines@db.example.com/bench")
    refused.card.show_error(Unavailable("storage.unavailable", "The database can't be reached."))
    assert refused.edit("server_role_password").isVisible()


@pytest.mark.parametrize(
    ("last_used", "primary"),
    [("", "open_demo"), ("demo", "open_demo"), ("local", "sign_in_local"), ("postgresql://db/bench", "sign_in_server")],
)
def test_sign_in_has_one_primary_button_which_enter_presses(open_page: OpenPage, last_used: str, primary: str) -> None:
    page = open_page(Settings(last_way=last_used))
    assert [b.objectName() for b in page.findChildren(Button) if b.property("kind") == "primary"] == [primary]
    focused = page.window().focusWidget()
    assert focused is not None
    # The server's form has the focus where something is missing; Enter in a field signs in.
    assert focused.objectName() == ("server_email" if primary == "sign_in_server" else primary)


def _primary(page: SignIn) -> list[str]:
    return [button.objectName() for button in page.findChildren(Button) if button.property("kind") == "primary"]


def test_primary_button_follows_the_card_that_has_the_focus(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(Settings())
    for name, primary in (
        (EMAIL, "sign_in_server"),
        ("language", "sign_in_server"),
        ("stay_local", "sign_in_local"),
        ("open_demo", "open_demo"),
    ):
        widget = page.findChild(QWidget, name)
        assert widget is not None
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert _primary(page) == [primary], name
        chosen = [card.objectName() for card in page.findChildren(Card) if card.property("card") == "chosen"]
        assert chosen == [f"card_{primary.removeprefix('sign_in_').removeprefix('open_')}"]


def test_enter_at_a_check_box_of_a_card_presses_its_button(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(Settings())
    box, button = page.findChild(QWidget, "stay_server"), page.findChild(Button, "sign_in_server")
    assert box is not None
    assert button is not None
    box.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(box, Qt.Key.Key_Return)
    focused = page.window().focusWidget()
    assert focused is not None
    assert focused.objectName() == URL, "the first field in which something is missing"


def test_card_in_use_moves_nothing(open_page: OpenPage) -> None:
    page = open_page(Settings())

    def places() -> list[QPoint]:
        QApplication.processEvents()
        page.grab()
        inside = [one for card in page.findChildren(Card) for one in card.findChildren(QWidget) if one.isVisible()]
        return [one.mapTo(page, QPoint()) for one in inside if not isinstance(one, FocusRing | KeyCap)]

    before = places()
    page.findChildren(ServerCard)[0].focus_first_empty()
    assert places() == before


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("storage.unreachable", URL),
        ("storage.nowhere", URL),
        ("workspace.outdated", URL),
        ("storage.password", "server_role_password"),
        ("accounts.inactive", EMAIL),
    ],
)
def test_error_of_a_sign_in_marks_its_field_which_has_the_focus_until_it_is_edited(
    form: Form, code: str, field: str
) -> None:
    form.type(URL, "postgresql://ines@db.example.com/bench")
    assert form.card.show_error(Unavailable(code, "It failed.", do="Try again."))
    edit = form.edit(field)
    assert edit.property("wrong") is True
    assert "It failed." in edit.accessibleDescription()
    assert form.shows("It failed.")
    assert form.card.focusWidget() is edit
    form.qtbot.keyClicks(edit, "x")
    assert edit.property("wrong") is False
    assert not form.shows("It failed.")


def test_error_of_this_computer_is_not_shown_at_the_server(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(Settings(last_way="postgresql://ines@db.example.com/bench"))

    def fail(*_given: object) -> None:
        raise Unavailable("storage.damaged", "The database is damaged.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchboard.ui.sign_in.session_opening.open_session", fail)
        page.open_session(SignInRequest("local"), "Opening your database")
        qtbot.waitUntil(lambda: any(one.isVisible() for one in page.findChildren(Banner)))
    url = page.findChild(Edit, URL)
    assert url is not None
    assert not url.property("wrong")


def test_sign_in_lower_than_its_cards_scrolls_and_cuts_no_field(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(Settings())
    page.resize(960, 400)
    qtbot.waitUntil(lambda: page.findChildren(QScrollArea)[0].verticalScrollBar().maximum() > 0)
    for field in page.findChildren(Field):
        assert field.isHidden() or field.height() >= field.minimumSizeHint().height()


def test_sign_in_cards_stand_below_each_other_where_both_have_no_room(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page(Settings())
    (local,), (server,) = page.findChildren(LocalCard), page.findChildren(ServerCard)
    assert local.geometry().top() == server.geometry().top()
    page.resize(860, 700)
    qtbot.waitUntil(lambda: server.geometry().top() > local.geometry().bottom())
    assert server.width() == local.width() > 700


def test_what_is_wrong_with_email_and_password_stands_once_across_both(form: Form) -> None:
    form.submit()
    assert form.shows("Enter your email address. Enter your password.")
    form.type(EMAIL, "ines@example.com")
    assert not form.shows("Enter your email address.")
    assert form.shows("Enter your password.")


def test_sign_in_with_empty_fields_marks_each(form: Form) -> None:
    form.submit()
    assert [form.edit(name).accessibleDescription() for name in (URL, EMAIL, PASSWORD)] == [
        "Enter a server address, such as postgresql://role@server/database.",
        "Enter your email address.",
        "Enter your password.",
    ]
    assert not form.requests


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700)])
def test_sign_in_fields_stay_in_place_as_errors_appear(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(Settings(last_way="postgresql://ines@db.example.com/bench"))
    page.resize(*size)
    (card,) = page.findChildren(ServerCard)
    page.grab()  # lays it out

    def places() -> list[QPoint]:
        page.grab()
        return [edit.mapTo(page, QPoint()) for edit in card.findChildren(Edit) if edit.isVisible()]

    before = places()
    assert len(before) == 3
    denied = Denied("accounts.wrong", "The email address or password is incorrect.", do="Check both and try again.",
                    field="password")  # fmt: skip
    card.show_error(denied)
    assert places() == before
    card.button.click()  # without email address and password
    assert places() == before


def test_sign_in_with_an_invalid_email_address_marks_it_and_asks_no_server(form: Form) -> None:
    form.type(URL, "postgresql://ines@db.example.com/bench")
    form.type(EMAIL, "bar")
    form.type(PASSWORD, "four unrelated words")
    form.submit()
    assert form.wrong() == {EMAIL}
    assert "isn't a valid email address" in form.edit(EMAIL).accessibleDescription()
    assert not form.requests


def test_server_card_tells_the_databases_account_from_yours(form: Form) -> None:
    assert form.shows("The “role” in the address is the database's account, not your Benchboard account.")
    assert form.shows("your Benchboard account")


def test_sign_in_error_goes_when_its_field_is_edited(form: Form) -> None:
    form.type(URL, "https://db.example.com")
    form.submit()
    form.type(EMAIL, "ines@example.com")
    assert form.wrong() == {URL, PASSWORD}
    form.edit(URL).selectAll()
    form.type(URL, "postgresql://ines@db.example.com/bench")
    assert form.wrong() == {PASSWORD}
    form.type(PASSWORD, "four unrelated words")
    assert form.wrong() == set()
    form.submit()
    assert [request.email for request in form.requests] == ["ines@example.com"]


@pytest.mark.parametrize("corrected", [EMAIL, PASSWORD])
def test_sign_in_wrong_password_or_address_goes_when_either_is_edited(form: Form, corrected: str) -> None:
    form.type(URL, "postgresql://ines@db.example.com/bench")
    form.type(PASSWORD, "a guess")
    form.card.show_error(Denied("accounts.wrong", "The email address or password is incorrect.", field="password"))
    assert form.wrong() == {PASSWORD}
    form.type(corrected, "x")
    assert form.wrong() == set()


def test_sign_in_unreachable_server_goes_when_its_address_is_edited(form: Form) -> None:
    form.type(URL, "postgresql://ines@db.example.com/bench")
    form.card.show_error(Unavailable("storage.unreachable", "The server can't be reached."))
    assert form.shows("can't be reached")
    form.type(EMAIL, "ines")
    assert form.shows("can't be reached")
    form.type(URL, "2")
    assert not form.shows("can't be reached")


def test_what_is_wrong_is_read_once_each_time_with_the_field_that_gets_the_focus_or_else_announced(
    qtbot: QtBot, open_page: OpenPage, announcements: list[str], told_focus: list[str]
) -> None:
    """It was announced, told as another description, and read with the focus; the same error again was silent."""
    page = open_page(Settings())
    button, url = page.findChild(Button, "sign_in_server"), page.findChild(Edit, URL)
    assert button is not None
    assert url is not None
    button.setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    announcements.clear()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    others = ["Enter your email address.", "Enter your password."]
    qtbot.waitUntil(lambda: len(announcements) >= 2)
    assert (told_focus, announcements) == ([URL], others)
    assert url.accessibleDescription().startswith("Enter a server address")
    announcements.clear()
    qtbot.keyClick(url, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(announcements) >= 3)
    assert told_focus == [URL]
    assert sorted(announcements) == sorted([url.accessibleDescription(), *others])


def test_typing_in_a_field_tells_no_other_description_of_it(
    qtbot: QtBot, open_page: OpenPage, announcements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each letter of the email address told the field's note anew; it is told as the focus leaves."""
    page = open_page(Settings())
    email = page.findChild(Edit, EMAIL)
    assert email is not None
    email.setFocus(Qt.FocusReason.TabFocusReason)
    described: list[str] = []
    monkeypatch.setattr(QWidget, "setAccessibleDescription", lambda one, text: described.append(text))
    qtbot.keyClicks(email, "ines")
    assert described == []
    assert announcements == []


@pytest.mark.parametrize("has_database", [False, True])
def test_local_card_says_that_it_starts_empty_only_before_its_first_start(
    qtbot: QtBot, light: Theme, tmp_path: Path, has_database: bool
) -> None:
    if has_database:
        (tmp_path / "benchboard.db").touch()
    card = LocalCard(tmp_path, False, lambda: None)
    qtbot.addWidget(card)
    texts = " ".join(one.text() for one in card.findChildren(Paragraph))
    assert ("It starts empty" in texts) is not has_database
    called = {True: "Open the data on this computer", False: "Start on this computer"}[has_database]
    assert QAccessible.queryAccessibleInterface(card.button).text(QAccessible.Text.Name) == called


def test_sign_in_keys_pressed_while_it_works_do_nothing(qtbot: QtBot, open_page: OpenPage) -> None:
    """Enter on “Open demo”, pressed twice, neither stops what the first began nor changes the language."""
    page = open_page(Settings())
    finish = threading.Event()
    try:
        page.run_before_sign_in("Signing out", lambda _progress: finish.wait(60), None)
        assert not page.findChild(Button, "language").isEnabled()
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Space):
            focus = page.window().focusWidget()
            assert focus is page
            qtbot.keyClick(focus, key)
    finally:
        finish.set()
    button = page.findChild(Button, "open_demo")
    qtbot.waitUntil(lambda: page.window().focusWidget() is button)
    assert page.findChild(Button, "language").isEnabled()


def test_steps_of_a_sign_in_are_told(qtbot: QtBot, open_page: OpenPage, announcements: list[str]) -> None:
    page = open_page(Settings())
    finish = threading.Event()

    def work(progress: Progress) -> None:
        progress.report(0, None, "Opening the database")
        finish.wait(60)

    try:
        page.run_before_sign_in("Signing in", work, None)
        qtbot.waitUntil(lambda: announcements == ["Opening the database"])
    finally:
        finish.set()
    qtbot.waitUntil(lambda: page.window().focusWidget() is not page)


def test_icon_of_a_fact_of_two_lines_is_at_the_first(qtbot: QtBot, light: Theme, tmp_path: Path) -> None:
    card = LocalCard(tmp_path, False, lambda: None)
    qtbot.addWidget(card)
    card.resize(360, 420)
    card.show()
    fact = next(one for one in card.findChildren(Paragraph) if one.text().startswith("Key: "))
    (mark,) = (one for one in card.findChildren(Icon) if fact.y() - 2 <= one.y() < fact.geometry().bottom())
    assert fact.height() > 2 * fact.fontMetrics().height()
    assert mark.geometry().bottom() < fact.y() + fact.heightForWidth(10_000) + 2


def test_a_wrong_invitation_code_is_said_in_the_dialog_and_what_was_typed_stays(
    qtbot: QtBot, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_request: object) -> None:
        raise Denied("invitations.invalid", "This invitation code can't be used.", field="invitation")

    monkeypatch.setattr(session_opening, "open_session", refuse)
    page = open_page(Settings(last_way="postgresql://bench@server/bench"))
    invited = page.findChild(Button, "server_invitation")
    assert invited is not None
    invited.click()
    edits = {}
    for name, text in (("join_code", "bi_wrong"), ("join_name", "Ines"), ("join_password", "four unrelated words")):
        edit = page.window().findChild(Edit, name)
        assert edit is not None
        edit.setText(text)
        edits[name] = edit
    qtbot.keyClick(edits["join_password"], Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(edits["join_code"].property("wrong")))
    assert edits["join_code"].isVisible()
    assert edits["join_code"].hasFocus()
    assert (edits["join_name"].text(), edits["join_password"].text()) == ("Ines", "four unrelated words")
    assert not page.findChildren(Banner)
