"""What thumbnails draw is kept encrypted, for one account, and only in the small form that they need."""

from pathlib import Path

import pytest

from benchboard.dashboards import thumbnail_data
from benchboard.dashboards.thumbnail_data import FULL, MAX_POINTS, ShownData, in_percent
from benchboard.vault import Vault

HERE = ("local", "", "org", "me")
PAGE = {"orders": ShownData("€ 4 070"), "line": ShownData(series=((0, None, FULL), (50, 50, 50)))}


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")


def test_thumbnail_data_are_read_back_by_their_account_alone(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    assert thumbnail_data.load(tmp_path, vault, HERE) == {}
    thumbnail_data.save(tmp_path, vault, HERE, {"shop": PAGE})
    thumbnail_data.save(
        tmp_path, vault, HERE, {"wall": {"pie": ShownData(series=((60, 40),), colours=(3, -1))}, "shop": PAGE}
    )
    read = thumbnail_data.load(tmp_path, vault, HERE)
    assert (read["shop"], read["wall"]["pie"]) == (PAGE, ShownData(series=((60, 40),), colours=(3, -1)))
    assert thumbnail_data.load(tmp_path, vault, ("local", "", "org", "you")) == {}
    (file,) = (tmp_path / "open").glob("*.bbt")
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"4 070" not in file.read_bytes()
    file.write_bytes(b"BBJ")
    assert thumbnail_data.load(tmp_path, vault, HERE) == {}
    thumbnail_data.save(tmp_path, vault, HERE, {"shop": PAGE})
    thumbnail_data.save(tmp_path, vault, HERE, {"shop": {}})
    assert thumbnail_data.load(tmp_path, vault, HERE) == {}, "it shows nothing any more"


def test_thumbnail_data_of_dashboards_that_are_gone_are_deleted(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    thumbnail_data.sweep(tmp_path, vault, HERE, lambda _keys: set())
    thumbnail_data.save(tmp_path, vault, HERE, {"shop": PAGE, "gone": PAGE})
    thumbnail_data.sweep(tmp_path, vault, HERE, lambda keys: keys - {"gone"})
    assert thumbnail_data.load(tmp_path, vault, HERE).keys() == {"shop"}


@pytest.mark.parametrize(
    "raw",
    [
        None,
        3,
        ["text"],
        ["text", [3], []],
        ["text", [["x"]], []],
        ["text", [[FULL + 1]], []],
        ["text", [], ["x"]],
        ["text", [], [999]],
        [3, [], []],
        ["", []],
    ],
)
def test_thumbnail_data_that_are_not_ours_are_left_out(tmp_path: Path, raw: object) -> None:
    vault = Vault(tmp_path)
    thumbnail_data.save(tmp_path, vault, HERE, {"shop": PAGE})
    file = thumbnail_data._file(tmp_path, vault, HERE)
    with file.locked("{folder}"):
        file.write({"shop": {"bad": raw, "good": ["5", [], []]}, "wall": raw})
    assert thumbnail_data.load(tmp_path, vault, HERE) == {"shop": {"good": ShownData("5")}, "wall": {}}


def test_values_in_percent_keep_gaps_and_both_ends() -> None:
    assert in_percent([[0.0, None, 5.0, 10.0]], 0.0, 10.0) == ((0, None, 50, 100),)
    (many,) = in_percent([[float(k) for k in range(1_000)]], 0.0, 999.0)
    assert (len(many), many[0], many[-1]) == (MAX_POINTS, 0, FULL)
    assert in_percent([[7.0, 7.0]], 7.0, 7.0) == ((0, 0),), "all values are the same"
