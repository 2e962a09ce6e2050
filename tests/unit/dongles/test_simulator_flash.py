"""A simulated dongle's flash memory: its limits, its file, and which of the two slots counts."""

import os
import struct
import zlib
from pathlib import Path

import pytest

from benchboard.dongles.simulator.flash import IMAGE, PAGE, Flash, PowerCut
from benchboard.errors import Invalid


def test_flash_of_a_new_file_is_erased_private_and_as_large_as_three_pages(tmp_path: Path) -> None:
    path = tmp_path / "new.flash"
    flash = Flash(path=path)
    assert (flash.identity(), flash.load()) == (None, None)
    assert path.read_bytes() == flash.image == b"\xff" * 3 * 4096
    assert path.stat().st_mode & 0o777 == 0o600


def test_flash_file_holds_what_was_written_after_every_write(tmp_path: Path) -> None:
    path = tmp_path / "kept.flash"
    flash = Flash(path=path)
    flash.write_identity(bytes(range(32)))
    for number in range(5):
        flash.save(b"payload %d" % number)
        again = Flash(path=path)
        assert (again.identity(), again.load()) == (bytes(range(32)), b"payload %d" % number)
        assert again.image == flash.image
    assert sorted(one.name for one in tmp_path.iterdir()) == ["kept.flash"]


@pytest.mark.parametrize("size", [1, IMAGE - 1, IMAGE + 1])
def test_flash_of_another_size_is_refused_and_left_alone(tmp_path: Path, size: int) -> None:
    path = tmp_path / "other.flash"
    path.write_bytes(bytes(size))
    with pytest.raises(Invalid) as caught:
        Flash(path=path)
    assert caught.value.code == "simulator.image"
    assert path.read_bytes() == bytes(size)


def test_save_takes_a_payload_that_fills_its_slot_and_no_longer_one() -> None:
    flash = Flash()
    flash.save(bytes(PAGE - 16))
    assert flash.load() == bytes(PAGE - 16)
    before = flash.image
    with pytest.raises(ValueError, match="longer"):
        flash.save(bytes(PAGE - 15))
    assert flash.image == before


def slot(sequence: int, payload: bytes) -> bytes:
    """A slot as docs/protocol.md, section 6 has it."""
    crc = zlib.crc32(struct.pack(">II", sequence, len(payload)) + payload)
    return (b"BBS1" + struct.pack(">III", sequence, len(payload), crc) + payload).ljust(PAGE, b"\xff")


@pytest.mark.parametrize(
    ("first", "second", "loaded"),
    [
        (slot(1, b"one"), slot(2, b"two"), b"two"),
        (slot(3, b"one"), slot(2, b"two"), b"one"),
        (slot(9, b"one"), slot(10, b"two"), b"two"),
        (slot(1, b"one"), b"\xff" * PAGE, b"one"),
        (slot(1, b"one"), slot(2, b"two")[:-1] + b"x", b"two"),  # behind the payload
        (slot(1, b"one"), slot(2, b"two").replace(b"two", b"twx"), b"one"),
        (slot(1, b"one"), slot(2, b"two").replace(b"BBS1", b"BBS2"), b"one"),
        (slot(1, b"one"), b"BBS1" + struct.pack(">III", 2, PAGE, 0).ljust(PAGE - 4, b"\xff"), b"one"),
        (b"\xff" * PAGE, b"\xff" * PAGE, None),
    ],
)
def test_load_takes_the_valid_slot_with_the_higher_sequence(first: bytes, second: bytes, loaded: bytes | None) -> None:
    assert Flash(bytes(PAGE) + first + second).load() == loaded


def test_identity_is_whole_or_none_whatever_byte_the_power_fails_at() -> None:
    seed = bytes(range(1, 33))
    for cut in range(41):
        flash = Flash()
        flash.cut_after = cut
        if cut < 40:
            with pytest.raises(PowerCut):
                flash.write_identity(seed)
            assert Flash(flash.image).identity() is None
        else:
            flash.write_identity(seed)
            assert Flash(flash.image).identity() == seed
    assert Flash(flash.image).image[:4] == b"BBI1"
    assert zlib.crc32(seed).to_bytes(4, "big") == flash.image[36:40]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_flash_that_is_a_pipe_or_a_folder_is_refused_at_once(tmp_path: Path) -> None:
    """A pipe was waited for without end."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(Invalid, match="isn't a simulated dongle's memory file"):
            Flash(path=tmp_path / name)
