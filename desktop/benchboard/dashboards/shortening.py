"""Pictures in a text to be read: a mark stands for each, which is the picture again when the text is taken back."""

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from benchboard.errors import Invalid
from benchboard.i18n import _

_LONG: Final = re.compile(r"data:image/([a-z0-9.+-]{1,20});base64,([A-Za-z0-9+/=]{120,})")
_MARK: Final = re.compile(r"data:image/[a-z0-9.+-]{1,20};base64,…([0-9a-f]{16})…\(\d+ KiB\)")
_KEPT: Final = 16 * 1024 * 1024
"""Characters of the pictures that are remembered: a few dashboards' worth."""


class Shortener:
    """What the marks of the texts it made stand for; on any thread."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()  # which forgets its first without looking for it
        self._length = 0
        self._of_pages: set[str] = set()
        self._lock = threading.Lock()

    def short(self, text: str) -> str:
        """The text with a mark for each picture in it."""
        return _LONG.sub(lambda match: self._mark(match[0], match[1]), text) if "data:image/" in text else text

    def whole(self, text: str) -> str:
        """The text with the pictures again. Raises `Invalid` for a mark that was made elsewhere."""
        return _MARK.sub(self._meant, text) if has_marks(text) else text

    def lasting(self, text: str) -> str:
        """The text with the pictures again that no page it `shortened` has: whoever has the page can complete that."""
        return _MARK.sub(lambda match: match[0] if match[1] in self._of_pages else self._whole(match), text)

    def shortened(self, page: object) -> object:
        """A page's JSON with a mark for each picture in its texts."""

        def short(text: str) -> str:
            made = self.short(text)
            if made is not text:
                self._of_pages.update(match[1] for match in _MARK.finditer(made))
            return made

        return _mapped(page, short)

    def completed(self, value: object) -> object:
        """JSON with the pictures again. Raises `Invalid` for a mark that was made elsewhere."""
        return _mapped(value, self.whole)

    def _whole(self, match: re.Match[str]) -> str:
        with self._lock:
            return self._known.get(match[1], match[0])

    def _mark(self, picture: str, form: str) -> str:
        name = hashlib.sha256(picture.encode()).hexdigest()[:16]
        with self._lock:
            if name not in self._known:
                self._known[name] = picture
                self._length += len(picture)
            self._known.move_to_end(name)  # the newest are at the end
            while self._length > _KEPT and len(self._known) > 1:
                self._length -= len(self._known.popitem(last=False)[1])
        return f"data:image/{form};base64,…{name}…({max(1, len(picture) * 3 // 4096)} KiB)"

    def _meant(self, match: re.Match[str]) -> str:
        with self._lock:
            picture = self._known.get(match[1])
        if picture is None:
            raise Invalid(
                "layout.unknown-picture",
                _("A picture stands here in short, and is not known in this window."),
                do=_("Copy the text again from where it came from, or choose the picture anew."),
                item=None,
                field=None,
                mark=match[0],
            )
        return picture


def has_marks(text: str) -> bool:
    """Whether pictures stand in a text in short."""
    return ";base64,…" in text


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
