"""Secrets in private files, never overwritten by another program."""

import multiprocessing
import os
import resource
import shutil
import signal
import stat
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from benchboard import home_folder
from benchboard.errors import Unavailable
from benchboard.identity.keys import FileDataKeys
from benchboard.vault import Vault


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    return Vault(tmp_path / "home")


def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "vault"


def test_get_after_put_returns_the_secret(vault: Vault) -> None:
    assert vault.get("database.benchboard") is None
    assert vault.where("database.benchboard") is None
    for secret in (bytes(range(256)), b"", b"second"):
        assert vault.put("database.benchboard", secret) == "file"
        assert vault.get("database.benchboard") == secret
    assert vault.where("database.benchboard") == "file"
    assert vault.get("database.demo") is None


def test_put_with_an_open_umask_writes_private_files(vault: Vault, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        vault.put("database.benchboard", b"secret")
    finally:
        os.umask(before)
    files = list(folder(tmp_path).iterdir())
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600]
    assert stat.S_IMODE(folder(tmp_path).stat().st_mode) == 0o700


def test_create_where_nothing_is_stored_stores_the_secret(vault: Vault) -> None:
    assert vault.create("database.benchboard", b"first") == b"first"
    assert vault.get("database.benchboard") == b"first"
    assert vault.where("database.benchboard") == "file"


def test_create_where_a_secret_is_stored_answers_that_one(vault: Vault, tmp_path: Path) -> None:
    vault.put("database.benchboard", b"first")
    folder(tmp_path).chmod(0o500)  # nothing is written to find that there is one
    assert vault.create("database.benchboard", b"second") == b"first"
    assert vault.get("database.benchboard") == b"first"


def _create_all(home: Path, number: int, meeting: Barrier, answers: "Queue[list[str]]") -> None:
    """Create thirty keys, each when every other program is about to create the same one."""
    vault, created = Vault(home), []
    for name in range(30):
        meeting.wait(timeout=60)
        created.append(vault.create(f"key.{name}", f"{number}.{name}".encode()).decode())
    answers.put(created)


