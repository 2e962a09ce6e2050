"""A text file as UTF-8, which is what DuckDB reads: as it is, or decoded into a temporary file of this account's."""

import codecs
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

from benchboard.analytics.cancellation import CancelToken, query_cancelled
from benchboard.analytics.files.csv_dialect import codec, detect_encoding
from benchboard.analytics.files.formats import open_text_bytes, read_head
from benchboard.analytics.files.inspection_types import ReportProgress
from benchboard.analytics.files.scan import Encoding, FileScan, ReadOptions

_BLOCK: Final = 1 << 20
_MOST_KNOWN: Final = 1_000
_mixed: Final[dict[tuple[Path, int, int, str], bool]] = {}
"""Which versions of files (size, time of the last change) have lines that end in two ways."""


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
    mixed = encoding == "utf-8" and file_has_mixed_endings(path, options.quote, cancel_token)
    if encoding == "utf-8" and not mixed:
        yield Utf8File(path, text, encoding, options.compressed)
        return
    with tempfile.TemporaryDirectory(prefix="benchboard-", dir=scratch) as folder:
        decoded = Path(folder) / "decoded.csv"
        name = "utf-8" if mixed else codec(replace(options, encoding=encoding), head)
        _decode(path, decoded, name, cancel_token, progress)
        with decoded.open("rb") as file:
            mixed = mixed or has_mixed_endings(file, options.quote, cancel_token)
        if mixed:
            decoded = _with_one_ending(decoded, cancel_token)
        yield Utf8File(decoded, text, encoding, compressed=False)


def file_has_mixed_endings(path: Path, quote: str, cancel_token: CancelToken | None = None) -> bool:
    """Whether lines of a file end in LF and in CR LF. Each of its versions is looked through once: that takes 1.5 s for
    1 GB."""
    stat = path.stat()
    key = path, stat.st_size, stat.st_mtime_ns, quote
    found = _mixed.get(key)
    if found is None:
        with open_text_bytes(path) as file:
            found = has_mixed_endings(file, quote, cancel_token)
        while len(_mixed) >= _MOST_KNOWN:
            _mixed.pop(next(iter(_mixed)), None)
        _mixed[key] = found
    return found


def has_mixed_endings(file: IO[bytes], quote: str, cancel_token: CancelToken | None = None) -> bool:
    """Whether lines end in LF and in CR LF, without the breaks in quoted values: DuckDB refuses such a file."""
    sign = quote.encode()
    quoted, cut = False, b""
    found: set[bool] = set()
    with suppress(EOFError, zlib.error):  # a damaged file is for DuckDB to report
        while block := file.read(_BLOCK):
            _check(cancel_token)
            block, cut = cut + block, b"\r" if block.endswith(b"\r") else b""
            block = block.removesuffix(cut)
            breaks, pairs = block.count(b"\n"), block.count(b"\r\n")
            if ({True} if pairs else set()) | ({False} if pairs < breaks else set()) <= found:
                quoted ^= bool(sign) and block.count(sign) % 2 == 1
                continue
            # Some break is of another kind than those before: it counts unless a value holds it.
            *lines, rest = block.split(b"\n")
            for line in lines:
                quoted ^= bool(sign) and line.count(sign) % 2 == 1
                if not quoted:
                    found.add(line.endswith(b"\r"))
            quoted ^= bool(sign) and rest.count(sign) % 2 == 1
            if len(found) > 1:
                return True
    return False


def _with_one_ending(path: Path, cancel_token: CancelToken) -> Path:
    """A file beside `path` in which CR LF is LF, in values too: where a quote is wrong, nobody knows what it holds."""
    target = path.with_name("even.csv")
    with path.open("rb") as file, target.open("xb") as written:
        write_with_one_ending(file, written, cancel_token)
    return target


def write_with_one_ending(source: IO[bytes], target: IO[bytes], cancel_token: CancelToken | None = None) -> None:
    """Write the text of `source` with LF where it has CR LF."""
    kept = b""
    while block := source.read(_BLOCK):
        _check(cancel_token)
        block = kept + block
        kept = b"\r" if block.endswith(b"\r") else b""
        target.write(block.removesuffix(b"\r").replace(b"\r\n", b"\n"))
    target.write(kept)


def _check(cancel_token: CancelToken | None) -> None:
    if cancel_token is not None and cancel_token.cancelled:
        raise query_cancelled()


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
