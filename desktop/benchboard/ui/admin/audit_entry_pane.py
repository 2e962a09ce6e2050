"""The details of one audit entry: when and where, what changed, and its place in the chain of seals."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.i18n import _, number
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_titles import actor_title, entry_title
from benchboard.identity.permissions import computer_title, program_title
from benchboard.ui.admin.audit_chain_section import AuditChainSection
from benchboard.ui.admin.audit_details import changed_fields, detail_rows, object_title
from benchboard.ui.admin.change_table import ChangeTable
from benchboard.ui.commands import REGISTRY
from benchboard.ui.context import Context
from benchboard.ui.time_format import full_time, relative_time
from benchboard.ui.widgets import Button, Elided, KeyValue, Paragraph, Text, copyable, hairline
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.flow_layout import FlowLayout


class AuditEntryPane(DetailPane):
    """All details of one audit entry. `history_requested` asks for the entries about the same object."""

    history_requested = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__("audit_detail")
        self._context = context
        self._entry: AuditEntry | None = None
        self._head = DetailHeader(self.close_button())
        self._head.avatar.hide()  # what was done comes first
        self.head.addWidget(self._head)
        self.head.addWidget(hairline())
        self._facts, self._more, self._technical = (
            KeyValue(label=title) for title in (_("When and where"), _("Details"), _("Technical"))
        )
        self._more_section, self._change = DetailSection(_("Details")), DetailSection(_("What changed"))
        self._chain = AuditChainSection(context)
        facts, technical = DetailSection(""), DetailSection("")
        self._unfold = Button("", self._fold_technical, kind="link", name="audit_technical")
        for section, rows in ((facts, self._facts), (self._more_section, self._more), (technical, self._technical)):
            section.fill(*([self._unfold, rows] if section is technical else [rows]))
        self._technical.hide()
        self._name_fold()
        self._more_line, self._change_line = hairline(), hairline()
        for widget in (
            facts,
            self._change_line,
            self._change,
            self._chain.with_line(),
            self._more_line,
            self._more_section,
            hairline(),
            technical,
        ):
            self.column.addWidget(widget)
        self.column.addStretch(1)
        self._add_foot()

    def _add_foot(self) -> None:
        """What leads on stands below what scrolls."""
        self._history = Button(
            _("All entries about this"), self._request_history, icon="ph.clock-counter-clockwise", size="sm",
            name="audit_history",
        )  # fmt: skip
        self._show_person = Button(
            REGISTRY["admin.show_person"].text, self._go_to_person, icon="ph.user", size="sm", name="audit_show_person"
        )
        further = FlowLayout()
        further.setContentsMargins(16, 10, 16, 10)
        for button in (self._history, self._show_person):
            further.addWidget(button)
        self._foot = QWidget()
        column = QVBoxLayout(self._foot)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(hairline())
        column.addLayout(further)
        self.foot.addWidget(self._foot)

    def _fold_technical(self) -> None:
        """Show what only a technician reads, or hide it: so it stays for the entries shown next."""
        self._technical.setVisible(self._technical.isHidden())
        self._name_fold()

    def _name_fold(self) -> None:
        hidden = self._technical.isHidden()
        self._unfold.set_title(_("Show technical details") if hidden else _("Hide technical details"))

    def _request_history(self) -> None:
        if self._entry is not None:
            self.history_requested.emit(self._entry)

    def _go_to_person(self) -> None:
        if self._entry is not None:
            self._context.go(f"admin/people/{self._entry.user_id}")

    def show_entry(self, entry: AuditEntry) -> None:
        """Show this entry."""
        self._history.setVisible(entry.resource_id is not None)
        self._show_person.setVisible(entry.user_id is not None)
        self._foot.setVisible(entry.resource_id is not None or entry.user_id is not None)
        about = object_title(entry)
        named = bool(about) and not (entry.resource_id or "").startswith(about)
        every = _("All entries about {name}").format(name=about) if named else _("All entries about this")
        self._history.set_title(every)
        self._head.name.setText(entry_title(entry))
        self._entry = entry
        self.refresh_time()
        rows: list[tuple[str, QWidget]] = [
            (_("When"), Text(full_time(entry.at), selectable=True)),
            (_("Computer"), Elided(computer_title(entry.user_agent or "") or _("Not recorded"))),
            (_("Program"), Paragraph(_program(entry) or _("Not recorded"))),
            (_("IP address"), Elided(entry.ip_address or _("This computer"))),
        ]
        self._facts.show_rows(rows)
        technical: list[tuple[str, QWidget]] = [(_("Event"), Text(entry.event, selectable=True))]
        if entry.resource_id:
            technical.append((_("Object type"), Text(entry.resource_type or "–", selectable=True)))
            technical.append((_("Object ID"), copyable(entry.resource_id, _("Object ID"))))
        technical.append((_("Entry ID"), copyable(entry.id, _("Entry ID"))))
        if entry.number is not None and entry.seal is not None:
            technical.append((_("Entry number"), Text(number(entry.number), selectable=True)))
            technical.append((_("Seal"), copyable(entry.seal, _("Seal"))))
        self._technical.show_rows(technical)
        details = detail_rows(entry)
        for widget in (self._more_line, self._more_section):
            widget.setVisible(bool(details))
        self._more.show_rows(details)
        changes = changed_fields(entry)
        for widget in (self._change_line, self._change):
            widget.setVisible(bool(changes))
        if changes:
            self._change.fill(ChangeTable(*changes))
        self._chain.show_chain(entry.number)

    def refresh_time(self) -> None:
        """Show how long ago it was, as of now."""
        if self._entry is not None:
            text = f"{actor_title(self._entry)}, {relative_time(self._entry.at)}"
            if self._entry.number is not None:
                text = f"{_('Entry {number}').format(number=number(self._entry.number))}, {text}"
            if text != self._head.below.text():
                self._head.below.setText(text)


def _program(entry: AuditEntry) -> str:
    """The program that did it; its computer has a row of its own."""
    return program_title((entry.user_agent or "").rpartition(" on ")[0] or entry.user_agent or "")
