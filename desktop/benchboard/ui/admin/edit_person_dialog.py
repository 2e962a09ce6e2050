"""The dialog that changes a person: name, email address, department, role and teams, saved together."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from benchboard.errors import AppError, Denied, NotFound
from benchboard.i18n import _
from benchboard.identity import person_changes, teams
from benchboard.identity.person_changes import LONGEST_DEPARTMENT, PersonFields
from benchboard.identity.roles import ROLES, gained_and_lost, role_title
from benchboard.identity.teams import TeamSummary
from benchboard.identity.users import Person
from benchboard.paging import Listing
from benchboard.ui.admin.change_table import ChangeTable
from benchboard.ui.admin.undoable import offer_undo, only_changed
from benchboard.ui.context import Context
from benchboard.ui.sign_in.demo_picker import role_description
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.theme import theme
from benchboard.ui.widgets import (
    Button,
    CheckBox,
    Confirm,
    Dialog,
    Edit,
    Field,
    Paragraph,
    ProblemText,
    Select,
    Text,
    fill_column,
    hairline,
    scroll_area,
)

_MOST_TEAMS = 500
_TEAMS_HEIGHT = 132
_WIDTH = 640
_GAP = 20
"""Between the two fields of a line, in pixels."""


class EditPersonDialog(Dialog):
    """Shows the person's fields as they are stored, and saves those that were changed; the toast undoes it."""

    _grows = True

    def __init__(self, window: QWidget, context: Context, person: Person, owner: QWidget) -> None:
        super().__init__(window, _("Edit {name}").format(name=person.name), size=QSize(_WIDTH, 0), name="edit_person")
        self._context, self._person, self._owner = context, person, owner
        self._seen = PersonFields()
        self._boxes: dict[str, CheckBox] = {}
        self._name = Field(_("Name"), Edit(name="edit_name"), lines=1)
        self._email = Field(_("Email"), Edit(name="edit_email"), lines=1)
        self._department = Field(_("Department"), Edit(name="edit_department"), lines=1)
        self._department.edit.setMaxLength(LONGEST_DEPARTMENT)
        self._role_choice = Select([(role, role_title(role)) for role in ROLES], name="edit_role", label=_("Role"))
        self._role = Field(_("Role"), self._role_choice, note=" ")
        self._gained, self._lost = Paragraph("", "caption", "ok"), Paragraph("", "caption", "warn")
        access = QWidget()
        fill_column(access, self._role, self._gained, self._lost)
        self._role_choice.currentIndexChanged.connect(self._explain_role)
        if self._is_own():
            self._role_choice.setEnabled(False)
        self._teams = QWidget()
        self._team_column = QVBoxLayout(self._teams)
        self._team_column.setContentsMargins(2, 2, 2, 2)
        self._team_area = scroll_area(self._teams)
        self._teams.setAutoFillBackground(False)  # the dialog's ground is not the window's
        self._team_area.setAccessibleName(_("Teams"))
        self._team_field = Field(_("Teams"), self._team_area)
        self._add_group(_("Person"), ((self._name, self._email), (self._department,)))
        self._add_group(_("Access"), ((access, self._team_field),))
        self._add_changes()
        self._problem = ProblemText()
        self.content.addWidget(self._problem)
        self.add_button(Button(_("Cancel"), self.leave, name="edit_cancel"))
        self._save = self.add_button(Button(_("Save changes"), self._submit, kind="primary", name="edit_save"))
        self._save.add_key_cap("Ctrl Enter")
        self._show_fields(PersonFields(person.name, person.email, person.department or "", person.role), ())
        self._read()

    def _add_group(self, title: str, lines: Sequence[Sequence[QWidget]]) -> None:
        """Add fields below a title, two in a line; one alone is as wide as each of two."""
        if self.content.count():
            self.content.addWidget(hairline())
        self.content.addWidget(Text(title, "body_strong"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(theme().px("spacing.3"))
        for line, fields in enumerate(lines):
            for at, field in enumerate(fields):
                grid.addWidget(field, line, at, Qt.AlignmentFlag.AlignTop)
        for at in range(2):
            grid.setColumnStretch(at, 1)
            grid.setColumnMinimumWidth(at, (_WIDTH - 3 * _GAP) // 2)
        self.content.addLayout(grid)

    def _add_changes(self) -> None:
        """Add what saving would change, which follows each edit; nothing as long as that is nothing."""
        self._changes_part = QWidget()
        whole = QVBoxLayout(self._changes_part)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme().px("spacing.3"))
        whole.addWidget(hairline())
        whole.addWidget(Text(_("Changes"), "body_strong"))
        self._changes = QVBoxLayout()
        whole.addLayout(self._changes)
        self._changes_part.hide()
        self.content.addWidget(self._changes_part)
        self._shown_changes: tuple[tuple[str, str, str], ...] | None = None
        for field in (self._name, self._email, self._department):
            field.edit.textChanged.connect(self._show_changes)
        self._role_choice.currentIndexChanged.connect(self._show_changes)

    def _show_changes(self) -> None:
        """Show the fields that saving would change, with their values before and after."""
        before, now = self._seen, self._changed()
        pairs = (
            (_("Name"), before.name, now.name),
            (_("Email"), before.email, now.email),
            (_("Department"), before.department, now.department),
            (_("Role"), role_title(before.role or ""), None if now.role is None else role_title(now.role)),
            (_("Teams"), self._team_names(before.teams), None if now.teams is None else self._team_names(now.teams)),
        )
        changes = tuple(
            (title, was or _("none"), value.strip() or _("none")) for title, was, value in pairs if value is not None
        )
        if changes == self._shown_changes:
            return
        self._shown_changes = changes
        while (item := self._changes.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self._changes_part.setVisible(bool(changes))
        if not changes:
            return
        self._changes.addWidget(ChangeTable(*changes))
        if now.role is not None:
            at_once = _("The new role applies at once, also where {name} is signed in.")
            self._changes.addWidget(Paragraph(at_once.format(name=self._person.name), "caption", "muted"))

    def _team_names(self, ids: frozenset[str] | None) -> str:
        """The names of teams, in the order in which they are listed."""
        return ", ".join(box.text() for team_id, box in self._boxes.items() if team_id in (ids or frozenset()))

    def _is_own(self) -> bool:
        return self._person.id == self._context.actor.user_id

    def _read(self) -> None:
        self._save.disable(_("Loading…"))
        actor, user_id = self._context.actor, self._person.id

        def op(session: DatabaseSession) -> tuple[PersonFields, Sequence[TeamSummary]]:
            fields = person_changes.get_fields(session, actor, user_id)
            return fields, teams.list_teams(session, actor, Listing(sort="name"), limit=_MOST_TEAMS).rows

        self._context.tasks.read(self, op, lambda read: self._show_fields(*read), self._on_unread)

    def _on_unread(self, error: AppError) -> None:
        self.dismiss()
        self._context.problems.show(error)

    def _show_fields(self, fields: PersonFields, listed: Sequence[TeamSummary]) -> None:
        """Show the stored fields; what was typed meanwhile stays."""
        typed = self._entered()
        for editor, shown, before, now in (
            (self._name, fields.name, self._seen.name, typed.name),
            (self._email, fields.email, self._seen.email, typed.email),
            (self._department, fields.department, self._seen.department, typed.department),
        ):
            if before is None or now == before:
                editor.edit.setText(shown or "")
        if self._seen.role is None or typed.role == self._seen.role:
            self._role_choice.set_current_key(fields.role or "")
            self._explain_role()
        own, seen = fields.teams or frozenset(), self._seen.teams or frozenset()
        ticked = seen if typed.teams is None else typed.teams
        self._seen = fields
        self._show_gained()
        self._show_teams((own | (ticked - seen)) - (seen - ticked), listed)
        self._show_changes()
        self._save.disable("")

    def _show_teams(self, own: frozenset[str], listed: Sequence[TeamSummary]) -> None:
        for box in self._boxes.values():
            box.deleteLater()
        self._boxes = {team.id: CheckBox(team.name) for team in listed}
        for team_id, box in self._boxes.items():
            box.setObjectName(f"edit_team_{team_id}")
            box.setChecked(team_id in own)
            box.toggled.connect(self._show_changes)
            self._team_column.addWidget(box)
        self._team_field.setVisible(bool(listed))
        self._team_area.setFixedHeight(min(_TEAMS_HEIGHT, self._teams.sizeHint().height() + 4))

    def _entered(self) -> PersonFields:
        boxes = self._boxes.items()
        return PersonFields(
            self._name.text(),
            self._email.text(),
            self._department.text(),
            self._role_choice.current_key(),
            frozenset(team_id for team_id, box in boxes if box.isChecked()) if boxes else None,
        )

    def _changed(self) -> PersonFields:
        """The fields that differ from what was shown."""
        entered = self._entered()
        same = {
            name: None
            for name in ("name", "email", "department", "role", "teams")
            if getattr(entered, name) == getattr(self._seen, name)
        }
        return replace(entered, **same)

    def _explain_role(self) -> None:
        role = self._role_choice.current_key()
        own = _("You can't change your own role. Only another admin can.")
        self._role.set_note(own if self._is_own() else role_description(role))
        self._show_gained()

    def _show_gained(self) -> None:
        """Say what the chosen role gives and takes against the present one."""
        role = self._role_choice.current_key()
        gained, lost = gained_and_lost(self._seen.role or role, role)
        for line, sign, what in ((self._gained, "+", gained), (self._lost, "−", lost)):
            line.setText(f"{sign} {', '.join(what)}")
            line.setVisible(bool(what))

    def leave(self) -> None:
        """Close; if anything was changed, only once the user says so."""
        if self._changed() == PersonFields():
            self.dismiss()
            return
        Confirm(
            self.window(),
            _("Discard your changes?"),
            _("{name} stays as before.").format(name=self._person.name),
            act=_("Discard"),
            keep=_("Keep editing"),
            run=self.dismiss,
        ).open()

    def _submit(self) -> None:
        if not self._save.isEnabled():
            return
        changed, seen = self._changed(), self._seen
        if changed == PersonFields():
            self.dismiss()
            return
        self._save.wait(_("Saving…"))
        actor, user_id = self._context.actor, self._person.id

        def op(session: DatabaseSession) -> tuple[PersonFields, PersonFields]:
            before = person_changes.change_person(session, actor, user_id, changed, seen=seen)
            return before, person_changes.get_fields(session, actor, user_id)

        self._context.tasks.change(self, op, lambda done: self._on_saved(*done), self._on_failed)

    def _on_saved(self, before: PersonFields, now: PersonFields) -> None:
        self.dismiss()
        if before == PersonFields():
            return
        context, owner, user_id, name = self._context, self._owner, self._person.id, now.name or ""

        def undo(session: DatabaseSession) -> PersonFields:
            person_changes.change_person(session, context.actor, user_id, before, seen=now)
            return person_changes.get_fields(session, context.actor, user_id)

        def redo(session: DatabaseSession, undone: PersonFields) -> None:
            person_changes.change_person(session, context.actor, user_id, again, seen=undone)

        again = only_changed(now, before)
        step = _("changes to {name}").format(name=name)
        offer_undo(context, owner, _saved_sentence(name, before, now), step, undo, redo)

    def _on_failed(self, error: AppError) -> None:
        self._save.disable("")
        problems = error.facts.get("problems")
        several = problems if isinstance(problems, tuple) else (error,)
        fields = {"name": self._name, "email": self._email, "department": self._department, "role": self._role}
        for field in fields.values():
            field.set_error("")
        self._explain_role()
        shown = False
        for one in several:
            wrong = fields.get(str(one.facts.get("field")))
            if wrong is not None:
                wrong.set_error(f"{one.what} {one.why or one.do}")
                if not shown:
                    wrong.editor.setFocus(Qt.FocusReason.OtherFocusReason)
                shown = True
        self._problem.say("" if shown else " ".join(part for part in (error.what, error.why, error.do) if part))
        if error.code in ("people.changed-meanwhile", "teams.unknown"):
            self._read()  # what others changed is what the next attempt begins with
        elif isinstance(error, NotFound | Denied):  # there is nothing that could be saved any more
            self.dismiss()
            self._context.problems.show(error)


def _saved_sentence(name: str, before: PersonFields, now: PersonFields) -> str:
    if before == PersonFields(role=before.role):
        return _("{name} is now: {role}").format(name=name, role=role_title(now.role or ""))
    named = (
        (before.name, _("name {value}"), now.name),
        (before.email, _("email {value}"), now.email),
        (before.role, _("role {value}"), role_title(now.role or "")),
        (before.department, _("department {value}") if now.department else _("no department"), now.department),
        (before.teams, _("Teams").lower(), ""),
    )
    parts = [words.format(value=value) for was, words, value in named if was is not None]
    return _("{name} changed: {what}").format(name=name, what=", ".join(parts))
