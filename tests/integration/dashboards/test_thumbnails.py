"""What the small picture of a dashboard shows: the visible widgets, and nothing of dashboards that one may not see."""

from sqlalchemy import event, update

from benchboard.dashboards.access import sharing
from benchboard.dashboards.layout import Cell, walk_items
from benchboard.dashboards.library import get_dashboard
from benchboard.dashboards.thumbnails import Thumbnail, ThumbnailWidget, read_thumbnails
from benchboard.storage.models.dashboards import Dashboard
from support.papers import Office, document, item


def test_thumbnail_has_the_visible_widgets_with_their_kinds(office: Office) -> None:
    ada = office.actor("ada")
    row = {"id": "row", "type": "row", "title": "Away", "collapsed": True,
           "items": [item("hidden", type="table")], "position": {"x": 0, "y": 6, "w": 12, "h": 1}}  # fmt: skip
    chart = item("chart", type="bar_chart", position={"x": 4, "y": 0, "w": 4, "h": 6})
    made = office.make(ada, document("Line 2", item("one", type="metric_card"), chart, row))
    (thumbnail,) = office.ask(read_thumbnails, ada, [made.card.id]).values()
    assert thumbnail.columns == 12
    ids = {one.kind: one.id for one in thumbnail.widgets}
    assert ids.keys() == {"metric_card", "bar_chart"}
    assert ThumbnailWidget(ids["bar_chart"], "bar_chart", Cell(4, 0, 4, 6)) in thumbnail.widgets
    stored = office.ask(get_dashboard, ada, made.card.id)
    assert {found.item.id for found in walk_items(stored.document.layout)} > set(ids.values())


def test_thumbnails_are_of_dashboards_that_one_sees_and_that_can_be_read(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    ids = [office.make(ada, document(name)).card.id for name in ("Private", "Shared", "Damaged")]
    for one in ids[1:]:
        office.do(sharing.share, ada, one, "person", bob.user_id, "view")
    with office.town.database.engine.execution_options(bb_writing=True).begin() as connection:  # as a damaged disk does
        connection.execute(update(Dashboard).where(Dashboard.id == ids[2]).values(layout={"items": "none"}))
    assert set(office.ask(read_thumbnails, bob, ids)) == {ids[1]}
    assert set(office.ask(read_thumbnails, ada, ids)) == set(ids[:2])


def test_thumbnails_of_many_dashboards_take_as_many_reads_as_one(office: Office) -> None:
    ada = office.actor("ada")
    ids = [office.make(ada, document(f"Board {n}")).card.id for n in range(12)]
    read: list[str] = []
    for engine in office.town.database.engines:
        event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: read.append(statement))
    counts = []
    for asked in (ids[:1], ids):
        read.clear()
        found: dict[str, Thumbnail] = office.ask(read_thumbnails, ada, asked)
        assert set(found) == set(asked)
        counts.append(len(read))
    assert counts[0] == counts[1]
    assert not any("widgets.query" in statement for statement in read)
    assert all(
        "CASE WHEN" in statement.partition("widgets.config")[0] for statement in read if "widgets.config" in statement
    )
