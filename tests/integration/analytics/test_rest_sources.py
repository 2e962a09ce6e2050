"""Data sources on a REST API: added, queried, read again, changed, and what stays secret."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from benchboard.analytics.files.inspection_types import RenamedColumn
from benchboard.analytics.files.renamed_columns import Renaming
from benchboard.analytics.queries import run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.file_import import source_copies
from benchboard.analytics.sources.file_news import SourceNews, source_news
from benchboard.analytics.sources.rest_connection import change_secret, open_rest, rest_settings, secret_for
from benchboard.analytics.sources.rest_import import RestRequest, add_rest, first_rows, update_rest
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import DOUBTFUL, read_source_again, undo_reading
from benchboard.errors import Conflict, Denied, Invalid, Unavailable
from benchboard.identity import audit, keys
from benchboard.paging import Listing
from benchboard.storage.models.analytics import DataSource
from benchboard.storage.models.base import new_id
from benchboard.storage.models.dashboards import Dashboard, Widget
from benchboard.storage.models.identity import AuditLog
from support.databases import unbound
from support.orders import Market
from support.rest_server import Reply, Request, RestServer, rest_server

TOKEN = "t0ken-that-stays"


@dataclass
class Api:
    """What the API answers now."""

    rows: list[dict[str, object]] = field(
        default_factory=lambda: [
            {"id": 1, "city": "Ankara", "day": "2026-01-05"},
            {"id": 2, "city": "İzmir", "day": "2026-01-06"},
        ]
    )
    status: int = 200
    token: str = TOKEN

    def __call__(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Reply(status=401)
        return Reply(json.dumps({"data": self.rows}).encode(), status=self.status)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def server(api: Api) -> Iterator[RestServer]:
    with rest_server(api) as running:
        yield running


@pytest.fixture(autouse=True)
def data_keys(no_sources: None, market: Market, tmp_path: Path) -> None:
    data_keys = keys.FileDataKeys(tmp_path / "keys.json")
    data_keys.create(market.analyst.organisation_id)
    keys.provide_data_keys(market.database, data_keys)


def values(server: RestServer, **others: object) -> dict[str, object]:
    return {"url": server.url("/v1/trips?team=7"), "authentication": "bearer", "allow_local": True, **others}


@pytest.fixture
def source(market: Market, server: RestServer, tmp_path: Path) -> SourceSummary:
    request = RestRequest("Trips API", values(server), TOKEN)
    return add_rest(unbound(market.database), market.analyst, request, tmp_path / "copies")


def answered(market: Market, source: SourceSummary, query: str) -> list[tuple[object, ...]]:
    with unbound(market.database).read() as session:
        return [tuple(row) for row in run_query(session, market.analyst, query, source_id=source.id).rows]


def news(market: Market, source: SourceSummary) -> SourceNews:
    with unbound(market.database).read() as session:
        found = source_news(session, market.analyst, source.id)
    assert found is not None
    return found


def again(
    market: Market, source: SourceSummary, *, accept_losses: bool = False, renamings: Sequence[Renaming] = ()
) -> SourceSummary:
    return read_source_again(
        unbound(market.database), market.analyst, source.id, accept_losses=accept_losses, renamings=renamings
    )


def add_widget(market: Market, source_id: str, query: str) -> None:
    """A widget of the dashboard “Rides” with a query over a source."""
    actor = market.analyst
    with unbound(market.database).change() as session:
        dashboard = Dashboard(id=new_id(), organisation_id=actor.organisation_id, name="Rides", user_id=actor.user_id)
        session.add(dashboard)
        session.flush()
        session.add(
            Widget(id=new_id(), organisation_id=actor.organisation_id, dashboard_id=dashboard.id, type="table",
                   query=query, data_source_id=source_id, config={}, position={})
        )  # fmt: skip
        audit.record(session, actor, "dashboard.create", dashboard.id)


def test_add_rest_rows_are_queried_from_their_copy(
    market: Market, source: SourceSummary, server: RestServer, tmp_path: Path
) -> None:
    assert (source.kind, source.status, source.tables, source.rows) == ("rest_api", "connected", ("trips",), 2)
    assert source.address == f"127.0.0.1:{server.port}/v1/trips"
    assert (source.path, source.server, source.copied, source.limited) == ("", "", True, False)
    asked = len(server.requests)
    assert answered(market, source, "SELECT city FROM trips WHERE day > '2026-01-05'") == [("İzmir",)]
    assert len(server.requests) == asked
    assert [one.suffix for one in (tmp_path / "copies").iterdir()] == [".parquet"]
    with unbound(market.database).read() as session:
        kinds = {one.name: one.kind for one in services.source_tables(session, market.analyst, source.id)[0].columns}
        services.test_source(session, market.analyst, source.id)
        assert rest_settings(session, market.analyst, source.id).rows_path == "$.data"
    assert kinds == {"id": "integer", "city": "text", "day": "date"}


def test_add_rest_secret_is_stored_encrypted_and_written_nowhere_else(
    market: Market, source: SourceSummary, tmp_path: Path
) -> None:
    with unbound(market.database).read() as session:
        row = session.get_one(DataSource, source.id)
        texts = [repr(row.connection_config), repr(row.extra), repr(source)]
        texts += [repr(one) for one in session.scalars(select(AuditLog.details))]
        found = open_rest(session, market.analyst, source.id)
    assert found is not None
    assert found.secret == TOKEN
    assert TOKEN not in "".join(texts) + repr(found)
    assert all(TOKEN.encode() not in one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())


def test_add_rest_that_fails_leaves_nothing(market: Market, server: RestServer, tmp_path: Path) -> None:
    for request in (RestRequest("A", values(server), "wrong"), RestRequest("A", values(server, url="x:"), TOKEN)):
        with pytest.raises((Unavailable, Invalid)):
            add_rest(unbound(market.database), market.analyst, request, tmp_path / "copies")
    assert not (tmp_path / "copies").exists()
    with unbound(market.database).read() as session:
        assert services.list_sources(session, market.analyst, Listing()).rows == ()


def test_add_rest_needs_the_permission(market: Market, server: RestServer, tmp_path: Path) -> None:
    with pytest.raises(Denied):
        add_rest(unbound(market.database), market.keeper, RestRequest("A", values(server), TOKEN), tmp_path)
    assert server.requests == []


def test_first_rows_previews_and_offers_paths(server: RestServer) -> None:
    found = first_rows(values(server), TOKEN)
    assert found.inspected.preview[0][:2] == (1, "Ankara")
    assert (found.path, found.paths) == ("$.data", ("$.data", "$"))


def test_read_source_again_new_rows_and_columns_are_read_and_undone(
    market: Market, source: SourceSummary, api: Api
) -> None:
    api.rows = [{"late": True, **row} for row in [*api.rows, {"id": 3, "city": "Bursa", "day": "2026-01-07"}]]
    fresh = again(market, source)
    assert (fresh.rows, fresh.status) == (3, "connected")
    assert answered(market, fresh, "SELECT max(id), count_if(late) FROM trips") == [(3, 3)]
    assert len(source_copies(unbound(market.database), market.analyst, source.id)) == 2
    back = undo_reading(unbound(market.database), market.analyst, fresh)
    assert answered(market, back, "SELECT max(id) FROM trips") == [(2,)]
    assert again(market, back).rows == 3


def test_read_source_again_lost_columns_are_asked_about(market: Market, source: SourceSummary, api: Api) -> None:
    api.rows = [{"id": 1, "day": "2026-01-05"}]
    with pytest.raises(Conflict, match="city") as caught:
        again(market, source)
    assert caught.value.code == DOUBTFUL
    assert "Trips API" in caught.value.what
    with unbound(market.database).read() as session:
        now = services.get_source(session, market.analyst, source.id)
    assert (now.status, now.last_sync) == ("error", source.last_sync)
    assert now.problem.startswith("The API no longer sends these columns: ")
    assert answered(market, source, "SELECT count(city) FROM trips") == [(2,)]
    assert again(market, source, accept_losses=True).status == "connected"


def _renamed(caught: pytest.ExceptionInfo[Conflict]) -> tuple[RenamedColumn, ...]:
    found = caught.value.facts["renamed"]
    assert isinstance(found, tuple)
    return found


def test_read_source_again_renamed_fields_are_asked_about_and_read_as_what_they_were(
    market: Market, source: SourceSummary, api: Api
) -> None:
    """The server's new name was read as a new column, and everything that named the old one broke."""
    before = answered(market, source, "SELECT id, city FROM trips ORDER BY id")
    api.rows = [{"id": 1, "town": "Ankara", "day": "2026-01-05"}, {"id": 3, "town": "Bursa", "day": "2026-01-07"}]
    with pytest.raises(Conflict) as caught:
        again(market, source)
    assert caught.value.code == DOUBTFUL
    assert caught.value.what == "“Trips API” has “town” where it had “city”."
    assert caught.value.why == "The copy of before is kept."
    (asked,) = _renamed(caught)
    assert (asked.title, asked.suggested, asked.columns) == ("town", "city", ("city",))
    assert answered(market, source, "SELECT id, city FROM trips ORDER BY id") == before
    with unbound(market.database).read() as session:
        now = services.get_source(session, market.analyst, source.id)
    assert now.renamed == (asked,)
    assert "“town” where it had “city”" in now.problem

    renamed = again(market, source, renamings=[("town", "city")])
    assert (renamed.status, renamed.renamed, renamed.problem) == ("connected", (), "")
    assert answered(market, source, "SELECT id, city FROM trips ORDER BY id") == [(1, "Ankara"), (3, "Bursa")]
    assert again(market, source).status == "connected", "the answer stays"
    with unbound(market.database).read() as session:
        latest = services.get_source(session, market.analyst, source.id)
    undo_reading(unbound(market.database), market.analyst, latest)


