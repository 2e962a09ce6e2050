"""Images for tests, made of bytes: valid and invalid ones."""

import struct
import zlib


def chunk(name: bytes, body: bytes) -> bytes:
    """One part of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, colour: tuple[int, int, int] = (200, 30, 30), *extra: bytes) -> bytes:
    """A PNG of one colour; `extra` parts stand before its pixels."""
    rows = (b"\0" + bytes(colour) * width) * height
    return claimed(width, height, zlib.compress(rows, 9), *extra)


def claimed(width: int, height: int, packed: bytes, *extra: bytes) -> bytes:
    """A PNG that says it has this size, whatever its pixels are."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), *extra, chunk(b"IDAT", packed), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg(width: int, height: int, *, scans: int = 1, end: bytes = b"\xff\xd9") -> bytes:
    """The frame of a JPEG, without a picture in it."""
    size = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    return b"\xff\xd8\xff\xe0\x00\x04ab" + size + b"\xff\xda\x00\x02\x00" * scans + end


def webp(width: int, height: int, *, moving: bool = False) -> bytes:
    """The frame of an extended WebP, without a picture in it."""
    body = bytes([2 if moving else 0, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    whole = b"WEBPVP8X" + struct.pack("<I", 10) + body
    return b"RIFF" + struct.pack("<I", len(whole)) + whole
