"""`benchboard source add-server|password|test` on a real PostgreSQL server."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from benchboard.cli.main import main
from support.postgres import USER, Server

PASSWORD = "a reader's password"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'bench.db'}")
    monkeypatch.setenv("BENCHBOARD_SOURCE_PASSWORD", PASSWORD)
    assert main(["db", "upgrade"]) == 0
    return tmp_path


@pytest.fixture
def shop(pg_server: Server) -> Iterator[list[str]]:
    """The options that connect to a database with one table."""
    name = pg_server.create()
    with psycopg.connect(pg_server.url(name), autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE trips (id int, km numeric(6,2)); INSERT INTO trips VALUES (1, 2.50), (2, 3.50)"
        )
    yield ["--host", "127.0.0.1", "--port", str(pg_server.port), "--database", name, "--user", USER, "--tls", "off"]
    pg_server.drop(name)


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(list(arguments))
    said = capsys.readouterr()
    return status, said.out, said.err


def test_source_on_a_server_is_connected_tested_queried_and_removed(
    home: Path,
    shop: list[str],
    pg_server: Server,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BENCHBOARD_SOURCE_PASSWORD", pg_server.password)
    status, out, err = _run(capsys, "source", "add-server", "postgresql", "--name", "Shop", *shop, "--json")
    assert status == 0, err
    assert json.loads(out)["tables"] == ["trips"]
    monkeypatch.delenv("BENCHBOARD_SOURCE_PASSWORD")
    assert _run(capsys, "source", "test", "Shop")[:2] == (0, "“Shop” can be read.\n")
    status, out, err = _run(capsys, "query", "run", "--source", "Shop", "select sum(km) as km from trips", "--json")
    assert (status, json.loads(out)["rows"]) == (0, [["6.00"]])
    for command in (["source", "list"], ["source", "tables", "Shop"], ["audit", "list"]):
        status, out, err = _run(capsys, *command, "--json")
        assert status == 0
        assert pg_server.password not in out + err
    assert _run(capsys, "source", "remove", "Shop")[0] == 0


def test_source_with_a_wrong_password_is_refused_with_its_cause_until_it_is_changed(
    home: Path,
    shop: list[str],
    pg_server: Server,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status, out, err = _run(capsys, "source", "add-server", "postgresql", "--name", "Shop", *shop)
    assert (status, out) == (1, "")
    assert "password" in err.lower()
    assert PASSWORD not in err
    monkeypatch.setenv("BENCHBOARD_SOURCE_PASSWORD", pg_server.password)
    assert _run(capsys, "source", "add-server", "postgresql", "--name", "Shop", *shop)[0] == 0
    monkeypatch.setenv("BENCHBOARD_SOURCE_PASSWORD", PASSWORD)
    assert _run(capsys, "source", "password", "Shop")[0] == 0
    assert _run(capsys, "source", "test", "Shop")[0] == 1
    monkeypatch.setenv("BENCHBOARD_SOURCE_PASSWORD", pg_server.password)
    assert _run(capsys, "source", "password", "Shop")[0] == 0
    assert _run(capsys, "source", "test", "Shop")[0] == 0
