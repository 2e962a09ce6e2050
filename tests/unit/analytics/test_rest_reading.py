"""Reading a REST API: paging, authentication, what is refused, and hostile answers from a real server."""

import gzip
import ipaddress
import json
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.rest import http_client, reading
from benchboard.analytics.rest.address_guard import checked_addresses, verdict
from benchboard.analytics.rest.answer_content import RowTable, parsed
from benchboard.analytics.rest.http_client import Answer
from benchboard.analytics.rest.json_path import JsonPath, NotThere, parse_path, row_paths
from benchboard.analytics.rest.reading import RowsRead, read_rows
from benchboard.analytics.rest.settings import RestSettings, checked_rest, checked_secret, rest_problems
from benchboard.errors import AppError, Cancelled, Invalid, Unavailable
from support.rest_server import Reply, Request, RestServer, rest_server

SECRET = "s3cret-Token"


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Request], Reply]], RestServer]]:
    running: list[Any] = []

    def start(answer: Callable[[Request], Reply]) -> RestServer:
        running.append(rest_server(answer))
        return running[-1].__enter__()

    yield start
    for one in running:
        one.__exit__(None, None, None)


def answers(document: object) -> Callable[[Request], Reply]:
    return lambda _request: Reply(json.dumps(document).encode())


def settings(server: RestServer, **values: object) -> RestSettings:
    return checked_rest({"url": server.url(), "allow_local": True, **values})


def read(tmp_path: Path, wanted: RestSettings, secret: str = "", **options: Any) -> RowsRead:
    return read_rows(wanted, secret, tmp_path / "answer", **options)


@pytest.mark.parametrize("header", ["ab", ["X-Team"], ["X-Team", "a", "b"], ("X-Team", 1), "X-Team: a", 7])
def test_settings_header_that_is_no_pair_of_texts_is_refused(serve: Any, header: object) -> None:
    server = serve(lambda _request: Reply(b"[]"))
    with pytest.raises(Invalid) as caught:
        settings(server, headers=[header])
    assert caught.value.facts["field"] == "headers"


def code(tmp_path: Path, wanted: RestSettings, secret: str = "") -> str:
    with pytest.raises(Unavailable) as caught:
        read(tmp_path, wanted, secret)
    assert SECRET not in str(caught.value) + repr(caught.value.facts)
    return caught.value.code


def test_read_rows_types_nested_objects_and_arrays(serve: Any, tmp_path: Path) -> None:
    server = serve(answers({"meta": {"n": 2}, "data": {"items": [
        {"id": 1, "day": "2026-01-05", "price": 2.5, "ok": True, "user": {"name": "Ali"}, "tags": ["a", "b"],
         "zip": "0612"},
        {"id": 2, "day": "2026-02-05", "price": 3, "ok": False, "user": {"name": "İpek"}, "tags": [], "zip": "0613"},
    ]}}))  # fmt: skip
    found = read(tmp_path, settings(server))
    assert found.path == "$.data.items"
    assert found.paths == ("$.data.items", "$")
    columns = {column.name: column.kind for column in found.inspected.scan.columns}
    assert columns == {"id": "integer", "day": "date", "price": "float", "ok": "boolean", "user_name": "text",
                       "tags": "text", "zip": "text"}  # fmt: skip
    assert found.inspected.preview[0] == (1, date(2026, 1, 5), 2.5, True, "Ali", '["a", "b"]', "0612")


def test_read_rows_columns_that_come_later_are_empty_before(serve: Any, tmp_path: Path) -> None:
    server = serve(answers([{"a": 1}, {"b": 2, "a": 3}]))
    found = read(tmp_path, settings(server))
    assert found.inspected.preview == ((1, None), (3, 2))