def test_read_source_again_renamed_fields_say_what_uses_them(
    market: Market, source: SourceSummary, api: Api, tmp_path: Path
) -> None:
    add_widget(market, source.id, "SELECT city FROM trips")
    api.rows = [{"id": 1, "town": "Ankara", "day": "2026-01-05"}]
    with pytest.raises(Conflict) as caught:
        again(market, source)
    assert caught.value.why == "1 widget uses it: on “Rides”. The copy of before is kept."


def test_read_source_again_several_new_fields_are_each_asked_about(
    market: Market, source: SourceSummary, api: Api
) -> None:
    api.rows = [{"at": "2026-01-05", "place": "Ankara", "km": 4, "id": 1}]
    with pytest.raises(Conflict) as caught:
        again(market, source)
    assert {one.title for one in _renamed(caught)} == {"at", "place", "km"}
    with pytest.raises(Invalid, match="no column “nothing”"):
        again(market, source, renamings=[("place", "nothing")])
    answers = [("place", "city"), ("at", ""), ("km", "")]
    with pytest.raises(Conflict, match="day") as lost:
        again(market, source, renamings=answers)
    assert "“at”, “km”" in lost.value.why
    again(market, source, renamings=answers, accept_losses=True)
    assert answered(market, source, "SELECT id, city, km FROM trips") == [(1, "Ankara", 4)]


