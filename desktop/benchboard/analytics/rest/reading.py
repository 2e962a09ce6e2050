"""Reads the rows of a REST API, page by page, into a file that is inspected and copied as any other."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchboard.analytics.cancellation import CancelToken, query_cancelled
from benchboard.analytics.files.answer_rows import write_answer
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.inspection_types import ReportProgress, TableInspection
from benchboard.analytics.files.scan import ReadOptions
from benchboard.analytics.rest.answer_content import RowTable, is_csv, parsed
from benchboard.analytics.rest.http_client import Answer, RestClient
from benchboard.analytics.rest.json_path import NotThere, parse_path, row_paths
from benchboard.analytics.rest.paging import first_page, next_page
from benchboard.analytics.rest.rest_errors import rest_error
from benchboard.analytics.rest.settings import MAX_PAGES, MAX_ROWS, RestSettings

READ_TIMEOUT: Final = 900.0
"""Seconds that reading all pages may take."""
MAX_BYTES: Final = 512_000_000
"""Bytes of all pages."""
_FIXED: Final = frozenset(("header", "skip_lines", "total_label", "null_words"))


@dataclass(frozen=True, slots=True)
class RowsRead:
    """The file that the rows were written to, how it is read, and how many there are. `limited`: there are more than
    are read. `paths` are where the answer has rows, `path` where these came from; both are empty for CSV."""

    file: Path
    inspected: TableInspection
    pages: int
    limited: bool
    path: str = ""
    paths: tuple[str, ...] = ()


def read_rows(
    settings: RestSettings,
    secret: str,
    file: Path,
    *,
    pages: int = MAX_PAGES,
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> RowsRead:
    """Read at most `pages` pages into the new file `file`. `progress` is told the rows so far. Where `settings` has no
    path to the rows, the likeliest one is taken.

    Raises `Unavailable` with the cause as its code (`rest.host`, `rest.credentials`, `rest.no-rows` …) and the fact
    `field`, `Invalid` for an answer without any value, `Cancelled`.
    """
    token, report = cancel_token or CancelToken(), progress or (lambda _done, _total: None)
    client = RestClient(settings, secret, token)
    first = client.get(url := first_page(settings))
    if is_csv(first):
        return _read_csv(settings, first, file, token, report)
    reader = _PageReader(settings, first, report)
    with file.open("x", encoding="utf-8") as written:
        file.chmod(0o600)
        limited = reader.write_pages(client, url, first, pages, written.write)
    if not reader.table.titles:
        raise rest_error("empty")
    write_answer(file, reader.table.titles)
    inspected = inspect_file(file, ReadOptions(), fixed=_FIXED, cancel_token=token, progress=report)
    return RowsRead(file, inspected.tables[0], reader.pages, limited, reader.path, reader.paths)


def _read_csv(
    settings: RestSettings, answer: Answer, file: Path, token: CancelToken, report: ReportProgress
) -> RowsRead:
    if settings.paging != "none":
        raise rest_error("csv-pages")
    with file.open("xb") as written:
        file.chmod(0o600)
        written.write(answer.body)
    inspected = inspect_file(file, cancel_token=token, progress=report)
    if inspected.format != "csv":  # whatever its header says, the content decides how a file is read
        raise rest_error("type", host=settings.parts.hostname)
    return RowsRead(file, inspected.tables[0], 1, limited=False)


class _PageReader:
    """Writes the rows of one page after the other, and tells where the next one is."""

    def __init__(self, settings: RestSettings, first: Answer, report: ReportProgress) -> None:
        self._settings, self._report = settings, report
        self._document = parsed(first)
        self.paths = tuple(path.text for path in row_paths(self._document))
        self.path = settings.rows_path or self.paths[0]
        self.table = RowTable()
        self.pages = self._rows = 0

    def write_pages(
        self, client: RestClient, url: str, answer: Answer, pages: int, write: Callable[[str], object]
    ) -> bool:
        """Write the rows of `answer` and of the pages after it. Returns whether the limits left any out."""
        deadline, size = time.monotonic() + READ_TIMEOUT, 0
        addresses, bodies = {url}, set[bytes]()
        while True:
            size += len(answer.body)
            print_ = hashlib.blake2b(answer.body).digest()
            last = self._write(write)
            self.pages += 1
            url = next_page(
                self._settings, answer, self._document, pages=self.pages, rows=self._rows, last=last
            )  # fmt: skip
            if (last and print_ in bodies) or (url and url in addresses):
                raise rest_error("repeats")
            if not url:
                return False
            if self.pages >= pages or self._rows >= MAX_ROWS or size > MAX_BYTES:
                return True
            if time.monotonic() > deadline:
                raise rest_error("timeout", host=self._settings.parts.hostname)
            addresses.add(url)
            bodies.add(print_)
            self._require_going_on(client)
            answer = client.get(url)
            self._document = parsed(answer)

    def _write(self, write: Callable[[str], object]) -> int:
        rows = self._found()[: MAX_ROWS - self._rows]
        for row in rows:
            write(json.dumps(self.table.cells(row), ensure_ascii=False, default=str) + "\n")
        self._rows += len(rows)
        self._report(self._rows, None)
        return len(rows)

    def _found(self) -> list[object]:
        try:
            found = parse_path(self.path).find(self._document)
        except NotThere:
            if self.pages:  # a page after the last one may have no rows at all
                return []
            raise rest_error("no-rows", path=self.path) from None
        if isinstance(found, list):
            return found
        if isinstance(found, dict):
            return [found]
        if self.pages or found is None:
            return []
        raise rest_error("no-rows", path=self.path)

    def _require_going_on(self, client: RestClient) -> None:
        if client.cancel_token.cancelled:
            raise query_cancelled()