@pytest.mark.parametrize("paging", ["page", "offset", "cursor", "next-url", "link"])
def test_read_rows_pages_are_read_until_the_last(serve: Any, tmp_path: Path, paging: str) -> None:
    def answer(request: Request) -> Reply:
        if paging == "page":
            start = (int(request.query["p"]) - 1) * 2
        elif paging == "offset":
            start = int(request.query["p"])
        else:
            start = int(request.query.get("p", "0"))
        rows = [{"n": n} for n in range(start, min(start + 2, 5))]
        more = start + 2 < 5
        following = f"/rows?p={start + 2}"
        document: dict[str, object] = {"rows": rows}
        headers = {"Content-Type": "application/json"}
        if paging == "cursor":
            document["next"] = start + 2 if more else None
        elif paging == "next-url":
            document["next"] = following if more else None
        elif paging == "link" and more:
            headers["Link"] = f'</first>; rel="first", <{following}>; title="a, b"; rel="next"'
        return Reply(json.dumps(document).encode(), headers=headers)

    server = serve(answer)
    values: dict[str, object] = {"paging": "cursor" if paging == "next-url" else paging}
    if paging in ("page", "offset", "cursor"):
        values["page_parameter"] = "p"
    if paging in ("page", "offset"):
        values |= {"page_size": 2, "size_parameter": "size"}
    if paging in ("cursor", "next-url"):
        values["cursor_path"] = "next"
    seen: list[int] = []
    found = read(tmp_path, settings(server, **values), progress=lambda done, _total: seen.append(done))
    assert [row[0] for row in found.inspected.preview] == [0, 1, 2, 3, 4]
    assert (found.pages, found.limited) == (3, False)
    assert 4 in seen
    if paging == "page":
        assert server.requests[0].query == {"p": "1", "size": "2"}


def test_read_rows_more_pages_than_allowed_says_limited(serve: Any, tmp_path: Path) -> None:
    server = serve(lambda request: Reply(json.dumps([{"n": request.query["page"]}]).encode()))
    found = read(tmp_path, settings(server, paging="page"), pages=3)
    assert (found.pages, found.limited, found.inspected.rows) == (3, True, 3)


