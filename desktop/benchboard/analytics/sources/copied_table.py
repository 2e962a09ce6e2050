"""Which table of a server a source is a copy of, and how new rows of it are found."""

from dataclasses import dataclass
from typing import Any, Final

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table of the source `source_id` on a server, by the name that queries over that source use."""

    source_id: str
    table: str
    newer_by: str = ""
    """The column whose values grow with each new row: rows with smaller ones than the largest that was copied aren't
    read again. Empty: all rows are."""

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"source": self.source_id, "table": self.table, "newer_by": self.newer_by}

    @classmethod
    def from_json(cls, document: object) -> "CopiedTable":
        """What `to_json` wrote. Raises TypeError, KeyError or ValueError for anything else."""
        if not isinstance(document, dict):
            raise TypeError("not an object")
        source_id, table, newer_by = (_text(document[name]) for name in ("source", "table", "newer_by"))
        if not source_id or not table:
            raise ValueError("no source, or no table")
        return cls(source_id, table, newer_by)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or "\0" in value:
        raise ValueError("not a text")
    return value
