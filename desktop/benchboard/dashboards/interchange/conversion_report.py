"""The report of an import or export: what was changed, kept or left out, as text and as data."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal, Self

from benchboard.i18n import _, ngettext

Outcome = Literal["placeholder", "kept", "changed", "left out"]
"""A placeholder for something unsupported; kept without effect; changed; removed."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line of a report.

    `id` is the item's, `title` its title; both are empty if the line is about the whole dashboard. `what` and `why` are
    sentences.
    """

    id: str
    title: str
    outcome: Outcome
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class ConversionReport:
    """How many widgets were mapped to a kind of ours (or of theirs), how many became placeholders, how many containers
    came along, how many of those mapped keep something that has no effect here; what there is to know of each, in
    reading order; and the ids of those mapped that wait for a query."""

    mapped: int
    placeholder: int
    containers: int
    kept: int
    lines: tuple[ReportLine, ...]
    needs_query: tuple[str, ...] = ()

    @classmethod
    def of(cls, widgets: int, containers: int, lines: Iterable[ReportLine], *, needs_query: Iterable[str] = ()) -> Self:
        """The report on these numbers of widgets and containers; the widgets `needs_query` came without one."""
        known = tuple(lines)
        placeholders = {line.id for line in known if line.id and line.outcome == "placeholder"}
        kept = {line.id for line in known if line.id and line.outcome == "kept"} - placeholders
        return cls(widgets - len(placeholders), len(placeholders), containers, len(kept), known, tuple(needs_query))

    @property
    def without_query(self) -> int:
        """How many widgets wait for a query."""
        return len(self.needs_query)

    def text(self) -> str:
        """The report as text: a summary, then one line for each entry."""
        return "\n".join((self.summary(), *(_line_text(line) for line in self.lines)))

    def summary(self) -> str:
        """The counts, in words; of what there is none, nothing."""
        all_widgets = self.mapped + self.placeholder
        waiting = ngettext("{count} needs a query", "{count} need a query", self.without_query)
        placeholders = ngettext("{count} placeholder", "{count} placeholders", self.placeholder)
        containers = ngettext("{count} row or group", "{count} rows or groups", self.containers)
        kept = ngettext("{count} has unsupported settings", "{count} have unsupported settings", self.kept)
        widgets = ngettext("{count} widget", "{count} widgets", all_widgets).format(count=all_widgets)
        of_them = [
            *([placeholders.format(count=self.placeholder)] if self.placeholder else []),
            *([waiting.format(count=self.without_query)] if self.without_query else []),
            *([kept.format(count=self.kept)] if self.kept else []),
        ]
        parts = [
            _("{widgets} ({details})").format(widgets=widgets, details=", ".join(of_them)) if of_them else widgets,
            *([containers.format(count=self.containers)] if self.containers else []),
        ]
        return _("{parts}.").format(parts=", ".join(parts))

    def to_json(self) -> dict[str, object]:
        """The counts and `lines`, ready for JSON."""
        lines = {"lines": [asdict(line) for line in self.lines], "needs_query": list(self.needs_query)}
        return asdict(self) | lines | {"without_query": self.without_query}


def _line_text(line: ReportLine) -> str:
    who = _("{item} “{title}”").format(item=line.id, title=line.title) if line.title else line.id
    sentences = " ".join(part for part in (line.what, line.why) if part)
    return f"- {who}: {sentences}" if who else f"- {sentences}"