def test_read_rows_more_rows_than_allowed_says_limited(
    serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    server = serve(lambda request: Reply(json.dumps([{"n": request.query["page"]}] * 2).encode()))
    found = read(tmp_path, settings(server, paging="page"))
    assert (found.limited, found.inspected.rows) == (True, 3)


@pytest.mark.parametrize(
    ("values", "document"),
    [
        ({"paging": "page"}, [{"n": 1}]),
        ({"paging": "cursor", "cursor_path": "next", "page_parameter": "c"}, {"rows": [{"n": 1}], "next": "same"}),
        ({"paging": "cursor", "cursor_path": "next"}, {"rows": [{"n": 1}], "next": "/rows"}),
    ],
)
def test_read_rows_endless_paging_ends(serve: Any, tmp_path: Path, values: Any, document: object) -> None:
    server = serve(answers(document))
    assert code(tmp_path, settings(server, **values)) == "rest.repeats"
    assert len(server.requests) <= 2


def test_read_rows_next_page_elsewhere_is_not_asked(serve: Any, tmp_path: Path) -> None:
    elsewhere = serve(answers([]))
    server = serve(answers({"rows": [{"n": 1}], "next": elsewhere.url()}))
    wanted = settings(server, paging="cursor", cursor_path="next", authentication="bearer")
    assert code(tmp_path, wanted, SECRET) == "rest.next"
    assert elsewhere.requests == []


def test_read_rows_each_authentication_is_sent(serve: Any, tmp_path: Path) -> None:
    server = serve(answers([{"n": 1}]))
    for place, values in enumerate((
        {"authentication": "bearer"}, {"authentication": "basic", "user": "reader"},
        {"authentication": "header", "key_name": "X-API-Key"}, {"authentication": "query", "key_name": "api_key"},
    )):  # fmt: skip
        read_rows(settings(server, **values), SECRET, tmp_path / f"answer{place}")
    bearer, basic, header, query = server.requests
    assert bearer.headers["authorization"] == f"Bearer {SECRET}"
    assert basic.headers["authorization"] == "Basic cmVhZGVyOnMzY3JldC1Ub2tlbg=="
    assert header.headers["x-api-key"] == SECRET
    assert query.query == {"api_key": SECRET}


def test_read_rows_post_sends_the_body_and_headers(serve: Any, tmp_path: Path) -> None:
    server = serve(answers([{"n": 1}]))
    read(tmp_path, settings(server, method="POST", body='{"from": "2026"}', headers=[["X-Team", "a"]]))
    (request,) = server.requests
    assert (request.method, request.body, request.headers["x-team"]) == ("POST", b'{"from": "2026"}', "a")
    assert request.headers["content-type"] == "application/json"


def test_read_rows_redirect_elsewhere_gets_no_credentials(serve: Any, tmp_path: Path) -> None:
    target = serve(answers([{"n": 1}]))
    server = serve(lambda _request: Reply(status=302, headers={"Location": target.url()}))
    for place, values in enumerate((
        {"authentication": "bearer"}, {"authentication": "header", "key_name": "X-API-Key"},
        {"authentication": "query", "key_name": "api_key"},
    )):  # fmt: skip
        read_rows(settings(server, headers=[["X-Team", "a"]], **values), SECRET, tmp_path / f"answer{place}")
    for request in target.requests:
        assert SECRET not in repr(request)
        assert "x-team" not in request.headers
    assert len(target.requests) == 3


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://a.example/", "http://a:b@c.example/", "http://[::1"])
def test_read_rows_redirect_to_no_web_address_is_refused(serve: Any, tmp_path: Path, location: str) -> None:
    server = serve(lambda _request: Reply(status=302, headers={"Location": location}))
    assert code(tmp_path, settings(server)) == "rest.redirect"


def test_read_rows_redirect_to_metadata_is_refused(serve: Any, tmp_path: Path) -> None:
    server = serve(lambda _request: Reply(status=302, headers={"Location": "http://169.254.169.254/latest/"}))
    assert code(tmp_path, settings(server)) == "rest.forbidden"


def test_read_rows_post_is_not_repeated_elsewhere(serve: Any, tmp_path: Path) -> None:
    target = serve(answers([{"n": 1}]))
    server = serve(lambda _request: Reply(status=307, headers={"Location": target.url()}))
    assert code(tmp_path, settings(server, method="POST", body="{}")) == "rest.redirect"
    assert target.requests == []


def test_read_rows_redirect_loop_ends(serve: Any, tmp_path: Path) -> None:
    server = serve(lambda _request: Reply(status=302, headers={"Location": "/rows"}))
    assert code(tmp_path, settings(server)) == "rest.redirects"
    assert len(server.requests) == http_client.MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(status=401), "rest.credentials"),
        (Reply(status=403), "rest.credentials"),
        (Reply(status=404), "rest.not-found"),
        (Reply(status=500), "rest.status"),
        (Reply(status=503, headers={"Retry-After": "3600"}), "rest.busy"),
        (Reply(b"<html>hello</html>", headers={"Content-Type": "text/html"}), "rest.type"),
        (Reply(b"<html>hello</html>"), "rest.type"),
        (Reply(b"\x00\x01", headers={"Content-Type": "image/png"}), "rest.type"),
        (Reply(b"{broken"), "rest.json"),
        (Reply(b""), "rest.type"),
        (Reply(b"[" * 200_000), "rest.json"),
        (Reply(b'{"a":' * 200_000), "rest.json"),
        (Reply('[{"a": "é"}]'.encode("latin-1")), "rest.encoding"),
        (Reply(b"[]", headers={"Content-Type": "application/json; charset=rot13"}), "rest.encoding"),
        (Reply(b"not gzip", headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}), "rest.broken"),
        (Reply(json.dumps([dict.fromkeys(map(str, range(1_001)), 1)]).encode()), "rest.columns"),
    ],
)
def test_read_rows_what_went_wrong_is_named(serve: Any, tmp_path: Path, reply: Reply, expected: str) -> None:
    server = serve(lambda _request: reply)
    assert code(tmp_path, settings(server, authentication="bearer"), SECRET) == expected


