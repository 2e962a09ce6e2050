"""A file is written whole or not at all."""

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchboard import atomic_write
from benchboard.atomic_write import create_atomically, write_atomically


def test_write_whole_over_an_existing_file_replaces_it_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    path.write_bytes(b"old and longer")
    write_atomically(path, b"\x89PNG\r\n\n")
    assert path.read_bytes() == b"\x89PNG\r\n\n"
    assert list(tmp_path.iterdir()) == [path]


def test_write_whole_where_a_link_has_the_temporary_name_follows_it_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, elsewhere = tmp_path / "key", tmp_path / "elsewhere"
    elsewhere.write_bytes(b"theirs")
    monkeypatch.setattr(atomic_write.os, "urandom", bytes)
    (tmp_path / f".benchboard-{'00' * 8}.tmp").symlink_to(elsewhere)
    with pytest.raises(FileExistsError):
        write_atomically(path, b"secret", mode=0o600)
    assert elsewhere.read_bytes() == b"theirs"
    assert not path.exists()


def test_write_whole_with_a_mode_makes_a_file_of_that_mode(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_atomically(path, b"secret", mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_write_whole_with_the_longest_name_a_file_can_have_writes_it(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_atomically(path, b"content")
    assert path.read_bytes() == b"content"


def test_write_whole_from_several_threads_never_shows_a_part(tmp_path: Path) -> None:
    path, writers, rounds = tmp_path / "settings.json", 4, 100
    write_atomically(path, b"0" * 100_000)
    begin, ended = threading.Barrier(writers + 1), threading.Event()

    def write(digit: bytes) -> None:
        begin.wait()
        for _ in range(rounds):
            write_atomically(path, digit * 100_000)

    def torn_reads() -> int:
        begin.wait()
        torn = 0
        while not ended.is_set():
            content = path.read_bytes()
            torn += len(content) != 100_000 or len(set(content)) != 1
        return torn

    with ThreadPoolExecutor(writers + 1) as pool:
        reader = pool.submit(torn_reads)
        writing = [pool.submit(write, str(number).encode()) for number in range(writers)]
        try:
            for one in writing:
                one.result()
        finally:
            ended.set()
        assert reader.result() == 0
    assert list(tmp_path.iterdir()) == [path]


def test_write_whole_over_a_folder_raises_and_leaves_no_draft(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    (taken / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        write_atomically(taken, b"new")
    assert list(tmp_path.iterdir()) == [taken]


def test_create_whole_where_a_file_exists_raises_and_leaves_it(tmp_path: Path) -> None:
    path = tmp_path / "key"
    create_atomically(path, b"first", mode=0o600)
    with pytest.raises(FileExistsError):
        create_atomically(path, b"second", mode=0o600)
    assert path.read_bytes() == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_create_whole_without_hard_links_creates_or_raises_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_paths: object) -> None:
        raise PermissionError(1, "Operation not permitted")  # what Linux answers on FAT

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "key"
    create_atomically(path, b"first")
    with pytest.raises(FileExistsError):
        create_atomically(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_create_whole_from_several_threads_succeeds_once(tmp_path: Path) -> None:
    begin = threading.Barrier(4)

    def create(number: int) -> bool:
        begin.wait()
        try:
            create_atomically(tmp_path / "key", str(number).encode())
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        created = list(pool.map(create, range(4)))
    assert sum(created) == 1
    assert (tmp_path / "key").read_bytes() == str(created.index(True)).encode()