def test_create_in_several_programs_at_once_stores_one_secret_for_all(vault: Vault, tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    meeting, answers = spawn.Barrier(4), spawn.Queue()
    programs = [spawn.Process(target=_create_all, args=(tmp_path / "home", n, meeting, answers)) for n in range(4)]
    for program in programs:
        program.start()
    got = [answers.get(timeout=60) for _ in programs]
    for program in programs:
        program.join(timeout=60)
    stored = [(vault.get(f"key.{name}") or b"").decode() for name in range(30)]
    assert all(value.endswith(f".{name}") for name, value in enumerate(stored))
    assert got == [stored] * 4


_OPEN_TO_OTHERS = [("", 0o770), ("", 0o707), ("vault", 0o750), ("vault", 0o705), ("vault/a.key", 0o640)]


@pytest.mark.parametrize(("path", "mode"), [*_OPEN_TO_OTHERS, ("vault/a.key", 0o602)])
def test_get_where_others_may_reach_the_key_is_refused(vault: Vault, tmp_path: Path, path: str, mode: int) -> None:
    vault.put("a", b"1")
    (tmp_path / "home" / path).chmod(mode)
    with pytest.raises(Unavailable) as refused:
        vault.get("a")
    assert refused.value.code == "vault.unsafe"
    assert str(tmp_path / "home" / path) in refused.value.what
    assert "chmod go-" in refused.value.do
    (tmp_path / "home" / path).chmod(mode & 0o700)
    assert vault.get("a") == b"1"


@pytest.mark.parametrize(("path", "mode"), _OPEN_TO_OTHERS[:-1])
def test_put_and_create_where_others_may_reach_the_key_are_refused(
    vault: Vault, tmp_path: Path, path: str, mode: int
) -> None:
    folder(tmp_path).mkdir(parents=True, mode=0o700)
    (tmp_path / "home" / path).chmod(mode)
    for store in (vault.put, vault.create):
        with pytest.raises(Unavailable) as refused:
            store("a", b"1")
        assert refused.value.code == "vault.unsafe"
    assert list(folder(tmp_path).iterdir()) == []


def test_get_in_a_home_that_others_may_only_read_answers_the_key(vault: Vault, tmp_path: Path) -> None:
    vault.put("a", b"1")
    (tmp_path / "home").chmod(0o755)
    assert vault.get("a") == b"1"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another account")
@pytest.mark.parametrize("path", ["", "vault", "vault/a.key"])
def test_get_of_a_key_that_another_account_planted_is_refused(vault: Vault, tmp_path: Path, path: str) -> None:
    vault.put("a", b"1")
    os.chown(tmp_path / "home" / path, 65534, 65534)
    with pytest.raises(Unavailable) as refused:
        vault.get("a")
    assert refused.value.code == "vault.unsafe"
    assert "belongs to another account" in refused.value.why


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a link to another account")
@pytest.mark.parametrize("path", ["home", "home/vault"])
def test_get_through_a_linked_folder_is_refused_unless_it_is_ones_own(vault: Vault, tmp_path: Path, path: str) -> None:
    vault.put("a", b"1")
    (tmp_path / path).rename(tmp_path / "elsewhere")
    (tmp_path / path).symlink_to(tmp_path / "elsewhere")
    assert vault.get("a") == b"1"
    os.chown(tmp_path / path, 65534, 65534, follow_symlinks=False)
    with pytest.raises(Unavailable) as refused:
        vault.get("a")
    assert refused.value.code == "vault.unsafe"


def test_put_without_a_home_makes_a_private_one(vault: Vault, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        vault.put("a", b"1")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_put_after_the_home_was_removed_says_so_and_makes_no_other(vault: Vault, tmp_path: Path) -> None:
    vault.put("a", b"1")
    shutil.rmtree(tmp_path / "home")
    for act in (lambda: vault.put("b", b"1"), lambda: vault.create("b", b"1")):
        with pytest.raises(Unavailable) as refused:
            act()
        assert refused.value.code == "vault.home-gone"
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("mode", [0o644, 0o600])
@pytest.mark.parametrize("name", ["home", "vault"])
def test_vault_or_home_that_is_a_file_is_to_be_moved_away(vault: Vault, tmp_path: Path, name: str, mode: int) -> None:
    path = tmp_path / "home" if name == "home" else folder(tmp_path)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch()
    path.chmod(mode)
    for act in (lambda: vault.get("a"), lambda: vault.put("a", b"1"), lambda: vault.create("a", b"1")):
        with pytest.raises(Unavailable) as refused:
            act()
        assert refused.value.code == "vault.no-folder"
        do = "Set BENCHBOARD_HOME to a folder" if name == "home" else "Move it away"
        assert str(refused.value) == f"{path} must be a folder. It's a file. {do}. Nothing was changed."


def test_put_on_a_full_disk_raises_unwritable_and_leaves_nothing(vault: Vault, tmp_path: Path) -> None:
    vault.put("a", b"1")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, before[1]))
        with pytest.raises(Unavailable, match="Can't save keys") as full:
            vault.put("a", b"2" * 32)
        with pytest.raises(Unavailable, match="Can't save keys"):
            FileDataKeys(tmp_path / "u.datakeys").create("b")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    assert full.value.code == "vault.unwritable"
    assert full.value.do.startswith("Free up disk space")
    assert vault.get("a") == b"1"
    assert [file.name for file in folder(tmp_path).iterdir()] == ["a.key"]
    assert not list(tmp_path.glob("u.datakeys*"))


def test_put_over_a_secret_leaves_no_draft(vault: Vault, tmp_path: Path) -> None:
    vault.put("a", b"1")
    vault.put("a", b"2")
    assert [file.name for file in folder(tmp_path).iterdir()] == ["a.key"]


def test_delete_repeated_leaves_nothing(vault: Vault, tmp_path: Path) -> None:
    vault.put("session.1", b"token")
    for _ in range(2):
        vault.delete("session.1")
    assert vault.get("session.1") is None
    assert list(folder(tmp_path).iterdir()) == []


