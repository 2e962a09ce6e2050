"""The address of the next page of an answer."""

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

from benchboard.analytics.rest.http_client import Answer, same_origin, with_parameters
from benchboard.analytics.rest.json_path import NotThere, parse_path
from benchboard.analytics.rest.rest_errors import rest_error
from benchboard.analytics.rest.settings import MAX_URL, RestSettings

_LINK: Final = re.compile(
    r'<([^<>]*)>((?:\s*;\s*[\w*!#$&+.^`|~-]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)\s*(?:,|$)'
)
_REL: Final = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)
_MAX_HEADER: Final = 16_000


def first_page(settings: RestSettings) -> str:
    """The address of the first page."""
    return _address(settings, 0, settings.first_page)


def next_page(settings: RestSettings, answer: Answer, document: object, *, pages: int, rows: int, last: int) -> str:
    """The address of the page after `answer`, whose parsed body is `document`; empty if it was the last.

    `pages` and `rows` were read so far, `last` rows in this page. Raises `rest.next` for a page on another server.
    """
    if settings.paging == "link":
        return _trusted(settings, answer, _link_target(answer.headers.get("link", "")))
    if settings.paging == "cursor":
        return _after_cursor(settings, answer, document)
    if settings.paging == "none" or last == 0 or (settings.page_size and last < settings.page_size):
        return ""
    return _address(settings, rows, settings.first_page + pages)


def _address(settings: RestSettings, offset: int, page: int) -> str:
    changed: dict[str, str] = {}
    if settings.size_parameter and settings.paging != "none":
        changed[settings.size_parameter] = str(settings.page_size)
    if settings.paging == "page":
        changed[settings.page_parameter] = str(page)
    elif settings.paging == "offset":
        changed[settings.page_parameter] = str(offset)
    return _with(settings.url, changed)


def _with(url: str, changed: dict[str, str]) -> str:
    parts = urlsplit(url)
    return parts._replace(query=with_parameters(parts.query, changed)).geturl() if changed else url


def _after_cursor(settings: RestSettings, answer: Answer, document: object) -> str:
    try:
        cursor = parse_path(settings.cursor_path).find(document)
    except NotThere:
        return ""
    if cursor is None or isinstance(cursor, bool | dict | list) or str(cursor) == "" or len(str(cursor)) > MAX_URL:
        return ""
    text = str(cursor)
    if not settings.page_parameter or text.startswith(("https://", "http://")):
        return _trusted(settings, answer, text)
    return _with(_address(settings, 0, 0), {settings.page_parameter: text})


def _trusted(settings: RestSettings, answer: Answer, target: str) -> str:
    """The whole address of `target`, which must be on the source's own server: it is sent the credentials."""
    if not target:
        return ""
    try:
        url = urlsplit(urljoin(answer.url, target))._replace(fragment="").geturl()
        if same_origin(url, settings.url) and "@" not in urlsplit(url).netloc and len(url) <= 2 * MAX_URL:
            return url if url.isprintable() and " " not in url else ""
    except ValueError:
        pass
    raise rest_error("next")


def _link_target(header: str) -> str:
    """The target of `rel="next"` in a Link header (RFC 8288); empty if there is none."""
    for target, parameters in _LINK.findall(header[:_MAX_HEADER]):
        relation = _REL.search(parameters)
        if relation is not None and "next" in (relation[1] or relation[2] or "").lower().split():
            return str(target)
    return ""
