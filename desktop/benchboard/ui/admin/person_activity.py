"""The section of a person's details that lists what they did, and what others changed about them."""

from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Final

from benchboard.i18n import _
from benchboard.identity import audit
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_titles import actor_title, entry_title
from benchboard.identity.permissions import program_title
from benchboard.identity.users import Person
from benchboard.paging import Line, Page, fold
from benchboard.ui.admin.person_details import PersonDetails
from benchboard.ui.time_format import full_time, relative_time, repeated_since
from benchboard.ui.widgets import Button, Paragraph, Text
from benchboard.ui.widgets.detail_pane import DetailSection
from benchboard.ui.widgets.readable_rows import ReadableList
from benchboard.ui.widgets.timeline_row import TimelineRow

MOST_ROWS: Final = 50
"""Most entries, sessions and keys of a person that are listed."""
_FOLD: Final = "person_fold_"
"""How the names of the buttons begin that unfold repeated entries."""


class ActivitySection(DetailSection):
    """What a person did, and what others changed about them: at most so many entries, the latest first."""

    def __init__(self, pane: PersonDetails, most: int) -> None:
        super().__init__(
            _("Activity"), Button(_("View in audit log"), self._open, kind="link", name="person_open_audit")
        )
        self._pane, self._most = pane, most
        self._unfolded: set[str] = set()
        self._times: list[tuple[TimelineRow, datetime]] = []
        self._rows = ReadableList(_("Activity"))
        self._none = Paragraph(
            _("No activity yet. What this person does, and what others change about them, is listed here."),
            "body",
            "secondary",
        )
        self._rest = Text("", "caption", "muted")
        self.fill(self._rows, self._none, self._rest)

    def show_entries(self, person: Person, page: Page[AuditEntry]) -> None:
        """Show these entries; those that repeat each other are one line."""
        folded = fold(page.rows, audit.repeats, attrgetter("id"), self._unfolded)[: self._most]
        rows, said = [], ""
        for line in folded:
            under = _under(person, line.row)
            rows.append(self._row(person, page, line, "" if under == said else under))
            said = under
        self._times = [(row, line.row.at) for row, line in zip(rows, folded, strict=True)]
        self._none.setVisible(not rows)
        self._rows.setVisible(bool(rows))
        self._rest.setText(_("Showing the {count} most recent.").format(count=MOST_ROWS))
        self._rest.setVisible(bool(page.next_key) and self._most == MOST_ROWS)
        self._rows.show_rows(rows)

    def refresh_times(self) -> None:
        for row, at in self._times:
            row.show_when(relative_time(at))

    def _row(self, person: Person, page: Page[AuditEntry], line: Line[AuditEntry], under: str) -> TimelineRow:
        entry = line.row
        action = None
        if line.repeated and line.first:
            action = Button(
                repeated_since([one.at for one in line.run]),
                partial(self._toggle, person, page, line),
                kind="link",
                icon="ph.caret-right" if line.folded else "ph.caret-down",
                name=f"{_FOLD}{line.run[-1].id}",  # later saves come before the run's last entry
            )
        row = TimelineRow(relative_time(entry.at), entry_title(entry), under, exact=full_time(entry.at), action=action)
        row.setObjectName(f"entry_{line.run[-1].id if action is not None else entry.id}")
        return row

    def _toggle(self, person: Person, page: Page[AuditEntry], line: Line[AuditEntry]) -> None:
        """Show each entry of a folded line, or fold them again."""
        self._unfolded ^= {line.run[-1].id}
        self.show_entries(person, page)

    def _open(self) -> None:
        if self._pane.person is not None:
            self._pane.context.go(f"admin/audit/{self._pane.person.id}")


def _under(person: Person, entry: AuditEntry) -> str:
    """Who did it, if it was another person, or else by which program."""
    by_another = entry.acted_by or entry.user_id != person.id
    return actor_title(entry) if by_another else program_title(entry.user_agent or "")
