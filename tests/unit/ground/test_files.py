"""Files are whole or not there."""

import os
import stat
from pathlib import Path

import pytest

from benchboard.files import write_whole


def test_a_file_takes_the_place_of_the_old_one_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    path.write_bytes(b"old and longer")
    write_whole(path, b"\x89PNG\r\n\n")
    assert path.read_bytes() == b"\x89PNG\r\n\n"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_private_is_so_and_follows_no_link(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "key", tmp_path / "elsewhere"
    elsewhere.write_bytes(b"theirs")
    (tmp_path / f".key.{os.getpid()}.tmp").symlink_to(elsewhere)
    write_whole(path, b"secret", mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert elsewhere.read_bytes() == b"theirs"


def test_where_it_cannot_take_its_name_the_old_one_stays_and_no_draft(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    (taken / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        write_whole(taken, b"new")
    assert list(tmp_path.iterdir()) == [taken]
