"""The demo's home layout is worth looking at: every one of its queries answers on the demo's orders."""

import json
from datetime import UTC, datetime
from pathlib import Path

from benchboard import package_data, workspace
from benchboard.analytics import commerce
from benchboard.analytics.queries import run_query
from benchboard.dashboards import home_layout
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.identity import authentication
from benchboard.identity.permissions import Client
from support.databases import unbound
from support.people import Town


def test_demo_home_every_tile_has_data(town: Town) -> None:
    database, actor = town.database, town.actor
    document = json.loads((package_data.resources_folder() / "demo" / "home_layout.json").read_text(encoding="utf-8"))
    with unbound(database).change() as session:
        commerce.import_merchants(session, actor, commerce.demo_merchants())
        count = commerce.import_orders(session, actor, commerce.demo_orders(datetime.now(UTC)))
        home = home_layout.save_home(session, actor, document, base_version=0)
    assert 300 < count < 2_000
    widgets = [widget_of(item) for item in home.layout.items]
    assert {widget.kind.type for widget in widgets if widget.kind} == {
        "metric_card", "line_chart", "bar_chart", "pie_chart", "table", "text",
    }  # fmt: skip
    with unbound(database).read() as session:
        for widget in widgets:
            if widget.query:
                found = run_query(session, actor, widget.query)
                assert found.rows, widget.title
                assert not found.truncated


def test_demo_home_differs_per_person_without_overlaps(tmp_path: Path) -> None:
    opened = workspace.open_demo(tmp_path)
    homes = []
    with unbound(opened.database).read() as session:
        operator = authentication.operator_actor(session, client=Client.here())
        for name in ("admin@example.com", "analyst@example.com", "demo@shopify-dashboard.com"):
            actor = authentication.actor_for_email(session, operator, email=name)
            layout = home_layout.home_layout(session, actor).layout
            taken = [(x, y) for _item, at in layout for x in range(at.x, at.x + at.w) for y in range(at.y, at.y + at.h)]
            assert len(taken) == len(set(taken)), name
            assert max(x for x, _y in taken) < layout.columns
            homes.append({item.id for item, _cell in layout})
    opened.close()
    assert len(homes[1]) > len(homes[0]) > 3
    assert len({frozenset(home) for home in homes}) == 3
