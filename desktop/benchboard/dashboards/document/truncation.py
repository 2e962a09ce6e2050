"""Replaces images and very long texts in a text by placeholders for viewing, and restores them when the text is read
back.
"""

import hashlib
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from benchboard.dashboards.document.document import MAX_BYTES, too_long_error
from benchboard.errors import Invalid
from benchboard.i18n import _

_LONG: Final = re.compile(r"data:image/([a-z0-9.+-]{1,20});base64,([A-Za-z0-9+/=]{120,})")
_MARK: Final = re.compile(r"data:image/[a-z0-9.+-]{1,20};base64,…([0-9a-f]{16})…\(\d+ KiB\)")
_ENDLESS: Final = 50_000
"""Texts with more characters are replaced: an editor takes a second to lay out a line of two million."""
_WORDS: Final = re.compile(r"text:…([0-9a-f]{16})…\(\d+ KiB\)")
_EITHER: Final = re.compile(f"(?:{_MARK.pattern}|{_WORDS.pattern})")
_KEPT: Final = 16 * 1024 * 1024
"""Most characters of images that are remembered: a few dashboards' worth."""


class Truncator:
    """Replaces pictures in texts by short placeholders, and restores them; usable on any thread."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()  # which can drop its first entry quickly
        self._length = 0
        self._lock = threading.Lock()

    def truncate_text(self, text: str) -> str:
        """The text with a placeholder for each picture in it."""
        return _LONG.sub(lambda match: self._placeholder(match[0], match[1]), text) if "data:image/" in text else text

    def restore_json_text(self, text: str) -> str:
        """A piece of JSON text with everything restored. Raises as `restore`."""
        room = _SizeBudget()
        return _EITHER.sub(lambda match: _json_escaped(room.take(self._require_original(match))), text)

    def restore_missing(self, text: str, page: object) -> str:
        """A piece of JSON text in which only placeholders that `page` lacks are restored: with the page, the others can
        be restored later. Unknown placeholders stay. Raises `Invalid` if it would be too long for a dashboard."""
        known: set[str] = set()
        self._truncate(page, known)
        room = _SizeBudget()

        def last(match: re.Match[str]) -> str:
            part = None if _placeholder_name(match) in known else self._lookup(match)
            return match[0] if part is None else _json_escaped(room.take(part))

        return _EITHER.sub(last, text)

    def truncate(self, page: object) -> object:
        """A page's JSON with a placeholder for each picture in its texts. A text that looks like a placeholder gets one
        too, so that every placeholder in the result is ours."""
        return self._truncate(page, set())

    def restore(self, value: object) -> object:
        """JSON with its pictures restored. Raises `Invalid` for a placeholder that another window made, and if it would
        be too long for a dashboard."""
        room = _SizeBudget()

        def whole(text: str) -> str:
            words = _WORDS.fullmatch(text)
            return self._restore_text(text, room) if words is None else room.take(self._require_original(words))

        return _map_texts(value, whole)

    def _truncate(self, page: object, names: set[str]) -> object:
        """As `truncate`; adds the names of all placeholders to `names`."""

        def short(text: str) -> str:
            if not (has_placeholders(text) and _EITHER.search(text)):
                made = self.truncate_text(text)
                if len(made) <= _ENDLESS:
                    names.update(match[1] for match in _MARK.finditer(made) if made is not text)
                    return made
            names.add(name := self._remember(text))
            return f"text:…{name}…({len(text.encode('utf-8', 'surrogatepass')) // 1024} KiB)"

        return _map_texts(page, short)

    def _restore_text(self, text: str, room: "_SizeBudget") -> str:
        return (
            _MARK.sub(lambda match: room.take(self._require_original(match)), text) if has_placeholders(text) else text
        )

    def _placeholder(self, picture: str, form: str) -> str:
        name = self._remember(picture)
        return f"data:image/{form};base64,…{name}…({max(1, len(picture) * 3 // 4096)} KiB)"

    def _remember(self, part: str) -> str:
        """Remember a text, and return the name by which `_lookup` finds it."""
        name = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        with self._lock:
            if name not in self._known:
                self._known[name] = part
                self._length += len(part)
            self._known.move_to_end(name)  # the newest are at the end
            while self._length > _KEPT and len(self._known) > 1:
                self._length -= len(self._known.popitem(last=False)[1])
        return name

    def _lookup(self, match: re.Match[str]) -> str | None:
        with self._lock:
            return self._known.get(_placeholder_name(match))

    def _require_original(self, match: re.Match[str]) -> str:
        picture = self._lookup(match)
        if picture is None:
            raise Invalid(
                "layout.unknown-picture",
                _("This shortened content can't be restored in this window."),
                do=_("Copy the text again from its source, or replace the placeholder with the full content."),
                item=None,
                field=None,
                mark=match[0],
            )
        return picture


class _SizeBudget:
    """How much longer a document may get, in characters: each placeholder stands for a whole picture."""

    def __init__(self) -> None:
        self._left = MAX_BYTES

    def take(self, part: str) -> str:
        """Return the part if it still fits. Raises `Invalid` if it does not."""
        self._left -= len(part)
        if self._left < 0:
            raise too_long_error()
        return part


def has_placeholders(text: str) -> bool:
    """Whether a text may contain placeholders."""
    return ";base64,…" in text or "text:…" in text


def _placeholder_name(match: re.Match[str]) -> str:
    """The name in a placeholder."""
    return next(name for name in match.groups() if name is not None)


def _json_escaped(part: str) -> str:
    """A text as it is written within a JSON string."""
    return json.dumps(part, ensure_ascii=False)[1:-1]


def _map_texts(value: object, change: Callable[[str], str]) -> object:
    """JSON with `change` applied to every text; a part without a changed text is the same object."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        fields = {key: _map_texts(part, change) for key, part in value.items()}
        return fields if any(fields[key] is not part for key, part in value.items()) else value
    if isinstance(value, list):
        parts = [_map_texts(part, change) for part in value]
        return parts if any(new is not old for new, old in zip(parts, value, strict=True)) else value
    return value