def test_get_of_an_unreadable_file_raises_unreadable(vault: Vault, tmp_path: Path) -> None:
    vault.put("a", b"1")
    file = folder(tmp_path) / "a.key"
    file.unlink()
    file.mkdir(mode=0o700)  # root reads any file, so a folder stands for what cannot be read
    with pytest.raises(Unavailable) as refused:
        vault.get("a")
    assert refused.value.code == "vault.unreadable"


def test_get_from_a_keyring_that_fails_raises_unavailable(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A marker says that the keyring has it; here there is none to ask."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    folder(tmp_path).mkdir(parents=True, mode=0o700)
    (folder(tmp_path) / "database.benchboard.in-keyring").touch()
    assert vault.where("database.benchboard") == "keyring"
    with pytest.raises(Unavailable) as refused:
        vault.get("database.benchboard")
    assert refused.value.code == "vault.keyring"


@pytest.mark.parametrize("name", ["", "../a", "a/b", "A", ".hidden", "a\0", "a" * 200])
def test_get_with_an_invalid_name_raises_value_error(vault: Vault, name: str) -> None:
    with pytest.raises(ValueError, match="not a vault name"):
        vault.get(name)


@pytest.mark.parametrize("mode", [0o600, 0o644])
@pytest.mark.parametrize("suffix", ["key", "in-keyring"])
@pytest.mark.parametrize(
    ("name", "do"),
    [
        ("session.00ff", "Move it away, then sign in again."),
        ("database.benchboard", "Move it away, and restore the key file from a backup."),
    ],
)
def test_get_where_a_file_of_the_key_is_a_link_is_refused_whatever_its_permissions(
    vault: Vault, tmp_path: Path, name: str, do: str, suffix: str, mode: int
) -> None:
    vault.put(name, b"first")
    other = tmp_path / "other"
    other.write_bytes(b"second")
    other.chmod(mode)
    link = folder(tmp_path) / f"{name}.{suffix}"
    link.unlink(missing_ok=True)
    link.symlink_to(other)
    with pytest.raises(Unavailable) as refused:
        vault.get(name)
    assert str(refused.value) == f"{link} must be a file. It's a link. {do}"


@pytest.mark.parametrize("path", ["home", "home/vault"])
def test_linked_folder_that_others_may_reach_gets_no_command_that_would_change_its_target(
    vault: Vault, tmp_path: Path, path: str
) -> None:
    vault.put("a", b"1")
    (tmp_path / path).rename(tmp_path / "elsewhere")
    (tmp_path / path).symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").chmod(0o777)
    with pytest.raises(Unavailable) as refused:
        vault.get("a")
    assert refused.value.code == "vault.unsafe"
    assert "chmod" not in refused.value.do
    assert f"It's a link to {tmp_path / 'elsewhere'}" in refused.value.do


def test_sign_in_that_cannot_be_read_advises_to_sign_in_again(vault: Vault) -> None:
    vault.put("session.00ff", b"token")
    vault.file("session.00ff").unlink()
    vault.file("session.00ff").mkdir(mode=0o700)
    with pytest.raises(Unavailable, match=r"Move it away, then sign in again\.$"):
        vault.get("session.00ff")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_get_where_the_key_file_is_a_pipe_is_refused_and_does_not_wait(vault: Vault, tmp_path: Path) -> None:
    vault.put("database.benchboard", b"first")
    pipe = vault.file("database.benchboard")
    pipe.unlink()
    os.mkfifo(pipe, 0o600)
    with pytest.raises(Unavailable, match=r"It isn't an ordinary file\. Move it away") as refused:
        vault.get("database.benchboard")
    assert str(pipe) in refused.value.what
    os.mkfifo(tmp_path / "home" / "benchboard.lock", 0o600)
    with pytest.raises(Unavailable, match="must be a file"), home_folder.locked(tmp_path / "home"):
        pass


def test_home_with_a_link_as_its_lock_is_refused_and_makes_no_file_elsewhere(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir(mode=0o700)
    (home / "benchboard.lock").symlink_to(elsewhere)
    with pytest.raises(Unavailable, match=r"must be a file\. It's a link\. Move it away"), home_folder.locked(home):
        pass
    assert not elsewhere.exists()
