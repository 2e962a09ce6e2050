"""Pictures and endless words in a text to be read: a mark stands for each, which is the thing itself again when the
text is taken back."""

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
"""Characters from which on words are shown in short: an editor takes a second to lay out a line of two million."""
_WORDS: Final = re.compile(r"text:…([0-9a-f]{16})…\(\d+ KiB\)")
_EITHER: Final = re.compile(f"(?:{_MARK.pattern}|{_WORDS.pattern})")
_KEPT: Final = 16 * 1024 * 1024
"""Characters of the pictures that are remembered: a few dashboards' worth."""


class Truncator:
    """What the marks of the texts it made stand for; on any thread."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()  # which forgets its first without looking for it
        self._length = 0
        self._lock = threading.Lock()

    def short(self, text: str) -> str:
        """The text with a mark for each picture in it."""
        return _LONG.sub(lambda match: self._mark(match[0], match[1]), text) if "data:image/" in text else text

    def whole(self, text: str) -> str:
        """The text with the pictures again. Raises `Invalid` for a mark that was made elsewhere, and where a dashboard
        could not hold what the marks stand for."""
        return self._whole(text, _Room())

    def written_out(self, text: str) -> str:
        """A part of JSON as text with everything again. Raises as `whole`."""
        room = _Room()
        return _EITHER.sub(lambda match: _quoted(room.taken_by(self._meant(match))), text)

    def lasting(self, text: str, page: object) -> str:
        """A part of JSON as text with everything again that this page, as JSON, has not: whoever has the page can
        complete that. A mark that was made elsewhere stays. Raises `Invalid` where a dashboard could not hold it."""
        known: set[str] = set()
        self._marked(page, known)
        room = _Room()

        def last(match: re.Match[str]) -> str:
            part = None if _name(match) in known else self._part(match)
            return match[0] if part is None else _quoted(room.taken_by(part))

        return _EITHER.sub(last, text)

    def shortened(self, page: object) -> object:
        """A page's JSON with a mark for each picture in its texts. Words that read like a mark get one too, so that
        every mark in it is ours."""
        return self._marked(page, set())

    def completed(self, value: object) -> object:
        """JSON with the pictures again. Raises as `whole`."""
        room = _Room()

        def whole(text: str) -> str:
            words = _WORDS.fullmatch(text)
            return self._whole(text, room) if words is None else room.taken_by(self._meant(words))

        return _mapped(value, whole)

    def _marked(self, page: object, names: set[str]) -> object:
        """As `shortened`; `names` gets those of all its marks."""

        def short(text: str) -> str:
            if not (has_placeholders(text) and _EITHER.search(text)):
                made = self.short(text)
                if len(made) <= _ENDLESS:
                    names.update(match[1] for match in _MARK.finditer(made) if made is not text)
                    return made
            names.add(name := self._remembered(text))
            return f"text:…{name}…({len(text.encode('utf-8', 'surrogatepass')) // 1024} KiB)"

        return _mapped(page, short)

    def _whole(self, text: str, room: "_Room") -> str:
        return _MARK.sub(lambda match: room.taken_by(self._meant(match)), text) if has_placeholders(text) else text

    def _mark(self, picture: str, form: str) -> str:
        name = self._remembered(picture)
        return f"data:image/{form};base64,…{name}…({max(1, len(picture) * 3 // 4096)} KiB)"

    def _remembered(self, part: str) -> str:
        """The name of a part of the text, which is known by it from now on."""
        name = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        with self._lock:
            if name not in self._known:
                self._known[name] = part
                self._length += len(part)
            self._known.move_to_end(name)  # the newest are at the end
            while self._length > _KEPT and len(self._known) > 1:
                self._length -= len(self._known.popitem(last=False)[1])
        return name

    def _part(self, match: re.Match[str]) -> str | None:
        with self._lock:
            return self._known.get(_name(match))

    def _meant(self, match: re.Match[str]) -> str:
        picture = self._part(match)
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


class _Room:
    """What a dashboard has room for: a mark is short, and each stands for all of its picture."""

    def __init__(self) -> None:
        self._left = MAX_BYTES

    def taken_by(self, part: str) -> str:
        """That part, which goes in. Raises `Invalid` where it does not."""
        self._left -= len(part)
        if self._left < 0:
            raise too_long_error()
        return part


def has_placeholders(text: str) -> bool:
    """Whether anything stands in a text in short."""
    return ";base64,…" in text or "text:…" in text


def _name(match: re.Match[str]) -> str:
    """The name in a mark."""
    return next(name for name in match.groups() if name is not None)


def _quoted(part: str) -> str:
    """What a mark stands for, as it is written within a text of JSON."""
    return json.dumps(part, ensure_ascii=False)[1:-1]


def _mapped(value: object, change: Callable[[str], str]) -> object:
    """JSON with every text changed; what holds none that did is the same object."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        fields = {key: _mapped(part, change) for key, part in value.items()}
        return fields if any(fields[key] is not part for key, part in value.items()) else value
    if isinstance(value, list):
        parts = [_mapped(part, change) for part in value]
        return parts if any(new is not old for new, old in zip(parts, value, strict=True)) else value
    return value
