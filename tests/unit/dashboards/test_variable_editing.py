"""Merging variables that were edited while others edited them too: which side's changes are kept."""

from dataclasses import replace

from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.variables import variable_editing
from benchboard.dashboards.variables.variable_editing import VariableRow, merge_rows, rows_of

SHOP = Variable("shop", "", "list", ("one", "two"), ("one",))
STATE = Variable("state", "", "query", (), ("new",), query="SELECT status FROM orders WHERE shop = :shop")
YEAR = Variable("year", "", "text", (), ("2026",))
BASE = (SHOP, STATE)


def test_merge_variables_takes_edits_of_each_side() -> None:
    rows = rows_of((replace(SHOP, label="Store"), STATE, YEAR))
    theirs = (SHOP, replace(STATE, multiple=True), replace(YEAR, name="day"))
    variables, clashes = merge_rows(BASE, rows, theirs)
    assert {one.name for one in variables} == {"shop", "state", "year", "day"}
    assert {(one.name, one.label, one.multiple) for one in variables} >= {("shop", "Store", False), ("state", "", True)}
    assert clashes == ()


def test_merge_variables_field_changed_by_both_is_mine_and_named() -> None:
    rows = rows_of((replace(SHOP, label="Mine", multiple=True), STATE))
    theirs = (replace(SHOP, label="Theirs", values=("one", "two", "three")), STATE)
    variables, clashes = merge_rows(BASE, rows, theirs)
    assert variables[0] == replace(SHOP, label="Mine", multiple=True, values=("one", "two", "three"))
    assert clashes == ("shop",)


def test_merge_variables_removed_by_one_unless_edited_by_the_other() -> None:
    assert merge_rows(BASE, rows_of([STATE]), BASE) == ((STATE,), ())
    assert merge_rows(BASE, rows_of(BASE), (SHOP,)) == ((SHOP,), ())
    mine = replace(STATE, label="Mine")
    assert merge_rows(BASE, rows_of((SHOP, mine)), (SHOP,)) == ((SHOP, mine), ("state",))
    assert merge_rows(BASE, rows_of([SHOP]), (SHOP, mine)) == ((SHOP,), ("state",))


def test_merge_variables_rename_reaches_their_edits() -> None:
    rows = variable_editing.propagate_renames([rows_of(BASE)[0].named("store"), rows_of(BASE)[1]])
    added = Variable("city", "", "query", query="SELECT city FROM shops WHERE shop = :shop")
    theirs = (replace(SHOP, label="Theirs"), replace(STATE, label="Theirs too"), added)
    variables, clashes = merge_rows(BASE, rows, theirs)
    assert [(one.name, one.label) for one in variables] == [("store", "Theirs"), ("state", "Theirs too"), ("city", "")]
    assert all(":store" in one.query for one in variables[1:])
    assert clashes == ()


def test_merge_variables_renamed_by_both_is_mine_and_named() -> None:
    rows = [*rows_of(BASE), VariableRow.added(replace(YEAR, label="Mine"))]
    variables, clashes = merge_rows(BASE, rows, (*BASE, replace(YEAR, label="Theirs")))
    assert variables == (*BASE, replace(YEAR, label="Mine"))
    assert clashes == ("year",)
    renamed = [rows_of(BASE)[0].named("year"), rows_of(BASE)[1]]
    variables, clashes = merge_rows(BASE, variable_editing.propagate_renames(renamed), (*BASE, YEAR))
    assert {one.name for one in variables} == {"year", "state"}
    assert clashes == ("year",)


def test_variables_draft_states_its_base() -> None:
    rows = [*rows_of(BASE), VariableRow.added(YEAR)]
    assert variable_editing.parse_draft(variable_editing.serialise_draft(rows, BASE)) == (rows, BASE)
    assert variable_editing.parse_draft("[]") == ([], None)  # of an earlier program
    assert variable_editing.parse_draft('{"rows": 1}') is None
