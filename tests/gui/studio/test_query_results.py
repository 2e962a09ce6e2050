"""The tiles' queries: which run when, and that every tile gets its result whatever happens meanwhile."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
import shiboken6
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from benchboard.analytics import queries
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_extent import QueryExtent
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.errors import AppError, Cancelled, Unavailable
from benchboard.ui.context import ChangeNotices, Context
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.widget_buttons import button_handlers
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.no_rows_bar import NoRowsBar
from benchboard.ui.studio.panes.time_range_field import TimeRangeField
from benchboard.ui.studio.tiles import query_results
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.tasks import Tasks
from benchboard.ui.theme import Theme
from support.examples import examples

_NOTHING = ResultTable((), (), truncated=False)
_AT_ONCE = 2


@dataclass
class PendingQuery:
    """A query that waits for its result."""

    text: str
    cancel_token: CancelToken
    done: Callable[[QueryResult], None]
    failed: Callable[[AppError], None]


@dataclass
class FakeTasks:
    """Stands in for `Tasks`; returns a result when the test says so."""

    asked: list[PendingQuery] = field(default_factory=list)

    def read(self, _owner: QObject, op: Callable[[object], Any], done: Callable[[Any], None],
             failed: Callable[[AppError], None], **_more: object) -> None:  # fmt: skip
        try:
            op(None)
        except _CapturedQuery as said:
            self.asked.append(PendingQuery(said.text, said.cancel_token, done, failed))

    def answer(self, number: int = 0, error: AppError | None = None) -> str:
        one = self.asked.pop(number)
        one.done(QueryResult(one.text, _NOTHING)) if error is None else one.failed(error)
        return one.text


@dataclass
class _CapturedQuery(Exception):
    """The query and token that `run_query` would be called with."""

    text: str
    cancel_token: CancelToken


@pytest.fixture(autouse=True)
def nothing_is_run(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "tasks" not in request.fixturenames:
        monkeypatch.setattr(queries, "run_query", _capture)


def _capture(_session: object, _actor: object, text: str, *, cancel_token: CancelToken, **_more: object) -> None:
    raise _CapturedQuery(text, cancel_token)


def page(texts: Iterable[str]) -> object:
    """A table for each query, one below the other; `a`, `b` and so on are their ids."""
    return [
        {"id": "abcdefghijklmnop"[k], "type": "table", "query": text, "position": {"x": 0, "y": k, "w": 2, "h": 1}}
        for k, text in enumerate(texts)
    ]


class Page:
    """An editor, its feeds, and where these ask."""

    def __init__(self, tasks: object = None) -> None:
        self.desk, self.editor = FakeTasks(), Editor()
        context = SimpleNamespace(tasks=tasks or self.desk, changed=ChangeNotices(), actor=None)
        self.query_runner = WidgetQueryRunner(cast(Context, context), self.editor, self.editor)

    def load(self, *texts: str) -> None:
        self.editor.load(parse_document(page(texts)))

    def answered(self, item_id: str) -> bool:
        answer = self.query_runner.result(item_id)
        return answer is not None and (answer.table is not None or answer.error is not None)

    def answer_all(self) -> list[str]:
        said = []
        while self.desk.asked:
            said.append(self.desk.answer())
        return said


@pytest.fixture
def tile_page(qapp: QApplication) -> Page:
    return Page()


def test_query_out_of_view_runs_despite_refreshes_of_visible_ones(tile_page: Page) -> None:
    tile_page.query_runner.prioritize("abc")
    tile_page.load("1", "2", "3", "4")
    for _time in range(12):
        tile_page.desk.answer()
        tile_page.query_runner.refresh()
    assert tile_page.answered("d")


def test_query_without_a_result_runs_before_refreshes(tile_page: Page) -> None:
    tile_page.load("1", "2", "3", "4")
    tile_page.answer_all()
    tile_page.query_runner.refresh()
    tile_page.editor.set_property("d", "query", "other")
    tile_page.desk.answer()
    assert "other" in [one.text for one in tile_page.desk.asked]


def test_query_cancelled_is_not_run_again_at_once(tile_page: Page) -> None:
    tile_page.load("1")
    tile_page.query_runner.refresh()
    tile_page.query_runner.cancel("a")
    answer = tile_page.query_runner.result("a")
    assert answer is not None
    assert isinstance(answer.error, Cancelled)
    assert not tile_page.query_runner.busy


def test_page_without_data_in_its_time_range_offers_the_period_that_has_some(
    tile_page: Page, qtbot: QtBot, light: Theme
) -> None:
    """A range without data looked like a broken file."""
    query = "SELECT * FROM t WHERE day >= :from AND day < :to"
    tile_page.load(query, query)
    bar = NoRowsBar(tile_page.editor, tile_page.query_runner, lambda: None, lambda: None)
    qtbot.addWidget(bar)
    canvas = Canvas(tile_page.editor, tile_page.query_runner)
    qtbot.addWidget(canvas)
    tile_page.editor.select_time(TimeRange("2026-11-01", "2026-11-20"))
    while tile_page.desk.asked:
        one = tile_page.desk.asked.pop(0)
        shown = tile_page.editor.time_range.period(datetime.now(UTC))
        ends = (
            (date(2026, 8, 5), date(2026, 9, 12))
            if not tile_page.answered("a")
            else (date(2026, 8, 9), date(2026, 10, 1))
        )
        one.done(QueryResult(one.text, _NOTHING, period=shown).with_extent(QueryExtent(ends, ends)))
    texts = [one.text() for one in bar.findChildren(QWidget) if hasattr(one, "text") and one.isVisibleTo(bar)]
    assert "Show 5 Aug 2026 – 1 Oct 2026" in texts
    assert bar.accessibleName() == ("No widget has data in this time range. The data are from 5 Aug 2026 – 1 Oct 2026.")
    tile_page.editor.select(["b"])
    show = button_handlers(canvas)["studio.show_data_period"]
    assert show.title == "Show 9 Aug 2026 – 1 Oct 2026"
    show.run()
    assert tile_page.editor.time_range == TimeRange("2026-08-09T00:00:00Z", "2026-10-02T00:00:00Z")
    bar.findChild(QPushButton, "studio_no_rows_period").click()
    assert tile_page.editor.time_range == TimeRange("2026-08-05T00:00:00Z", "2026-10-02T00:00:00Z")
    tile_page.editor.select_time(TimeRange("now-7d", "now"))
    field = TimeRangeField(tile_page.editor)
    qtbot.addWidget(field)
    field.data_days = tile_page.query_runner.data_days
    field.open_picker()
    everything = field.window().findChild(QPushButton, "time_all_data")
    assert everything.text() == "All of this data: 5 Aug 2026 – 1 Oct 2026"
    everything.click()
    assert tile_page.editor.time_range == TimeRange("2026-08-05T00:00:00Z", "2026-10-02T00:00:00Z")
    inside = QueryResult(query, _NOTHING, period=tile_page.editor.time_range.period(datetime.now(UTC)))
    assert inside.with_extent(QueryExtent(ends, ends)).data_elsewhere is None


def test_query_result_of_an_older_query_is_ignored(tile_page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    never = SimpleNamespace(start=lambda: None)
    monkeypatch.setattr(query_results, "threading", SimpleNamespace(Thread=lambda **_how: never))
    tile_page.load("1")
    tile_page.editor.set_property("a", "query", "2")
    assert tile_page.desk.answer(1) == "2"
    assert tile_page.desk.answer(0) == "1"
    answer = tile_page.query_runner.result("a")
    assert answer is not None
    assert answer.query == "2"


def test_query_listener_that_fails_does_not_stop_others(tile_page: Page, qtbot: QtBot) -> None:
    def fail(_item_id: str) -> None:
        raise ZeroDivisionError

    tile_page.load("1", "2", "3", "4")
    tile_page.query_runner.result_changed.connect(fail)
    with qtbot.captureExceptions():
        tile_page.answer_all()
    assert not tile_page.query_runner.busy
    assert all(tile_page.answered(one) for one in "abcd")


def test_queries_of_many_pages_leave_workers_for_other_reads(
    qtbot: QtBot, tasks: Tasks, owner: QObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, seen = threading.Event(), list[int]()

    def slow(*_args: object, **_more: object) -> ResultTable:
        gate.wait(60)
        return _NOTHING

    monkeypatch.setattr(queries, "run_query", slow)
    pages = [Page(tasks) for _number in range(4)]
    for one in pages:
        one.load("1", "2", "3")
    tasks.read(owner, lambda _session: 1, seen.append)
    try:
        qtbot.waitUntil(lambda: seen == [1], timeout=1)
    finally:
        gate.set()
    qtbot.waitUntil(lambda: not any(one.query_runner.busy for one in pages))


class Answering(RuleBasedStateMachine):
    """Whatever happens while results arrive in any order, a tile ends with the result of its present query."""

    texts = st.sampled_from(["1", "2", "3"])

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.stopping: list[Callable[[], None]] = []
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(query_results, "threading", SimpleNamespace(Thread=self.thread))

    def thread(self, *, target: Callable[[], None], **_more: object) -> SimpleNamespace:
        """A thread that comes to it when the test lets it."""
        return SimpleNamespace(start=lambda: self.stopping.append(target))

    @precondition(lambda self: self.stopping)
    @rule()
    def stop(self) -> None:
        self.stopping.pop(0)()

    @rule(texts=st.lists(texts, max_size=6))
    def replace(self, texts: list[str]) -> None:
        self.page.editor.replace_document("x", parse_document(page(texts)))

    @precondition(lambda self: len(self.page.editor.layout))
    @rule(data=st.data(), text=texts)
    def write(self, data: st.DataObject, text: str) -> None:
        self.page.editor.set_property(
            data.draw(st.sampled_from(sorted(self.page.query_runner._requests))), "query", text
        )

    @rule()
    def undo(self) -> None:
        self.page.editor.undo_stack.undo()

    @rule()
    def refresh(self) -> None:
        self.page.query_runner.refresh()

    @rule(item_id=st.sampled_from("abcdef"))
    def retry(self, item_id: str) -> None:
        self.page.query_runner.retry(item_id)

    @rule(item_id=st.sampled_from("abcdef"))
    def cancel(self, item_id: str) -> None:
        self.page.query_runner.cancel(item_id)

    @rule(ids=st.sets(st.sampled_from("abcdef")))
    def look(self, ids: set[str]) -> None:
        self.page.query_runner.prioritize(ids)

    @precondition(lambda self: self.page.desk.asked)
    @rule(data=st.data(), fails=st.booleans())
    def answer(self, data: st.DataObject, fails: bool) -> None:
        number = data.draw(st.integers(0, len(self.page.desk.asked) - 1))
        self.page.desk.answer(number, Unavailable("query.timeout", "It took too long.") if fails else None)

    @invariant()
    def few_are_asked_at_once_and_nobody_waits_for_nothing(self) -> None:
        query_runner = self.page.query_runner
        assert len(query_runner._running) <= _AT_ONCE
        assert len(query_runner._running) == _AT_ONCE or set(query_runner._waiting) <= set(query_runner._running)
        given_up = [target.__self__ for target in self.stopping]  # type: ignore[attr-defined]
        alive = [
            one for one in self.page.desk.asked if not one.cancel_token.cancelled and one.cancel_token not in given_up
        ]
        assert len(alive) == len(query_runner._running)

    def teardown(self) -> None:
        self.patch.undo()
        query_runner = self.page.query_runner
        self.page.answer_all()
        assert not query_runner.busy
        for item_id, question in query_runner._requests.items():
            answer = query_runner.result(item_id)
            assert answer is not None
            assert answer.query == question.query
            assert answer.table is not None or answer.error is not None
        shiboken6.delete(self.page.editor)


def test_queries_in_any_order_of_events_give_every_tile_its_result(qapp: QApplication) -> None:
    run_state_machine_as_test(Answering, settings=examples(60, stateful_step_count=40))
