"""A reader's selected values are stored encrypted, for one account and one dashboard, and only in the reader's own
data."""

import json
import os
from pathlib import Path

import pytest

from benchboard.dashboards.document.document import MAX_NAME, MAX_VALUES, parse_document
from benchboard.dashboards.variables import variable_state
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from benchboard.dashboards.variables.variable_state import Selections
from benchboard.errors import Unavailable
from benchboard.vault import Vault

HERE = ("local", "", "org", "me")
CHOSEN = {"shop": VariableChoice(("Kadıköy", "")), "state": VariableChoice(all=True), "city": VariableChoice()}


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")


def test_variable_state_is_restored_for_that_account_and_dashboard(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    variable_state.save(tmp_path, vault, HERE, "home", Selections(CHOSEN))
    variable_state.save(tmp_path, vault, HERE, "other", Selections({"shop": VariableChoice(("b",))}))
    assert variable_state.load(tmp_path, vault, HERE, "home").choices == CHOSEN
    assert variable_state.load(tmp_path, vault, HERE, "other").choices == {"shop": VariableChoice(("b",))}
    assert variable_state.load(tmp_path, vault, ("local", "", "org", "you"), "home").choices == {}
    variable_state.save(tmp_path, vault, HERE, "home", Selections({}))
    assert variable_state.load(tmp_path, vault, HERE, "home").choices == {}


def test_variable_state_file_is_encrypted_and_bound_to_its_account(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    variable_state.save(tmp_path, vault, HERE, "home", Selections(CHOSEN))
    (file,) = (tmp_path / "open").glob("*.bbc")
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.dumps("Kadıköy").strip('"').encode() not in file.read_bytes()
    theirs = variable_state._file(tmp_path, vault, ("other",)).path
    theirs.write_bytes(file.read_bytes())
    assert variable_state.load(tmp_path, vault, ("other",), "home").choices == {}


@pytest.mark.parametrize("broken", [b"", b"BBJ", b"x" * 900])
def test_variable_state_unreadable_file_reads_as_none_and_is_rewritten(tmp_path: Path, broken: bytes) -> None:
    vault = Vault(tmp_path)
    variable_state.save(tmp_path, vault, HERE, "home", Selections(CHOSEN))
    (file,) = (tmp_path / "open").glob("*.bbc")
    file.write_bytes(broken)
    assert variable_state.load(tmp_path, vault, HERE, "home").choices == {}
    variable_state.save(tmp_path, vault, HERE, "home", Selections(CHOSEN))
    assert variable_state.load(tmp_path, vault, HERE, "home").choices == CHOSEN


def test_variable_state_keeps_the_newest_within_limits(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    many = VariableChoice(tuple(str(k) for k in range(MAX_VALUES + 1)))
    variable_state.save(tmp_path, vault, HERE, "first", Selections({"a": VariableChoice(("1",)), "b": many}))
    assert variable_state.load(tmp_path, vault, HERE, "first").choices == {"a": VariableChoice(("1",))}
    for k in range(variable_state.MAX_DASHBOARDS):
        variable_state.save(tmp_path, vault, HERE, str(k), Selections({"a": VariableChoice(("1",))}))
    assert variable_state.load(tmp_path, vault, HERE, "first").choices == {}
    assert variable_state.load(tmp_path, vault, HERE, "0").choices != {}


def test_variable_state_too_large_entry_removes_no_other(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    variable_state.save(tmp_path, vault, HERE, "home", Selections(CHOSEN))
    values = VariableChoice(tuple(f"{k:0{MAX_NAME}}" for k in range(MAX_VALUES)))
    variable_state.save(tmp_path, vault, HERE, "large", Selections({f"v{k}": values for k in range(10)}))
    variable_state.save(tmp_path, vault, HERE, "too large", Selections({f"v{k}": values for k in range(20)}))
    assert variable_state.load(tmp_path, vault, HERE, "too large").choices == {}
    assert variable_state.load(tmp_path, vault, HERE, "home").choices == CHOSEN
    assert len(variable_state.load(tmp_path, vault, HERE, "large").choices) == 10
    variable_state.save(tmp_path, vault, HERE, "larger", Selections({f"v{k}": values for k in range(15)}))
    assert variable_state.load(tmp_path, vault, HERE, "large").choices == {}
    assert variable_state.load(tmp_path, vault, HERE, "home").choices == CHOSEN
    assert len(variable_state.load(tmp_path, vault, HERE, "larger").choices) == 15


@pytest.mark.parametrize("key", [b"", b"x" * 16, b"x" * 31, b"x" * 33])
def test_variable_state_key_of_wrong_length_is_rejected(tmp_path: Path, key: bytes) -> None:
    vault = Vault(tmp_path)
    variable_state.save(tmp_path, vault, HERE, "home", Selections(CHOSEN))
    vault.put("choices", key)
    with pytest.raises(Unavailable) as refused:
        variable_state.save(tmp_path, vault, HERE, "home", Selections(CHOSEN))
    assert refused.value.code == "sealed.key-damaged"
    assert str(len(key)) in refused.value.why
    assert variable_state.load(tmp_path, vault, HERE, "home").choices == {}


def test_variable_state_of_deleted_dashboards_is_removed(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    variable_state.sweep(tmp_path, vault, HERE, lambda _keys: set())
    for key in ("home", "there", "gone"):
        variable_state.save(tmp_path, vault, HERE, key, Selections(CHOSEN))
    variable_state.sweep(tmp_path, vault, HERE, lambda keys: keys - {"gone"})
    assert [bool(variable_state.load(tmp_path, vault, HERE, key).choices) for key in ("home", "there", "gone")] == [
        True,
        True,
        False,
    ]


def test_variable_state_unwritable_folder_raises_unavailable(tmp_path: Path) -> None:
    (tmp_path / "open").write_text("a file where the folder would be")
    with pytest.raises(Unavailable) as refused:
        variable_state.save(tmp_path, Vault(tmp_path), HERE, "home", Selections(CHOSEN))
    assert refused.value.code == "choices.unwritable"
    assert variable_state.load(tmp_path, Vault(tmp_path), HERE, "home").choices == {}


def test_variable_state_does_not_make_a_removed_home_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with pytest.raises(Unavailable) as refused:
        variable_state.save(home, Vault(home), HERE, "home", Selections(CHOSEN))
    assert refused.value.code == "choices.unwritable"
    assert not home.exists()


def test_changed_choices_equal_to_the_documents_are_left_out() -> None:
    shop = {"name": "shop", "type": "list", "values": ["a", "b"], "chosen": ["a"], "multiple": True}
    state = {**shop, "name": "state", "include_all": True, "all_chosen": True}
    said = {"format": "benchboard/dashboard", "version": 2, "variables": [shop, state], "items": []}
    document = parse_document(said)
    same = {"shop": VariableChoice(("a",)), "state": VariableChoice(all=True), "gone": VariableChoice(("x",))}
    assert variable_state.changed_choices(document, same) == {}
    other = {"shop": VariableChoice(("a", "b")), "state": VariableChoice(("a",))}
    assert variable_state.changed_choices(document, other) == other


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_variable_state_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    variable_state.save(tmp_path, vault, ["a"], "d", Selections({"shop": VariableChoice(("x",))}))
    (file,) = (tmp_path / "open").glob("*.bbc")
    file.unlink()
    os.mkfifo(file)
    assert variable_state.load(tmp_path, vault, ["a"], "d").choices == {}
    with pytest.raises(Unavailable, match="isn't an ordinary file"):
        variable_state.save(tmp_path, vault, ["a"], "d", Selections({}))
