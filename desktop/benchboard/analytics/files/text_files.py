"""A text file as UTF-8, which is what DuckDB reads: as it is, or decoded into a temporary file of this account's."""

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchboard.analytics.cancellation import CancelToken, query_cancelled
from benchboard.analytics.files.csv_dialect import codec, detect_encoding
from benchboard.analytics.files.formats import open_text_bytes, read_head
from benchboard.analytics.files.inspection_types import ReportProgress
from benchboard.analytics.files.scan import Encoding, FileScan, ReadOptions

_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Utf8File:
    """A file in UTF-8 with the content of another one; the beginning of it; and the encoding of that other one."""

    path: Path
    head: str
    encoding: Encoding
    compressed: bool

    def scan(self, scan: FileScan) -> FileScan:
        """The scan of this file in place of the other one."""
        options = replace(scan.options, encoding="utf-8", compressed=self.compressed)
        return replace(scan, path=self.path, format="csv", table="", files=(), options=options)


@contextmanager
def as_utf_8(
    path: Path,
    options: ReadOptions,
    cancel_token: CancelToken,
    progress: ReportProgress,
    *,
    scratch: Path | None = None,
    is_fixed: bool = True,
) -> Iterator[Utf8File]:
    """The file in UTF-8 while the block runs. Unless its encoding `is_fixed`, bytes further down that aren't UTF-8 can
    change it. Temporary files go into `scratch`. Raises `OSError` and `Cancelled`.
    """
    head = read_head(path)
    encoding: Encoding = options.encoding
    if encoding == "utf-8" and not is_fixed and head.isascii() and (odd := _odd_block(path, cancel_token, progress)):
        encoding = detect_encoding(odd)[0]
    text = head.decode(codec(replace(options, encoding=encoding), head), "replace")
    if encoding == "utf-8":
        yield Utf8File(path, text, encoding, options.compressed)
        return
    with tempfile.TemporaryDirectory(prefix="benchboard-", dir=scratch) as folder:
        decoded = Path(folder) / "decoded.csv"
        _decode(path, decoded, codec(replace(options, encoding=encoding), head), cancel_token, progress)
        yield Utf8File(decoded, text, encoding, compressed=False)


def _odd_block(path: Path, cancel_token: CancelToken, progress: ReportProgress) -> bytes:
    """The first block of the file that isn't UTF-8; nothing if all of them are."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for block in _blocks(path, cancel_token, progress):
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            return block
    return b""


def _decode(path: Path, target: Path, name: str, cancel_token: CancelToken, progress: ReportProgress) -> None:
    decoder = codecs.getincrementaldecoder(name)("replace")
    with target.open("xb") as written:
        for block in _blocks(path, cancel_token, progress):
            written.write(decoder.decode(block).encode())
        written.write(decoder.decode(b"", final=True).encode())


def _blocks(path: Path, cancel_token: CancelToken, progress: ReportProgress) -> Iterator[bytes]:
    total = path.stat().st_size
    done = 0
    with open_text_bytes(path) as file:
        while block := file.read(_BLOCK):
            if cancel_token.cancelled:
                raise query_cancelled()
            done += len(block)
            progress(min(done, total), total)
            yield block
