"""Saves that know the page from the last one store what saves that don't know it store."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import select, text

from benchboard.dashboards import library, row_mapping
from benchboard.dashboards.document.document import Document, parse_document, write_document
from benchboard.dashboards.repository import KnownPage
from benchboard.dashboards.versions import version_store
from benchboard.errors import AppError
from benchboard.storage.models.dashboards import Widget
from support import edits
from support.databases import unbound
from support.examples import examples
from support.papers import Office, document, item
from unit.dashboards import test_document


def _stored(office: Office, dashboard_id: str, number: int) -> tuple[Any, ...]:
    """A dashboard as it is stored: its rows by the items' ids, its version, and what is read."""
    ada = office.actor("ada")
    with unbound(office.town.database).read() as session:
        rows = {}
        for row in session.scalars(select(Widget).where(Widget.dashboard_id == dashboard_id)):
            extra = row.config.get(row_mapping.EXTRA, {})
            rows[extra.get("id")] = (row.type, row.config, row.query, row.position, row.data_source_id, row.version)
    opened = office.ask(library.get_dashboard, ada, dashboard_id)
    version = office.ask(version_store.get_version, ada, dashboard_id, number)
    return rows, write_document(opened.document), write_document(version.document), opened.card.version


def _check_saves(office: Office, documents: list[Document]) -> None:
    ada, known = office.actor("ada"), KnownPage()
    quick, slow = (office.make(ada, documents[0]).card.id for _one in range(2))
    for changed in documents[1:]:
        one = office.save(ada, quick, changed, None, known=known)
        other = office.save(ada, slow, changed, None)
        assert one.document == other.document
        assert (one.version, one.number) == (other.version, other.number)
        assert _stored(office, quick, one.number) == _stored(office, slow, other.number)


@given(st.data())
@examples(8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_save_after_each_edit_of_a_known_page_stores_what_any_save_does(office: Office, data: st.DataObject) -> None:
    documents = [data.draw(edits.documents())]
    for who in "abc":
        documents.append(data.draw(edits.edited(documents[-1], who)))
    _check_saves(office, documents)


@given(st.lists(test_document.documents(), min_size=2, max_size=4))
@examples(5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_save_of_a_known_page_over_any_other_stores_what_any_save_does(
    office: Office, written: list[dict[str, Any]]
) -> None:
    _check_saves(office, [parse_document({**one, "title": "Any"}) for one in written])


@pytest.mark.parametrize(
    "write",
    [
        "UPDATE widgets SET query = 'SELECT 2' WHERE type = 'kpi'",
        "UPDATE widgets SET config = '{}' WHERE type = 'kpi'",
        """UPDATE widgets SET position = '{"x": 1, "y": 1, "w": 1, "h": 1}' WHERE type = 'kpi'""",
        "UPDATE widgets SET type = 'text' WHERE type = 'kpi'",
        "DELETE FROM widgets WHERE type = 'kpi'",
    ],
)
def test_save_of_a_known_page_notices_rows_of_another_program(office: Office, write: str) -> None:
    ada, known = office.actor("ada"), KnownPage()
    page = document("Line 2", item("w1", query="SELECT 1"), item("w2", 3, type="text"))
    made = office.make(ada, page)
    for _time in range(2):  # the second one knows all rows
        saved = office.save(ada, made.card.id, page, None, known=known)
    with office.town.database.engine.begin() as connection:
        connection.execute(text(write))
    again = office.save(ada, made.card.id, page, None, known=known)
    assert again.version == saved.version + 1
    assert write_document(office.ask(library.get_dashboard, ada, made.card.id).document) == write_document(page)


@pytest.mark.parametrize(("before", "after"), [(1, True), (False, 0), ([1], [True])])
def test_save_of_a_truth_value_in_place_of_a_number_stores_it(office: Office, before: object, after: object) -> None:
    """In Python they are equal, in JSON they aren't."""
    ada = office.actor("ada")
    made = office.make(ada, document("Line 2", item("w1", config={"stack": before})))
    changed = document("Line 2", item("w1", config={"stack": after}))
    office.save(ada, made.card.id, changed, None)
    stored = write_document(office.ask(library.get_dashboard, ada, made.card.id).document)
    assert json.dumps(stored, sort_keys=True) == json.dumps(write_document(changed), sort_keys=True)


def test_save_of_a_known_page_after_a_failed_one_stores_it(office: Office) -> None:
    ada, known = office.actor("ada"), KnownPage()
    page = document("Line 2", item("w1"))
    made = office.make(ada, page)
    changed = document("Line 2", item("w1", y=2), item("w2", 3))
    with pytest.raises(AppError), unbound(office.town.database).change() as session:
        library.save(session, ada, made.card.id, changed, base_version=None, known=known)
        library.save(session, ada, made.card.id, changed, base_version=-1, known=known)
    assert write_document(office.ask(library.get_dashboard, ada, made.card.id).document) == write_document(page)
    office.save(ada, made.card.id, changed, None, known=known)
    assert write_document(office.ask(library.get_dashboard, ada, made.card.id).document) == write_document(changed)


def test_save_of_a_known_page_forgets_removed_items(office: Office) -> None:
    ada, known = office.actor("ada"), KnownPage()
    made = office.make(ada)
    for turn in range(8):
        items = [item(f"w{turn}-{k}", y=2 * k) for k in range(40)]
        office.save(ada, made.card.id, document("Line 2", *items), None, known=known)
        assert len(known.made) <= 220
        assert len(known.items.written) <= 220
        assert len(known.stored) <= 40
