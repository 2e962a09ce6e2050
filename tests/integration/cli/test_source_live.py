"""`benchboard source add-live`: the signals of a registered dongle's bus as a data source."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, select

from benchboard.cli.main import main
from benchboard.storage.models.base import new_id
from benchboard.storage.models.dongles import Dongle
from benchboard.storage.models.identity import Organisation

DBC = 'VERSION ""\nBU_: A\nBO_ 201 Motor: 8 A\n SG_ Speed : 0|16@1+ (1,0) [0|3000] "rpm" A\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'bench.db'}")
    assert main(["db", "upgrade"]) == 0
    (tmp_path / "motor.dbc").write_text(DBC)
    return tmp_path


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(list(arguments))
    said = capsys.readouterr()
    return status, said.out, said.err


def test_add_live_of_a_registered_dongle_is_listed_as_not_connected(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = str(home / "motor.dbc")
    status, _out, err = _run(capsys, "source", "add-live", "000000000000ab12", "--name", "Line", "--database", database)
    assert (status, "dongle" in err) == (1, True), err
    assert _run(capsys, "source", "list")[0] == 0
    engine = create_engine(f"sqlite:///{home / 'bench.db'}")
    with engine.begin() as connection:
        organisation = connection.scalar(select(Organisation.id))
        connection.execute(
            insert(Dongle).values(
                id=new_id(),
                organisation_id=organisation,
                device_id="000000000000ab12",
                name="Belt",
                identity_kind="observed",
            )
        )
    engine.dispose()
    status, _out, err = _run(
        capsys, "source", "add-live", "000000000000ab12", "--name", "Line", "--database", "gone.dbc"
    )
    assert (status, "gone.dbc" in err) == (1, True), err
    status, out, err = _run(
        capsys, "source", "add-live", "000000000000ab12", "--name", "Line", "--database", database, "--json"
    )
    assert status == 0, err
    assert json.loads(out)["tables"] == ["signals"]
    status, out, err = _run(capsys, "source", "show", "Line")
    assert status == 0, err
    assert "Not connected" in out
    assert "Belt" in out
    status, _out, err = _run(capsys, "query", "run", "--source", "Line", "SELECT * FROM signals")
    assert (status, "Connect the dongle and open its live bus." in err) == (1, True), err
    status, _out, err = _run(capsys, "source", "refresh", "Line")
    assert (status, "come by themselves" in err) == (1, True), err
