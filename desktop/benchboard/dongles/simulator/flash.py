"""A simulated dongle's flash memory: a page for its identity, and two slots for what changes.

The valid slot with the higher sequence counts. The other one is erased, its payload written, and its header last, so
that a loss of power at any byte leaves one valid slot. docs/protocol.md, section 6, has the layout.
"""

import errno
import os
import struct
import zlib
from pathlib import Path
from typing import Final

from benchboard import file_ownership
from benchboard.errors import Invalid
from benchboard.i18n import _

FLASH_FOLDER: Final = "simulated"
"""The folder of the flash files, in the home folder."""
PAGE: Final = 4096
IMAGE: Final = 3 * PAGE
_IDENTITY: Final = struct.Struct(">4s32sI")
_HEADER: Final = struct.Struct(">4sIII")
_IDENTITY_MAGIC: Final = b"BBI1"
_SLOT_MAGIC: Final = b"BBS1"


class PowerCut(Exception):
    """The simulated power supply failed during a write. The dongle must be rebuilt from its flash."""


class Flash:
    """Three pages in memory and, if `path` is given, in a file that is written in the same order."""

    def __init__(self, image: bytes | None = None, *, path: Path | None = None) -> None:
        """Start with `image`, else the file's content, else erased. Raises `Invalid` (`simulator.image`) for a wrong
        size, or something other than an ordinary file, and `OSError`."""
        if image is None:
            image = _content(path) if path is not None else b""
        if len(image) not in (0, IMAGE):
            raise _no_image(path)
        self._image = bytearray(image or b"\xff" * IMAGE)
        self._path = path
        self.cut_after: int | None = None  # bytes until the power fails; tests set it
        if path is not None and not image:
            # It holds a private key, if only a simulated dongle's.
            path.touch(mode=0o600)
            path.write_bytes(self._image)

    @property
    def image(self) -> bytes:
        """All bytes, as a dongle built from them would read them."""
        return bytes(self._image)

    def identity(self) -> bytes | None:
        """The identity key's Ed25519 seed (32 bytes), None if none was written completely."""
        magic, seed, crc = _IDENTITY.unpack_from(self._image, 0)
        return seed if magic == _IDENTITY_MAGIC and crc == zlib.crc32(seed) else None

    def write_identity(self, seed: bytes) -> None:
        """Write the seed, once in a dongle's life. Raises `PowerCut`, OSError."""
        self._write(0, _IDENTITY.pack(_IDENTITY_MAGIC, seed, zlib.crc32(seed)))
        self._sync()

    def load(self) -> bytes | None:
        """The payload of the newest valid slot, None without a valid one."""
        newest = max(self._slots(), default=None)
        return None if newest is None else newest[2]

    def save(self, payload: bytes) -> None:
        """Replace the payload, atomically. Raises `PowerCut`, OSError, ValueError for one longer than a slot."""
        if len(payload) > PAGE - _HEADER.size:
            raise ValueError("a payload longer than a slot")
        newest = max(self._slots(), default=(0, 2, b""))
        sequence, page = newest[0] + 1, 3 - newest[1]
        start = page * PAGE
        crc = zlib.crc32(struct.pack(">II", sequence, len(payload)) + payload)
        self._write(start, b"\xff" * PAGE)
        self._write(start + _HEADER.size, payload)
        self._sync()
        self._write(start, _HEADER.pack(_SLOT_MAGIC, sequence, len(payload), crc))
        self._sync()

    def _slots(self) -> list[tuple[int, int, bytes]]:
        """The valid slots as (sequence, page, payload)."""
        found = []
        for page in (1, 2):
            start = page * PAGE
            magic, sequence, length, crc = _HEADER.unpack_from(self._image, start)
            if magic != _SLOT_MAGIC or length > PAGE - _HEADER.size:
                continue
            payload = bytes(self._image[start + _HEADER.size : start + _HEADER.size + length])
            if crc == zlib.crc32(struct.pack(">II", sequence, length) + payload):
                found.append((sequence, page, payload))
        return found

    def _write(self, offset: int, data: bytes) -> None:
        cut = self.cut_after is not None and len(data) > self.cut_after
        if self.cut_after is not None:
            data = data[: self.cut_after]
            self.cut_after -= len(data)
        self._image[offset : offset + len(data)] = data
        if self._path is not None:
            with self._path.open("r+b") as file:
                file.seek(offset)
                file.write(data)
        if cut:
            raise PowerCut

    def _sync(self) -> None:
        if self._path is not None:
            with self._path.open("rb") as file:
                os.fsync(file.fileno())


def _content(path: Path) -> bytes:
    """The content of a memory file; empty if there is none."""
    try:
        return file_ownership.read_ordinary(path)
    except FileNotFoundError:
        return b""
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.EISDIR):
            raise _no_image(path) from error
        raise


def _no_image(path: Path | None) -> Invalid:
    return Invalid(
        "simulator.image",
        _("{file} isn't a simulated dongle's memory file.").format(file=path or ""),
        do=_("Move the file elsewhere. The dongle then gets a new identity."),
    )