def test_read_rows_nothing_at_the_path_is_named(serve: Any, tmp_path: Path) -> None:
    server = serve(answers({"items": [{"n": 1}]}))
    with pytest.raises(Unavailable, match=r"no rows at \$\.data") as caught:
        read(tmp_path, settings(server, rows_path="$.data"))
    assert caught.value.facts["field"] == "rows_path"


def test_read_rows_busy_server_is_asked_again(serve: Any, tmp_path: Path) -> None:
    replies = iter([Reply(status=429, headers={"Retry-After": "0"}), Reply(b'[{"n": 1}]')])
    server = serve(lambda _request: next(replies))
    assert read(tmp_path, settings(server)).inspected.rows == 1
    assert len(server.requests) == 2


def test_read_rows_wait_for_a_busy_server_can_be_cancelled(serve: Any, tmp_path: Path) -> None:
    token = CancelToken()

    def answer(_request: Request) -> Reply:
        threading.Timer(0.05, token.cancel).start()
        return Reply(status=429, headers={"Retry-After": "50"})

    with pytest.raises(Cancelled):
        read(tmp_path, settings(serve(answer)), cancel_token=token)


def test_read_rows_decompression_bomb_is_stopped(serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "MAX_ANSWER", 2_000_000)
    bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert code(tmp_path, settings(serve(lambda _request: Reply(bomb, headers=headers)))) == "rest.too-large"


def test_read_rows_answer_without_end_is_stopped(serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "MAX_ANSWER", 1_000_000)

    def pieces() -> Iterator[bytes]:
        while True:
            yield b"[1]," * 10_000

    server = serve(lambda _request: Reply(pieces=pieces))
    assert code(tmp_path, settings(server)) == "rest.too-large"
    assert server.gone.wait(20)


def dripping(ended: threading.Event) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        while not ended.wait(0.02):
            yield b" "

    return pieces


def test_read_rows_slow_drip_times_out(serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "ANSWER_TIMEOUT", 0.5)
    ended = threading.Event()
    server = serve(lambda _request: Reply(pieces=dripping(ended)))
    try:
        assert code(tmp_path, settings(server)) == "rest.timeout"
    finally:
        ended.set()


def test_read_rows_cancel_ends_the_request(serve: Any, tmp_path: Path) -> None:
    ended, token = threading.Event(), CancelToken()

    def answer(_request: Request) -> Reply:
        threading.Timer(0.1, token.cancel).start()
        return Reply(pieces=dripping(ended))

    server = serve(answer)
    try:
        with pytest.raises(Cancelled):
            read(tmp_path, settings(server), cancel_token=token)
        assert server.gone.wait(20)  # the server sees the connection closed
    finally:
        ended.set()


def test_read_rows_nothing_listens_is_refused(serve: Any, tmp_path: Path) -> None:
    with rest_server(answers([])) as server:
        wanted = settings(server)
    assert code(tmp_path, wanted) == "rest.refused"


def test_read_rows_plain_server_at_https_is_tls(serve: Any, tmp_path: Path) -> None:
    server = serve(answers([]))
    assert code(tmp_path, replace(settings(server), url=server.url().replace("http:", "https:"))) == "rest.tls"


def test_read_rows_csv(serve: Any, tmp_path: Path) -> None:
    server = serve(
        lambda _request: Reply("id;city\n1;Ankara\n2;İzmir\n".encode(), headers={"Content-Type": "text/csv"})
    )
    found = read(tmp_path, settings(server))
    assert found.inspected.preview == ((1, "Ankara"), (2, "İzmir"))
    assert found.paths == ()


def test_read_rows_csv_with_paging_is_refused(serve: Any, tmp_path: Path) -> None:
    server = serve(lambda _request: Reply(b"id\n1\n", headers={"Content-Type": "text/csv"}))
    assert code(tmp_path, settings(server, paging="page")) == "rest.csv-pages"


