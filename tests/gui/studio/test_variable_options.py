"""Variables whose options a query returns: loaded in the background, selected by keys and mouse, never stored."""

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QListView, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import run_query
from benchboard.dashboards.document.document import Variable, parse_document, write_document
from benchboard.dashboards.variables import variable_queries
from benchboard.dashboards.variables.filter_variables import values_query
from benchboard.dashboards.variables.variable_queries import VariableOptions
from benchboard.errors import Cancelled, Unavailable
from benchboard.ui.studio.document.editor import Editor
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

STATES = "SELECT DISTINCT status FROM orders ORDER BY status"
SHOPS = "SELECT DISTINCT shop_id FROM orders WHERE status IN (:state) ORDER BY shop_id"


def _query_variable(name: str, query: str, *chosen: str, **more: object) -> Variable:
    return replace(Variable(name, name.title(), "query", (), chosen, True, query), **more)  # type: ignore[arg-type]


def _define(studio: "Studio", *variables: Variable) -> Editor:
    editor = studio.page.editor
    editor.apply_document("Define", replace(editor.document, variables=variables))
    studio.wait_until_saved()
    studio.wait(lambda: not studio.page.variable_runner.busy)
    return editor


def _values(studio: "Studio") -> QListView:
    (found,) = [one for one in studio.application.window.findChildren(QListView, "choice_values") if one.isVisible()]
    return found


def _words(studio: "Studio") -> list[str]:
    model = _values(studio).model()
    return [model.index(place, 0).data() for place in range(model.rowCount())]


def _field(studio: "Studio", name: str) -> str:
    return str(studio.find(f"variable_{name}").property("text"))


def test_variable_options_of_a_query_are_listed_and_not_stored(studio: "Studio") -> None:
    editor = _define(studio, _query_variable("state", STATES, "paid", include_all=True))
    document, steps, stored = editor.document, editor.undo_stack.count(), studio.stored().document
    studio.press_button("variable_state")
    words = _words(studio)
    assert words[0] == f"All ({len(words) - 1})"
    assert {"paid", "refunded", "cancelled"} < set(words)
    assert words[1:] == sorted(words[1:])
    studio.tick("refunded")
    assert editor.reader_document.chosen["state"] == ("paid", "refunded")
    assert (editor.document, editor.undo_stack.count(), studio.stored().document) == (document, steps, stored)
    assert not studio.page.saving.dirty
    assert editor.document.variables[0].values == ()


@pytest.mark.usefixtures("demo_home")
def test_variable_options_all_selected_stands_for_every_option(studio: "Studio") -> None:
    editor = _define(studio, _query_variable("state", STATES, "paid", include_all=True))
    editor.set_property("orders-week", "query", "SELECT count(*) FROM orders WHERE status IN (:state)")
    editor.set_property("orders-week", "repeat", {"variable": "state", "direction": "across", "most": 4})
    studio.wait_until_saved()
    studio.press_button("variable_state")
    count = len(_words(studio)) - 1
    studio.key(Qt.Key.Key_Home)
    studio.key(Qt.Key.Key_Space)
    assert len(editor.reader_document.chosen["state"]) == count > 3
    assert _field(studio, "state") == f"State: All ({count})"
    studio.key(Qt.Key.Key_Escape)
    studio.page.run("studio.present")
    assert len([name for name in editor.page.shown if name.startswith("orders-week@")]) == count
    studio.page.stop_presenting()
    studio.press_button("variable_state")
    studio.press_in_window("everybody_state")
    studio.wait_until_saved()
    stored = parse_document(studio.stored().document).variables[0]
    assert stored.all_chosen
    assert len(stored.chosen) == count
    assert stored.values == ()
    studio.press_button("variable_state")
    studio.tick("paid")  # all but one are those that are named
    assert not editor.reader_document.variables[0].all_chosen
    assert "paid" not in editor.reader_document.chosen["state"]