def test_read_source_again_no_rows_keeps_the_copy_and_says_so(market: Market, source: SourceSummary, api: Api) -> None:
    api.rows = []
    assert again(market, source).problem == "The answer has no rows."
    assert answered(market, source, "SELECT count(*) FROM trips") == [(2,)]


def test_read_source_again_api_that_fails_keeps_the_copy_and_says_why(
    market: Market, source: SourceSummary, api: Api
) -> None:
    assert (news(market, source).problem, news(market, source).news) == ("", "")  # however old it is
    api.status = 500
    failed = again(market, source)
    assert news(market, source) == SourceNews(
        source.id, "Trips API", "", copied=True, read_at=source.last_sync, problem=failed.problem, is_answer=True
    )
    assert (failed.status, failed.last_sync) == ("error", source.last_sync)
    assert "500" in failed.problem
    assert answered(market, source, "SELECT count(*) FROM trips") == [(2,)]
    api.status = 200
    assert (again(market, source).problem, again(market, source).status) == ("", "connected")
    assert news(market, source).problem == ""


def test_change_secret_is_used_from_then_on(market: Market, source: SourceSummary, api: Api) -> None:
    api.token = "another"
    assert "401" in again(market, source).problem
    with unbound(market.database).change() as session:
        change_secret(session, market.analyst, source.id, "another")
    assert again(market, source).problem == ""


