"""`benchboard source add-api` on a real HTTP server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchboard.cli.main import main
from support.rest_server import Reply, Request, RestServer, rest_server

KEY = "k3y-nobody-sees"


def _answer(request: Request) -> Reply:
    if request.headers.get("x-api-key") != KEY:
        return Reply(status=401)
    return Reply(json.dumps({"items": [{"id": 1, "km": 2.5}, {"id": 2, "km": 3.5}]}).encode())


@pytest.fixture
def server() -> Iterator[RestServer]:
    with rest_server(_answer) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'bench.db'}")
    monkeypatch.setenv("BENCHBOARD_SOURCE_PASSWORD", KEY)
    assert main(["db", "upgrade"]) == 0
    return tmp_path


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(list(arguments))
    said = capsys.readouterr()
    assert KEY not in said.out + said.err
    return status, said.out, said.err


def _add(capsys: pytest.CaptureFixture[str], server: RestServer, *more: str) -> tuple[int, str, str]:
    key = ("--auth", "header", "--key-name", "X-API-Key")
    return _run(capsys, "source", "add-api", server.url("/trips"), "--name", "Trips", *key, *more)


def test_add_api_of_a_local_address_names_the_option(
    home: Path, server: RestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _out, err = _add(capsys, server)
    assert (status, err.rstrip().endswith("If you trust the server, add --allow-local.")) == (1, True), err


def test_add_api_is_added_queried_tested_refreshed_and_removed(
    home: Path, server: RestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = _add(capsys, server, "--allow-local", "--json")
    assert status == 0, err
    assert (json.loads(out)["kind"], json.loads(out)["rows"]) == ("rest_api", 2)
    status, out, _err = _run(capsys, "query", "run", "--source", "Trips", "select sum(km) as km from trips", "--json")
    assert (status, json.loads(out)["rows"]) == (0, [["6"]])
    assert _run(capsys, "source", "test", "Trips")[:2] == (0, "“Trips” can be read.\n")
    assert json.loads(_run(capsys, "source", "refresh", "Trips", "--json")[1])["server"].endswith("/trips")
    for command in (["source", "list"], ["source", "show", "Trips"], ["source", "tables", "Trips"], ["audit", "list"]):
        assert _run(capsys, *command)[0] == 0
    assert _run(capsys, "source", "remove", "Trips")[0] == 0
    assert not list((home / "home").rglob("*.parquet"))


def test_add_api_on_this_computer_needs_to_be_allowed(
    home: Path, server: RestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = _add(capsys, server)
    assert (status, out) == (1, "")
    assert "local network" in err
    assert server.requests == []


def test_add_api_wrong_key_is_named_and_can_be_changed(
    home: Path, server: RestServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _add(capsys, server, "--allow-local")[0] == 0
    monkeypatch.setenv("BENCHBOARD_SOURCE_PASSWORD", "wrong")
    assert _run(capsys, "source", "password", "Trips")[0] == 0
    status, _out, err = _run(capsys, "source", "test", "Trips")
    assert status == 1
    assert "401" in err
    monkeypatch.setenv("BENCHBOARD_SOURCE_PASSWORD", KEY)
    assert _run(capsys, "source", "password", "Trips")[0] == 0
    assert _run(capsys, "source", "test", "Trips")[0] == 0


def test_add_api_setting_that_cant_be_used_is_refused_before_anything_is_asked(
    home: Path, server: RestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _out, err = _add(capsys, server, "--header", "Authorization: x")
    assert status != 0
    assert "secret" in err
    assert server.requests == []


def test_refresh_of_an_api_asks_which_field_a_renamed_one_is(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["city"]

    def answer(_request: Request) -> Reply:
        return Reply(json.dumps([{"id": 1, names[-1]: "Van"}]).encode())

    with rest_server(answer) as server:
        assert _run(capsys, "source", "add-api", server.url("/trips"), "--name", "Rides", "--allow-local")[0] == 0
        names.append("town")
        status, _out, err = _run(capsys, "source", "refresh", "Rides")
        assert status == 1
        assert "“Rides” has “town” where it had “city”." in err
        assert "--renamed town=city" in err
        assert _run(capsys, "source", "refresh", "Rides", "--renamed", "town=city")[0] == 0
    status, out, _err = _run(capsys, "query", "run", "--source", "Rides", "select city from trips", "--json")
    assert (status, json.loads(out)["rows"]) == (0, [["Van"]])