@pytest.mark.usefixtures("demo_home")
def test_variable_options_refreshed_update_tiles_and_repeats(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    editor = studio.page.editor
    count = "SELECT count(*) FROM orders WHERE status IN (:state)"
    editor.set_property("orders-week", "query", count.partition(" WHERE")[0])
    editor.set_property("revenue-week", "query", count)
    _define(studio, _query_variable("state", STATES, "paid", include_all=True, all_chosen=True))
    studio.wait_until_saved()
    answers = [studio.page.query_runner.result(name) for name in ("orders-week", "revenue-week")]
    assert answers[0].table.rows == answers[1].table.rows  # type: ignore[union-attr]
    editor.set_property("orders-week", "repeat", {"variable": "state", "direction": "across", "most": 4})
    studio.page.run("studio.present")
    for values in (("paid", "new", "other"), ("paid", "new")):
        monkeypatch.setattr(
            variable_queries, "query_options", lambda *_arguments, values=values, **_options: VariableOptions(values)
        )
        studio.page.variable_runner.refresh()
        studio.wait(lambda: not studio.page.variable_runner.busy)
        copies = [name for name in editor.page.shown if name.startswith("orders-week@")]
        assert len(copies) == len(values)
    studio.page.stop_presenting()
    studio.wait_until_saved()


def test_variable_options_of_a_dependent_query_run_after_the_other(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, dict[str, tuple[str, ...]]]] = []
    real = variable_queries.query_options

    def listening(session: object, actor: object, query: str, **options: object) -> VariableOptions:
        asked.append((query, dict(options["variables"])))  # type: ignore[call-overload]
        return real(session, actor, query, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(variable_queries, "query_options", listening)
    # No data change is reported meanwhile, which would reload everything.
    studio.context.changed.blockSignals(True)
    numbers = "SELECT platform_order_number FROM orders WHERE shop_id IN (:shop) ORDER BY 1 LIMIT 5"
    editor = _define(
        studio,
        _query_variable("number", numbers, "#1"),
        _query_variable("shop", SHOPS, all_chosen=True, include_all=True),
        _query_variable("state", STATES, "paid"),
    )
    assert [query for query, _chosen in asked] == [STATES, SHOPS, numbers]
    shops = editor.reader_document.chosen["shop"]
    assert asked[-1] == (numbers, {"shop": shops})
    asked.clear()
    editor.select_values("state", ("refunded",))
    studio.wait(lambda: not studio.page.variable_runner.busy)
    assert asked[0] == (SHOPS, {"state": ("refunded",)})
    assert STATES not in [query for query, _chosen in asked]
    editor.select_values("number", ("#2",))  # nobody asks for it
    assert not studio.page.variable_runner.busy


@pytest.mark.usefixtures("demo_home")
def test_variable_options_in_a_cycle_are_rejected_at_their_fields(studio: "Studio") -> None:
    editor = _define(
        studio,
        _query_variable("a", "SELECT DISTINCT id FROM orders WHERE status = :b", "x"),
        _query_variable("b", "SELECT DISTINCT status FROM orders WHERE id = :a", "paid"),
        _query_variable("state", STATES, "paid"),
    )
    editor.set_property("orders-week", "query", "SELECT count(*) FROM orders WHERE status IN (:b)")
    studio.wait_until_saved()
    assert _field(studio, "a") == "A: x · failed to load"
    assert "a → b → a" in studio.find("variable_a").accessibleDescription()
    assert _field(studio, "state") == "State: paid"
    answer = studio.page.query_runner.result("orders-week")
    assert answer is not None
    assert answer.table is not None


def test_variable_value_no_longer_available_stays_and_is_marked(studio: "Studio") -> None:
    editor = _define(studio, _query_variable("state", STATES, "gone", "paid"))
    assert _field(studio, "state") == "State: gone, paid · no longer available"
    studio.press_button("variable_state")
    assert _words(studio)[0] == "gone"
    described = _values(studio).model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert described == "gone, no longer available"
    studio.tick("gone")
    assert editor.reader_document.chosen["state"] == ("paid",)
    assert _field(studio, "state") == "State: paid"


def test_variable_options_failed_are_reported_and_retried(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> VariableOptions:
        raise Unavailable("query.timeout", "It took too long.", do="Narrow it down.")

    with monkeypatch.context() as patch:
        patch.setattr(variable_queries, "query_options", fail)
        editor = _define(studio, _query_variable("state", STATES, "paid"))
        assert _field(studio, "state") == "State: paid · failed to load"
        assert "Narrow it down." in studio.find("variable_state").toolTip()
        assert editor.reader_document.chosen["state"] == ("paid",)
    studio.press_button("variable_state")
    studio.press_in_window("choice_again")
    studio.wait(lambda: not studio.page.variable_runner.busy)
    assert len(_words(studio)) > 3
    assert _field(studio, "state") == "State: paid"


def test_variable_options_while_loading_are_reported_and_cancelled(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()

    def hang(
        _session: object, _actor: object, _query: str, *, cancel_token: CancelToken, **_options: object
    ) -> VariableOptions:
        with cancel_token.on_cancel(stopped.set):
            assert stopped.wait(60)
        raise Cancelled("query.stopped", "The query was stopped.")

    with monkeypatch.context() as patch:
        patch.setattr(variable_queries, "query_options", hang)
        editor = studio.page.editor
        editor.apply_document("Define", replace(editor.document, variables=(_query_variable("state", STATES, "paid"),)))
        studio.wait(lambda: _field(studio, "state") == "State: paid · loading")
        studio.press_button("variable_state")
        assert _words(studio) == ["paid"]
        studio.press_in_window("choice_stop")
        assert stopped.wait(60)
    studio.wait(lambda: _field(studio, "state") == "State: paid · failed to load")
    assert "refresh" in studio.find("variable_state").accessibleDescription()
    studio.page.run("studio.refresh_variables")
    studio.wait(lambda: _field(studio, "state") == "State: paid")
    assert len(_words(studio)) > 3


def test_variable_options_after_data_changes_are_reloaded(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    _define(studio, _query_variable("state", STATES, "paid"))
    asked = threading.Event()
    monkeypatch.setattr(
        variable_queries,
        "query_options",
        lambda *_arguments, **_options: asked.set() or VariableOptions(("new", "paid")),
    )
    studio.context.changed.tables_changed.emit(frozenset({"orders"}))
    studio.wait(lambda: asked.is_set() and not studio.page.variable_runner.busy)
    studio.press_button("variable_state")
    assert _words(studio) == ["new", "paid"]


def test_value_list_of_10000_values_is_searched_and_ticked_by_keys(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    values = tuple(f"shop {number:05}" for number in range(10_000))
    offer = VariableOptions(values, {values[7_777]: "Lucky\nNumber"}, truncated=True)
    monkeypatch.setattr(variable_queries, "query_options", lambda *_arguments, **_options: offer)
    editor = _define(studio, _query_variable("shop", STATES, include_all=True))
    field = studio.find("variable_shop")
    field.setFocus()
    studio.key(Qt.Key.Key_Space)
    window = studio.application.window
    assert window.focusWidget().objectName() == "choice_find"
    assert len(_words(studio)) == 10_001
    studio.qtbot.keyClicks(window.focusWidget(), "lucky")
    assert _words(studio) == ["Lucky Number"]
    studio.key(Qt.Key.Key_Down)
    studio.key(Qt.Key.Key_Return)
    assert editor.reader_document.chosen["shop"] == (values[7_777],)
    assert _field(studio, "shop") == "Shop: Lucky Number"
    studio.key(Qt.Key.Key_Up)  # back to where one finds
    studio.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    studio.qtbot.keyClicks(window.focusWidget(), "shop 0000")
    assert len(_words(studio)) == 10
    studio.key(Qt.Key.Key_Return)
    studio.key(Qt.Key.Key_Down)
    studio.key(Qt.Key.Key_Space)
    assert editor.reader_document.chosen["shop"] == (values[1], values[7_777])
    studio.key(Qt.Key.Key_Escape)
    assert not [one for one in window.findChildren(QWidget, "variable_choice") if one.isVisible()]
    assert window.focusWidget() is field
    assert "first 10\u202f000 rows" in studio.find("variable_shop").toolTip()
    studio.page.editor.select_values("shop", values)
    studio.press_button("variable_shop")
    everybody = [one for one in window.findChildren(QWidget, "everybody_shop") if one.isVisible()]
    assert not everybody[0].isEnabled()  # a document keeps a thousand
    assert "1\u202f000" in everybody[0].toolTip()


def test_value_list_of_a_single_value_closes_on_selection(studio: "Studio") -> None:
    editor = _define(studio, _query_variable("state", STATES, "paid", multiple=False))
    studio.press_button("variable_state")
    assert _values(studio).currentIndex().data() == "paid"
    studio.key(Qt.Key.Key_Down)
    studio.key(Qt.Key.Key_Return)
    assert len(editor.reader_document.chosen["state"]) == 1
    assert editor.reader_document.chosen["state"] != ("paid",)
    assert not [one for one in studio.application.window.findChildren(QListView, "choice_values") if one.isVisible()]


def _open(studio: "Studio") -> bool:
    lists = studio.application.window.findChildren(QListView, "choice_values")
    return any(one.isVisible() for one in lists)


def _marked(studio: "Studio") -> list[str]:
    model = _values(studio).model()
    found = [model.index(place, 0) for place in range(model.rowCount())]
    return [one.data() for one in found if one.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked]


def test_value_list_of_a_single_value_closes_on_the_selected_one_too(studio: "Studio") -> None:
    shop = Variable("shop", "Shop", "list", ("a", "b", "c"), ("b",), include_all=True)
    editor = _define(studio, shop)
    for words, chosen, marked in (
        ("b", ("b",), ["b"]),
        ("c", ("c",), ["c"]),
        ("All (3)", ("a", "b", "c"), ["All (3)"]),
        ("All (3)", ("a", "b", "c"), ["All (3)"]),
        ("a", ("a",), ["a"]),
    ):
        studio.press_button("variable_shop")
        studio.tick(words)
        assert not _open(studio)
        assert editor.reader_document.chosen["shop"] == chosen
        studio.press_button("variable_shop")
        assert _marked(studio) == marked
        assert not [one for one in studio.application.window.findChildren(QWidget, "choice_none") if one.isVisible()]
        studio.key(Qt.Key.Key_Escape)


def test_value_list_of_a_single_value_without_default_offers_none(studio: "Studio") -> None:
    editor = _define(studio, Variable("shop", "Shop", "list", ("a", "b"), ()))
    studio.press_button("variable_shop")
    studio.tick("b")
    studio.press_button("variable_shop")
    studio.press_in_window("choice_none")
    assert not _open(studio)
    assert editor.reader_document.chosen["shop"] == ()


def test_value_list_of_typed_values_offers_all(studio: "Studio") -> None:
    typed = Variable("state", "State", "list", ("paid", "refunded"), ("paid",), True, include_all=True)
    editor = _define(studio, typed)
    studio.press_button("variable_state")
    studio.tick("All (2)")
    assert editor.reader_document.chosen["state"] == ("paid", "refunded")
    editor.apply_document(
        "More", replace(editor.document, variables=(replace(typed, values=("paid", "refunded", "x")),))
    )
    assert editor.reader_document.chosen["state"] == ("paid", "refunded", "x")


def test_variables_bar_with_100_variables_does_not_widen_the_page(studio: "Studio") -> None:
    before = studio.application.window.minimumSizeHint().width()
    _define(studio, *(Variable(f"v{n}", "L" * 200, "list", ("a" * 255,), ("a" * 255,)) for n in range(100)))
    assert studio.application.window.minimumSizeHint().width() <= before
    more = studio.find("variables_more")
    assert isinstance(more, QAbstractButton)
    assert more.text() == "+98", "those without room are counted"


def test_variable_selection_after_anothers_save_is_kept(studio: "Studio") -> None:
    editor = _define(studio, _query_variable("state", STATES, "paid"))
    editor.select_values("state", ("refunded",))
    studio.store(write_document(replace(editor.document, title="Another")))
    studio.wait(lambda: editor.document.title == "Another")
    assert editor.reader_document.chosen["state"] == ("refunded",)
    assert len(editor.reader_document.variables[0].values) > 3


def _counts(studio: "Studio") -> dict[str, str]:
    model, role = _values(studio).model(), Qt.ItemDataRole.AccessibleTextRole
    rows = (model.index(place, 0) for place in range(model.rowCount()))
    return {str(one.data()): str(one.data(role)).removeprefix(f"{one.data()}, ") for one in rows}


@pytest.mark.usefixtures("demo_home")
def test_variable_values_are_counted_with_the_other_filters_and_ordered_by_it(studio: "Studio") -> None:
    query = values_query("orders", "status", "own")
    editor = studio.page.editor
    text = "SELECT count(*) AS orders\nFROM orders\nWHERE status IN (:state)\n  AND currency IN (:money)"
    editor.set_property("orders-week", "query", text)
    _define(
        studio,
        _query_variable("state", query, include_all=True, all_chosen=True),
        Variable("money", "Money", "list", ("EUR", "USD"), ("EUR",), True),
    )
    studio.press_button("variable_state")
    studio.wait(lambda: _counts(studio).get("paid", "paid") != "paid")
    with unbound(studio.workspace.database).read() as session:
        counted = "SELECT status, count(*) AS n FROM orders WHERE currency = 'EUR' GROUP BY 1 ORDER BY n DESC, 1"
        expected = dict(run_query(session, studio.actor, counted).rows)
    found = _counts(studio)
    assert {name: found[str(name)] for name in expected} == {name: f"{rows} rows" for name, rows in expected.items()}
    assert _words(studio)[1 : len(expected) + 1] == list(expected)


@pytest.mark.usefixtures("demo_home")
def test_variable_values_only_all_and_none_select_what_is_searched(studio: "Studio") -> None:
    values = tuple(f"{kind} {k}" for kind in ("meter", "pump") for k in range(8))
    editor = _define(studio, Variable("part", "Part", "list", values, ("meter 1", "pump 2"), True))
    studio.press_button("variable_part")
    shown = _values(studio)
    shown.setFocus()
    studio.qtbot.keyClick(shown, Qt.Key.Key_Home)
    studio.qtbot.keyClick(shown, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert editor.reader_document.chosen["part"] == ("meter 0",)
    (find,) = [one for one in studio.application.window.findChildren(QWidget, "choice_find") if one.isVisible()]
    find.setFocus()
    studio.qtbot.keyClicks(find, "pump")
    studio.press_in_window("choice_all")
    assert editor.reader_document.chosen["part"] == ("meter 0", *values[8:])
    studio.press_in_window("choice_nothing")
    assert editor.reader_document.chosen["part"] == ("meter 0",)