# --- addresses


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", "local"), ("10.1.2.3", "local"), ("192.168.1.1", "local"), ("172.16.0.1", "local"),
        ("100.64.0.1", "local"), ("::1", "local"), ("fd00::1", "local"), ("::ffff:127.0.0.1", "local"),
        ("64:ff9b::7f00:1", "local"), ("2002:7f00:1::", "local"), ("::127.0.0.1", "local"),
        ("169.254.169.254", "never"), ("::ffff:169.254.169.254", "never"), ("64:ff9b::a9fe:a9fe", "never"),
        ("fd00:ec2::254", "never"), ("100.100.100.200", "never"), ("fe80::1", "never"), ("0.0.0.0", "never"),
        ("::", "never"), ("224.0.0.1", "never"), ("ff02::1", "never"), ("255.255.255.255", "never"),
        ("0.1.2.3", "never"), ("240.0.0.1", "never"), ("1.1.1.1", "public"), ("2606:4700::1111", "public"),
    ],
)  # fmt: skip
def test_verdict(address: str, expected: str) -> None:
    assert verdict(ipaddress.ip_address(address)) == expected


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "localhost", "::1", "::ffff:127.0.0.1"]
)
def test_checked_addresses_this_computer_however_written_is_local(host: str) -> None:
    with pytest.raises(Unavailable) as caught:
        checked_addresses(host, 80, allow_local=False, cancel_token=CancelToken())
    assert caught.value.code == "rest.local"
    assert caught.value.facts["field"] == "allow_local"


@pytest.mark.parametrize("host", ["169.254.169.254", "2852039166", "0xa9fea9fe", "0.0.0.0", "224.0.0.1"])
def test_checked_addresses_metadata_and_the_like_are_never_allowed(host: str) -> None:
    with pytest.raises(Unavailable) as caught:
        checked_addresses(host, 80, allow_local=True, cancel_token=CancelToken())
    assert caught.value.code == "rest.forbidden"


