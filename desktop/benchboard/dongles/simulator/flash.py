"""A dongle's flash: one page for its identity, two slots for everything that changes; the newer valid
slot counts.

A slot is erased, its payload written, and its header last, so that a loss of power at any byte leaves the
other slot. Header (16 bytes, big-endian): "BBS1", sequence, length, CRC-32 over sequence, length and
payload. docs/protocol.md has the layout.
"""

import os
import struct
import zlib
from pathlib import Path
from typing import Final

from benchboard.errors import Invalid
from benchboard.i18n import _

PAGE: Final = 4096
IMAGE: Final = 3 * PAGE
_IDENTITY: Final = struct.Struct(">4s32sI")
_HEADER: Final = struct.Struct(">4sIII")
_IDENTITY_MAGIC: Final = b"BBI1"
_SLOT_MAGIC: Final = b"BBS1"


class PowerCut(Exception):
    """The simulated supply failed in the middle of a write; only building the dongle anew goes on from
    here."""


class Flash:
    """Three pages in memory and, where `path` is given, in a file written in the same order."""

    def __init__(self, image: bytes | None = None, *, path: Path | None = None) -> None:
        """From `image`, else from the file, else erased. Raises `Invalid` (`simulator.image`) for a wrong
        size."""
        if image is None:
            image = path.read_bytes() if path is not None and path.exists() else b""
        if len(image) not in (0, IMAGE):
            raise Invalid(
                "simulator.image",
                _("{file} is not the memory of a simulated dongle.").format(file=path or ""),
                do=_("Move it away; the dongle then gets a new identity."),
            )
        self._image = bytearray(image or b"\xff" * IMAGE)
        self._path = path
        self.cut_after: int | None = None  # bytes that may still be written before the power fails; tests set it
        if path is not None and not image:
            # It holds a private key, if only a simulated one's.
            path.touch(mode=0o600)
            path.write_bytes(self._image)

    @property
    def image(self) -> bytes:
        """Every byte, as a new dongle would find it."""
        return bytes(self._image)

    def identity(self) -> bytes | None:
        """The Ed25519 seed (32 bytes), if one was ever written whole."""
        magic, seed, crc = _IDENTITY.unpack_from(self._image, 0)
        return seed if magic == _IDENTITY_MAGIC and crc == zlib.crc32(seed) else None

    def write_identity(self, seed: bytes) -> None:
        """Once in a dongle's life. Raises `PowerCut`, OSError."""
        self._write(0, _IDENTITY.pack(_IDENTITY_MAGIC, seed, zlib.crc32(seed)))
        self._sync()

    def load(self) -> bytes | None:
        """The payload of the newest valid slot; None if neither is."""
        newest = max(self._slots(), default=None)
        return None if newest is None else newest[2]

    def save(self, payload: bytes) -> None:
        """Replace the payload, whole or not at all. Raises `PowerCut`, OSError, ValueError for one that
        is too long."""
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