def test_update_rest_reads_anew_and_keeps_the_table(market: Market, source: SourceSummary, server: RestServer) -> None:
    with unbound(market.database).read() as session:
        kept = secret_for(session, market.analyst, source.id, values(server, url=server.url("/v2/rides")))
    request = RestRequest("Rides", values(server, url=server.url("/v2/rides")), kept)
    changed = update_rest(unbound(market.database), market.analyst, source.id, request)
    assert (changed.name, changed.tables, changed.rows) == ("Rides", ("trips",), 2)
    assert changed.address.endswith("/v2/rides")
    assert answered(market, changed, "SELECT count(*) FROM trips") == [(2,)]
    assert len(source_copies(unbound(market.database), market.analyst, source.id)) == 1


@pytest.mark.parametrize("other", [{"url": "https://evil.example/v1"}, {"authentication": "header", "key_name": "X"}])
def test_secret_for_another_receiver_is_asked_for_again(
    market: Market, source: SourceSummary, server: RestServer, other: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as caught, unbound(market.database).read() as session:
        secret_for(session, market.analyst, source.id, values(server, **other))
    assert (caught.value.code, caught.value.facts["field"]) == ("sources.password-needed", "secret")


def test_open_rest_altered_address_does_not_open_the_secret(
    market: Market, source: SourceSummary, server: RestServer
) -> None:
    with pytest.raises(Unavailable) as caught, unbound(market.database).change() as session:
        row = session.get_one(DataSource, source.id)
        config = json.loads(json.dumps(row.connection_config))
        config["rest"]["settings"]["url"] = "https://evil.example/"
        row.connection_config = config
        session.flush()
        open_rest(session, market.analyst, source.id)
    assert caught.value.code == "keys.wrong"


def test_update_rest_answer_lacks_a_column_asks_as_a_refresh_does(
    market: Market, server: RestServer, api: Api, source: SourceSummary
) -> None:
    add_widget(market, source.id, "SELECT city FROM trips")
    request = RestRequest("Trips API", values(server, rows_path="$.data"), TOKEN)
    api.rows = [{"id": 3, "day": "2026-01-07"}]
    with pytest.raises(Conflict) as found:
        update_rest(unbound(market.database), market.analyst, source.id, request)
    assert found.value.code == DOUBTFUL
    assert found.value.facts["columns"] == ("city",)
    assert "“Rides”" in found.value.why
    assert found.value.do == "Check the settings, or save them without these columns."
    assert answered(market, source, "SELECT city FROM trips") == [("Ankara",), ("İzmir",)]
    with unbound(market.database).read() as session:  # the source itself is as well as before
        assert services.get_source(session, market.analyst, source.id).problem == ""
    update_rest(unbound(market.database), market.analyst, source.id, request, accept_losses=True)
    assert answered(market, source, "SELECT id FROM trips") == [(3,)]


def test_update_rest_renamed_column_is_asked_about_and_keeps_its_name(
    market: Market, server: RestServer, api: Api, source: SourceSummary
) -> None:
    request = RestRequest("Trips API", values(server, rows_path="$.data"), TOKEN)
    api.rows = [{"id": 1, "town": "Ankara", "day": "2026-01-05"}, {"id": 2, "town": "İzmir", "day": "2026-01-06"}]
    with pytest.raises(Conflict) as found:
        update_rest(unbound(market.database), market.analyst, source.id, request)
    assert [one.title for one in found.value.facts["renamed"]] == ["town"]  # type: ignore[attr-defined]
    update_rest(unbound(market.database), market.analyst, source.id, request, renamings=[("town", "city")])
    assert answered(market, source, "SELECT city FROM trips ORDER BY id") == [("Ankara",), ("İzmir",)]
