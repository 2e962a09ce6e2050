"""Which live bus a source of live CAN signals reads, and the databases that its frames are decoded with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MAX_DATABASES: Final = 20
_LONGEST_ID: Final = 200
_LONGEST_TITLE: Final = 200
_LONGEST_PATH: Final = 4_096


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """The dongle by its ID, its name when the source was added, and the files with the databases."""

    dongle: str
    title: str
    databases: tuple[Path, ...]

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"dongle": self.dongle, "title": self.title, "databases": [str(path) for path in self.databases]}

    @classmethod
    def from_json(cls, document: object) -> "LiveSettings":
        """What `to_json` wrote. Raises TypeError or ValueError for anything else."""
        if not isinstance(document, dict):
            raise TypeError("not an object")
        dongle, title = _text(document["dongle"], _LONGEST_ID), _text(document["title"], _LONGEST_TITLE)
        listed = document["databases"]
        if not isinstance(listed, list) or len(listed) > MAX_DATABASES or not dongle:
            raise TypeError("not a dongle and its databases")
        return cls(dongle, title, _paths(listed))


def _paths(listed: Sequence[object]) -> tuple[Path, ...]:
    paths = tuple(Path(_text(one, _LONGEST_PATH)) for one in listed)
    if not all(path.is_absolute() for path in paths):
        raise ValueError("not absolute")
    return paths


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise ValueError("not a text")
    return value
