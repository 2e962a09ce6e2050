"""Resolving conflicts side by side: by mouse, by keys, field by field, undone, and postponed."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from benchboard.dashboards.document import document, images
from benchboard.dashboards.document.document import Document
from benchboard.dashboards.layout import walk_items
from benchboard.dashboards.versions.three_way_merge import merge
from benchboard.ui.studio.versions.merge_decisions import Party
from benchboard.ui.studio.versions.merge_view import MergeScreen
from benchboard.ui.studio.versions.widget_thumbnails import TileView
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Banner
from support import compared
from support.compared import ViewWindow
from support.edits import dashboard
from support.image_bytes import png

if TYPE_CHECKING:
    from conftest import Studio

CTRL = Qt.KeyboardModifier.ControlModifier
MINE = Party("Dana Whitfield", "you, this computer, 10:12 while offline")
THEIRS = Party("Mert Aydın", "shared server, 10:29, version 40")


class Merging:
    """An open merge view, worked by mouse and keys."""

    def __init__(self, qtbot: QtBot, home: Path, documents: tuple[Document, Document, Document]) -> None:
        self.decided: list[Document] = []
        self.later: list[bool] = []
        self.merge = merge(*documents)
        self.shown = ViewWindow(qtbot, home, self._make)
        screen = self.shown.open()
        assert isinstance(screen, MergeScreen)
        self.screen = screen
        self.shown.wait(lambda: not screen.busy)

    def _make(self, context: Any) -> QWidget:
        screen = MergeScreen(context, self.merge, MINE, THEIRS, next_number=42)
        screen.merged.connect(self.decided.append)
        screen.postponed.connect(lambda: self.later.append(True))
        return screen

    def checked(self) -> list[str]:
        """The names of the checked choices."""
        rows = [one for one in self.screen.findChildren(QAbstractButton) if one.objectName().startswith("merge_")]
        return sorted(one.objectName() for one in rows if one.isVisible() and one.isChecked())

    def titles(self) -> dict[str, object]:
        (document,) = self.decided
        return {found.item.id: found.item.source.get("title") for found in walk_items(document.layout)}

    def enabled(self, name: str) -> bool:
        return self.shown.find(name).isEnabled()

    def place(self) -> str:
        return self.screen._place.text()


Open = Callable[..., Merging]


@pytest.fixture
def merging(qtbot: QtBot, tmp_path: Path, demo_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    opened: list[Merging] = []

    def start(*documents: Document) -> Merging:
        home = Path(shutil.copytree(demo_template, tmp_path / "home"))
        three = documents or compared.edited_by_two()
        opened.append(Merging(qtbot, home, (three[0], three[1], three[2])))
        return opened[-1]

    yield start
    for one in opened:
        one.shown.close()


def test_merge_by_mouse_starts_undecided_and_decides_all(merging: Open) -> None:
    hand = merging()
    assert hand.checked() == []
    assert not hand.enabled("merge_use")
    assert hand.place() == "1 of 2"
    hand.shown.press("merge_mine_0")
    assert hand.checked() == ["merge_mine_0"]
    assert not hand.enabled("merge_use")
    hand.shown.press("merge_theirs_1")
    assert hand.checked() == ["merge_mine_0", "merge_theirs_1"]
    hand.shown.press("merge_use")
    assert (hand.place(), hand.decided) == ("2 of 2", [])
    hand.shown.press("merge_take_theirs")
    hand.shown.press("merge_use")
    assert hand.titles()["weekday"] == "Orders per day"
    (result,) = hand.decided
    items = {found.item.id: found.item for found in walk_items(result.layout)}
    assert items["weekday"].type == "bar_chart"
    assert items["notes"].source["config"] == {"text": "week 46, node 6 was replaced on Thursday."}
    assert {"load", "receive", "revenue"} <= items.keys()
    assert items["proofs"].source["title"] == "Failed proofs this week"


def test_merge_of_images_shows_them_side_by_side(merging: Open) -> None:
    colours = {"base": (9, 9, 9), "mine": (200, 30, 30), "theirs": (20, 160, 60)}
    texts = {side: images.to_data_uri("png", png(60, 40, colour)) for side, colour in colours.items()}
    image = {"id": "a", "type": "image", "title": "Plan", "at": (0, 0, 6, 6)}
    hand = merging(*(dashboard({**image, "config": {"picture": texts[side]}}) for side in colours))
    tiles = [tile for tile in hand.screen.findChildren(TileView) if tile.isVisible()]
    shown = {
        tile.grab().toImage().pixelColor(tile.width() // 2, tile.height() // 2 + 10).getRgb()[:3] for tile in tiles
    }
    assert {colours["mine"], colours["theirs"]} <= shown
    said = " ".join(label.text() for label in hand.screen.findChildren(QLabel))
    assert "PNG, 60 × 40, 1 KiB" in said
    assert "base64" not in said
    hand.shown.press("merge_take_theirs")
    hand.shown.press("merge_use")
    (document,) = hand.decided
    assert document.layout.items[0].source["config"] == {"picture": texts["theirs"]}


def test_merge_by_keys_decides_all(merging: Open) -> None:
    hand = merging()
    hand.shown.find("merge_mine_0").setFocus()
    hand.shown.key(Qt.Key.Key_Space)
    hand.shown.key(Qt.Key.Key_Down)
    hand.shown.key(Qt.Key.Key_Right)
    hand.shown.key(Qt.Key.Key_Return)
    assert hand.checked() == ["merge_mine_0", "merge_theirs_1"]
    hand.shown.key(Qt.Key.Key_N)
    assert hand.place() == "2 of 2"
    hand.shown.key(Qt.Key.Key_2)
    assert hand.checked() == ["merge_theirs_0"]
    hand.shown.key(Qt.Key.Key_1)
    assert hand.checked() == ["merge_mine_0"]
    hand.shown.key(Qt.Key.Key_Return, CTRL)
    assert (hand.place(), hand.decided) == ("1 of 2", [])
    assert hand.checked() == ["merge_mine_0", "merge_theirs_1"]
    hand.shown.key(Qt.Key.Key_Return, CTRL)
    assert hand.titles()["weekday"] == "Orders per day"


def test_merge_decision_is_undone(merging: Open) -> None:
    hand = merging()
    hand.shown.find("merge_mine_0").setFocus()
    hand.shown.key(Qt.Key.Key_1)
    hand.shown.key(Qt.Key.Key_2)
    assert hand.checked() == ["merge_theirs_0", "merge_theirs_1"]
    hand.shown.key(Qt.Key.Key_Z, CTRL)
    assert hand.checked() == ["merge_mine_0", "merge_mine_1"]
    hand.shown.key(Qt.Key.Key_Z, CTRL)
    assert hand.checked() == []


def test_merge_keep_both_makes_two_widgets(merging: Open) -> None:
    hand = merging()
    hand.shown.press("merge_both")
    hand.shown.press("merge_both")
    titles = hand.titles()
    assert (titles["weekday"], titles["weekday-2"]) == ("Orders by weekday", "Orders per day")
    assert titles["notes-2"] == "Shift notes"


def test_merge_postponed_decides_nothing(merging: Open) -> None:
    hand = merging()
    hand.shown.key(Qt.Key.Key_Escape)
    hand.shown.press("merge_later")
    assert (hand.later, hand.decided) == ([True, True], [])


def test_merge_keep_both_of_removed_or_container_is_disabled_with_reason(merging: Open) -> None:
    a, b = {"id": "a", "at": (0, 0, 4, 3), "title": "A"}, {"id": "g", "type": "group", "at": (4, 0, 4, 3), "title": "G"}
    base, mine = dashboard(a, b), dashboard({**b, "title": "Mine"})
    hand = merging(base, mine, dashboard({**a, "title": "New"}, {**b, "title": "Theirs"}))
    both = hand.shown.find("merge_both")
    assert (both.isEnabled(), both.toolTip()) == (False, "One of you removed it, so there's only one to keep.")
    assert hand.shown.find("merge_case_0").accessibleName() == "New, You removed it, they changed it, not resolved yet"
    hand.shown.press("merge_mine_0")
    hand.shown.press("merge_use")
    assert both.toolTip() == "A container and its content can't be kept twice."
    hand.shown.press("merge_theirs_0")
    hand.shown.press("merge_use")
    assert hand.titles() == {"g": "Theirs"}


def test_merge_of_the_dashboards_title_has_accessible_names(merging: Open) -> None:
    base, mine, theirs = (
        dashboard({"id": "a", "at": (0, 0, 4, 3)}, title=title) for title in ("One", "Mine", "Theirs")
    )
    hand = merging(base, mine, theirs)
    row = hand.shown.find("merge_theirs_0")
    assert (row.accessibleName(), row.accessibleDescription()) == ("Name: Theirs", "Theirs")
    picture = hand.screen.grab().toImage()
    theme().set_appearance("light" if theme().current == "dark" else "dark")
    assert hand.screen.grab().toImage() != picture
    hand.shown.press("merge_theirs_0")
    hand.shown.press("merge_use")
    assert hand.decided[0].title == "Theirs"


@pytest.mark.usefixtures("demo_home")
def test_merge_opened_from_the_page_applies_decision_and_is_undone(studio: "Studio") -> None:
    items = studio.stored().items
    studio.page.editor.set_property("orders-week", "title", "Mine")
    studio.store([{**item, "title": "Theirs"} if item["id"] == "orders-week" else item for item in items])
    studio.wait(lambda: studio.page.saving.state == "conflict")
    (banner,) = [one for one in studio.application.window.findChildren(Banner) if one.isVisible()]
    (decide,) = [one for one in banner.findChildren(QAbstractButton) if one.text() == "Resolve"]
    studio.qtbot.mouseClick(decide, Qt.MouseButton.LeftButton)
    studio.wait(lambda: bool(studio.page.findChildren(MergeScreen)))
    (screen,) = studio.page.findChildren(MergeScreen)
    assert [case.title for case in screen.decisions.cases] == ["Mine"]
    studio.key(Qt.Key.Key_2)
    studio.key(Qt.Key.Key_Return, CTRL)
    studio.wait_until_saved()
    assert studio.page.editor.widget("orders-week").title == "Theirs"
    studio.key(Qt.Key.Key_Z, CTRL)
    studio.wait_until_saved()
    assert studio.page.editor.widget("orders-week").title == "Mine"


def test_merge_result_too_large_is_rejected_in_the_view(merging: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_BYTES", 40_000)
    mine = dashboard({"id": "t", "at": (6, 0, 4, 4), "title": "Mine", "config": {"text": "long " * 4_000}},
                     {"id": "a", "at": (0, 0, 6, 4), "config": {"text": "long " * 3_000}})  # fmt: skip
    theirs = dashboard({"id": "t", "at": (6, 0, 4, 4), "title": "Theirs"},
                       {"id": "b", "at": (0, 0, 6, 4), "config": {"text": "long " * 3_000}})  # fmt: skip
    hand = merging(dashboard({"id": "t", "at": (6, 0, 4, 4), "title": "Before"}), mine, theirs)
    hand.shown.press("merge_take_mine")
    hand.shown.press("merge_use")
    strip = hand.shown.find("merge_refused")
    assert hand.decided == []
    assert strip.isVisible()
    assert "larger than" in hand.screen._problem_text.text()
    hand.shown.key(Qt.Key.Key_Z, CTRL)
    hand.shown.key(Qt.Key.Key_Z, CTRL)
    assert not strip.isVisible()


def test_merge_keep_both_at_the_widget_limit_is_disabled(merging: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    before, mine, theirs = (dashboard({"id": "t", "at": (0, 0, 4, 4), "title": title}) for title in "ABC")
    hand = merging(before, mine, theirs)
    assert hand.enabled("merge_both")
    for module in ("merge_decisions", "merge_view"):
        monkeypatch.setattr(f"benchboard.ui.studio.versions.{module}.MAX_ITEMS", 1)
    hand.screen._refresh()
    assert not hand.enabled("merge_both")
    assert "limit of 1 widgets" in hand.shown.find("merge_both").toolTip()
    hand.screen.keep_both()
    assert hand.decided == []