def test_checked_addresses_name_that_changes_connects_to_the_checked_address(
    serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    server = serve(answers([{"n": 1}]))
    resolved: list[str] = []
    real = socket.getaddrinfo

    def changing(host: Any, *rest: Any, **named: Any) -> Any:
        if host == "rebinding.example":
            resolved.append(host)
            return real("127.0.0.1" if len(resolved) == 1 else "169.254.169.254", *rest, **named)
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    wanted = settings(server, url=server.url(host="rebinding.example"))
    assert read(tmp_path, wanted).inspected.rows == 1
    assert resolved == ["rebinding.example"]
    assert server.requests[0].headers["host"] == f"rebinding.example:{server.port}"


# --- settings


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"url": "ftp://a.example"}, "url"), ({"url": "https://u:p@a.example/"}, "url"), ({"url": ""}, "url"),
        ({"url": "https://"}, "url"), ({"url": "http://a.example:99999/"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "https://a.example/\nHost: b"}, "url"), ({"headers": [["Authorization", "x"]]}, "headers"),
        ({"headers": [["Host", "x"]]}, "headers"), ({"headers": [["A b", "x"]]}, "headers"),
        ({"headers": [["A", "x\r\ny"]]}, "headers"), ({"method": "DELETE"}, "method"),
        ({"method": "POST", "body": "{"}, "body"), ({"authentication": "basic"}, "user"),
        ({"authentication": "header"}, "key_name"), ({"rows_path": "$..x"}, "rows_path"),
        ({"paging": "cursor"}, "cursor_path"), ({"paging": "page", "page_size": 10}, "size_parameter"),
        ({"paging": "page", "size_parameter": "n"}, "page_size"), ({"paging": "page", "page_size": -1}, "page_size"),
    ],
)  # fmt: skip
def test_checked_rest_names_the_field(values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked_rest({"url": "https://a.example/rows", **values})
    assert caught.value.facts["field"] == field


def test_rest_problems_names_every_field_at_once_in_the_order_of_the_form() -> None:
    values = {"url": "", "authentication": "header", "headers": [["", ""]], "paging": "cursor", "page_size": 5}
    found = rest_problems(values, "")
    assert list(found) == ["url", "key_name", "secret", "headers", "cursor_path", "size_parameter"]
    assert list(rest_problems({**values, "url": "https://a.example/"}, None)) == list(found)[1:2] + list(found)[3:]
    assert rest_problems({"url": "https://a.example/", "authentication": "bearer"}, SECRET) == {}


def test_checked_rest_reads_what_it_stored() -> None:
    wanted = checked_rest({"url": "https://a.example/r?x=1#f", "headers": [["A", "b"]], "paging": "offset",
                           "authentication": "query", "key_name": "key", "rows_path": "data.items[0]"})  # fmt: skip
    assert checked_rest(json.loads(json.dumps(wanted.to_json()))) == wanted
    assert wanted.rows_path == "$.data.items[0]"
    assert wanted.address == "a.example/r"


def test_checked_secret_that_cant_be_sent_is_not_in_the_error() -> None:
    wanted = checked_rest({"url": "https://a.example/", "authentication": "bearer"})
    with pytest.raises(Invalid) as caught:
        checked_secret(f"{SECRET}\r\nX: y", wanted.authentication)
    assert SECRET not in repr(caught.value.__dict__)


# --- documents

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(_json)
def test_row_paths_lead_to_values_and_read_back(document: object) -> None:
    for path in row_paths(document):
        path.find(document)
        assert parse_path(path.text) == path


@given(st.lists(st.text(min_size=1, max_size=8) | st.integers(0, 999_999), max_size=5))
def test_json_path_text_reads_back(steps: list[str | int]) -> None:
    assert parse_path(JsonPath(tuple(steps)).text).steps == tuple(steps)


@given(st.text(max_size=30))
def test_parse_path_any_text_is_a_path_or_a_value_error(text: str) -> None:
    try:
        path = parse_path(text)
    except ValueError:
        return
    with pytest.raises(NotThere):
        JsonPath((*path.steps, "x")).find(1)


@given(_json)
def test_row_table_any_row_has_storable_cells(row: object) -> None:
    table = RowTable()
    cells = table.cells(row)
    assert len(cells) == len(table.titles)
    json.dumps([cells, table.titles], default=str, ensure_ascii=False).encode()


@given(st.binary(max_size=200))
def test_parsed_any_bytes_are_a_document_or_an_error(body: bytes) -> None:
    try:
        parsed(Answer("https://a.example/", {"content-type": "application/json"}, body))
    except AppError as error:
        assert error.code in ("rest.json", "rest.type", "rest.encoding")


def test_parsed_numbers_and_names_json_leaves_open() -> None:
    body = b'{"a": NaN, "b": -Infinity, "c": 1e999, "d": ' + b"9" * 6_000 + b', "e": 1, "e": 2, "f": 1e-400}'
    found = parsed(Answer("https://a.example/", {}, body))
    assert isinstance(found, dict)
    assert (found["a"], found["b"], found["c"], found["e"]) == (None, None, None, 2)
    assert found["d"] == "9" * 6_000
    assert math.isclose(found["f"], 0)


def test_row_table_half_characters_and_deep_objects_are_stored() -> None:
    deep: Any = {"x": 1}
    for _level in range(50):
        deep = {"d": deep}
    table = RowTable()
    cells = table.cells({"a\ud800": "\udfff", "deep": deep})
    assert cells[0] == "?"
    assert str(cells[1]).startswith('{"d": ')
    assert len(table.titles) == 2


@pytest.mark.parametrize("row", [[1, "a", None], 5, "text", None])
def test_row_table_rows_without_names(row: Any) -> None:
    table = RowTable()
    assert table.cells(row) == (row if isinstance(row, list) else [row])
    assert table.titles == (["1", "2", "3"] if isinstance(row, list) else ["value"])
