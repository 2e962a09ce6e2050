"""Secrets in 0600 files: whole, private, and never anew over what exists."""

import os
import resource
import signal
import stat
from pathlib import Path

import pytest

from benchboard.errors import Unavailable
from benchboard.identity.keys import BesideDataKeys
from benchboard.vault import Vault


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    return Vault(tmp_path / "home")


def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "vault"


def test_a_secret_comes_back_as_it_was_put(vault: Vault) -> None:
    assert vault.get("database.benchboard") is None
    assert vault.where("database.benchboard") is None
    for secret in (bytes(range(256)), b"", b"second"):
        assert vault.put("database.benchboard", secret) == "file"
        assert vault.get("database.benchboard") == secret
    assert vault.where("database.benchboard") == "file"
    assert vault.get("database.demo") is None


def test_files_are_their_owners_alone_whatever_the_umask(vault: Vault, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        vault.put("database.benchboard", b"secret")
    finally:
        os.umask(before)
    files = list(folder(tmp_path).iterdir())
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600]
    assert stat.S_IMODE(folder(tmp_path).stat().st_mode) == 0o700


def test_a_full_disk_is_said_and_leaves_nothing(vault: Vault, tmp_path: Path) -> None:
    vault.put("a", b"1")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, before[1]))
        with pytest.raises(Unavailable, match="Keys cannot be kept") as full:
            vault.put("a", b"2" * 32)
        with pytest.raises(Unavailable, match="Keys cannot be kept"):
            BesideDataKeys(tmp_path / "u.datakeys").create("b")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    assert full.value.code == "vault.unwritable"
    assert vault.get("a") == b"1"
    assert [file.name for file in folder(tmp_path).iterdir()] == ["a.key"]
    assert not list(tmp_path.glob("u.datakeys*"))


def test_a_draft_laid_in_wait_gets_no_secret(tmp_path: Path) -> None:
    """Beside a plain file, in a folder of everybody's, somebody may have put a link under the draft's name."""
    (tmp_path / f"u.datakeys.{os.getpid()}.tmp").symlink_to(tmp_path / "theirs")
    kept = BesideDataKeys(tmp_path / "u.datakeys")
    kept.create("a")
    assert not (tmp_path / "theirs").exists()
    assert stat.S_IMODE((tmp_path / "u.datakeys").stat().st_mode) == 0o600
    assert not (tmp_path / "u.datakeys").is_symlink()


def test_no_draft_is_left_behind(vault: Vault, tmp_path: Path) -> None:
    vault.put("a", b"1")
    vault.put("a", b"2")
    assert [file.name for file in folder(tmp_path).iterdir()] == ["a.key"]


def test_forgetting_is_complete_and_may_be_repeated(vault: Vault, tmp_path: Path) -> None:
    vault.put("session.1", b"token")
    for _ in range(2):
        vault.delete("session.1")
    assert vault.get("session.1") is None
    assert list(folder(tmp_path).iterdir()) == []


def test_a_secret_that_cannot_be_read_is_unavailable_not_absent(vault: Vault, tmp_path: Path) -> None:
    vault.put("a", b"1")
    file = folder(tmp_path) / "a.key"
    file.unlink()
    file.mkdir()  # root reads any file, so a folder stands for what cannot be read
    with pytest.raises(Unavailable) as refused:
        vault.get("a")
    assert refused.value.code == "vault.unreadable"


def test_what_the_keyring_holds_and_does_not_give_out_is_unavailable(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A marker says that the keyring has it; here there is none to ask."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    folder(tmp_path).mkdir(parents=True)
    (folder(tmp_path) / "database.benchboard.in-keyring").touch()
    assert vault.where("database.benchboard") == "keyring"
    with pytest.raises(Unavailable) as refused:
        vault.get("database.benchboard")
    assert refused.value.code == "vault.keyring"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    (tmp_path / "home").write_text("a file stands where the folder should")
    with pytest.raises(Unavailable) as refused:
        Vault(tmp_path / "home").put("a", b"1")
    assert refused.value.code == "vault.unwritable"


@pytest.mark.parametrize("name", ["", "../a", "a/b", "A", ".hidden", "a\0", "a" * 200])
def test_a_name_is_a_name_and_no_path(vault: Vault, name: str) -> None:
    with pytest.raises(ValueError, match="not a vault name"):
        vault.get(name)
