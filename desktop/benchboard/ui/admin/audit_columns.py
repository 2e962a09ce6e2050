"""The columns of the audit log."""

from collections.abc import Callable
from typing import Final

from benchboard.i18n import _, number
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_titles import actor_title
from benchboard.identity.permissions import computer_title, program_title
from benchboard.ui.admin.audit_details import what_text
from benchboard.ui.paged.paged_model import NO_VALUE, Column
from benchboard.ui.time_format import day_and_time, full_time, relative_time, repeated_since

SEAL_DIGITS: Final = 8
"""How many digits of a seal are shown, of 64."""
_ALL_THERE_IS: Final = 10_000
"""More pixels than a window is wide: a column that takes what the others leave."""


def entry_columns(when: Callable[[AuditEntry], str]) -> tuple[Column[AuditEntry], ...]:
    """The columns; `when` says when an entry was."""
    return (
        Column(
            "number",
            _("Entry"),
            lambda row: number(row.number) if row.number is not None else NO_VALUE,
            tooltip=lambda row: _("Entry without a seal") if row.number is None else "",
            mono=True,
            muted=True,
            spoken="titled",
            width=72,
            optional=True,
        ),
        Column(
            "at",
            _("When"),
            when,
            sortable=True,
            speech=lambda row: day_and_time(row.at),
            tooltip=lambda row: f"{relative_time(row.at)}\n{full_time(row.at)}",
            muted=True,
            width=170,
            fits=True,
            whole=True,
        ),
        Column(
            "who",
            _("Who"),
            actor_title,
            sortable=True,
            tooltip=actor_title,
            avatar=lambda row: row.who or "?",
            width=200,
            fits=True,
            stretch=True,
            most=280,
        ),
        Column(
            "event",
            _("What"),
            what_text,
            sortable=True,
            tooltip=what_text,
            names=True,
            repeated=lambda line: repeated_since([entry.at for entry in line.run]),
            width=360,
            stretch=True,
            most=_ALL_THERE_IS,
        ),
        Column(
            "user_agent",
            _("Computer"),
            lambda row: computer_title(row.user_agent or ""),
            tooltip=lambda row: ", ".join(
                part for part in (program_title(row.user_agent or ""), row.ip_address) if part
            ),
            muted=True,
            width=180,
            fits=True,
            optional=True,
        ),
        Column(
            "seal",
            _("Seal"),
            lambda row: (row.seal or NO_VALUE)[:SEAL_DIGITS],
            tooltip=lambda row: row.seal or "",
            mono=True,
            muted=True,
            spoken="never",
            align_right=True,
            width=88,
        ),
    )
