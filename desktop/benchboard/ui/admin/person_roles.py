"""The roles and teams of a person: beside the list as badges, on the page as rows."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _, number
from benchboard.identity import users
from benchboard.identity.roles import role_title
from benchboard.identity.users import Person
from benchboard.ui.sign_in.demo_picker import role_description
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Badge, Button, Icon, Paragraph, Text, fill_column, hairline
from benchboard.ui.widgets.detail_pane import DetailSection
from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableRow


class PersonRoles(QWidget):
    """A section with the role and the teams; in rows, one for the roles and one for the teams. `edit` changes them."""

    def __init__(self, edit: Button) -> None:
        super().__init__()
        self._person: Person | None = None
        self._in_rows = False
        self._teams_count = Text("", "body", "muted")
        self._roles, self._teams = ReadableList(_("Role")), ReadableList(_("Teams"))
        self._add = Button(_("Add to a team"), edit.click, kind="link", name="person_add_team")
        self._no_team = QWidget()
        self._no_team.setObjectName("person_no_team")
        line = QHBoxLayout(self._no_team)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().px("spacing.2"))
        line.addWidget(Text(_("In no team."), "body", "secondary"))
        line.addWidget(self._add)
        line.addStretch(1)
        roles = DetailSection(_("Role"), edit)
        roles.fill(self._roles)
        teams = DetailSection(_("Teams"), self._teams_count)
        teams.fill(self._teams, self._no_team)
        self._of_teams = (hairline(), teams)
        fill_column(self, roles, *self._of_teams)

    def set_in_rows(self, in_rows: bool) -> None:
        """Have a row for each role and each team, or one with badges."""
        if in_rows != self._in_rows:
            self._in_rows = in_rows
            self._show()

    def show_person(self, person: Person) -> None:
        """Show what this person has."""
        self._person = person
        self._show()

    def set_denied(self, why: str) -> None:
        """Say why the person can't be added to a team; empty if they can."""
        self._add.disable(why)

    def _show(self) -> None:
        person = self._person
        for widget in self._of_teams:
            widget.setVisible(self._in_rows)
        if person is None:
            return
        if not self._in_rows:
            self._roles.show_rows([_RoleBadges(person)])
            return
        roles = [(role_title(person.role), role_description(person.role))]
        roles += [(name, _("Role of this organisation")) for name in person.own_roles]
        self._roles.show_rows(_rows("role", "ph.shield", roles))
        self._teams.show_rows(_rows("team", "ph.users-three", [(name, "") for name in person.teams]))
        self._teams.setVisible(bool(person.teams))
        self._no_team.setVisible(not person.teams)
        self._add.setVisible(not person.teams and person.state != users.DELETED)
        self._teams_count.setText(number(len(person.teams)))


def _rows(kind: str, icon: str, members: Sequence[tuple[str, str]]) -> list[ReadableRow]:
    return [
        _Membership(icon, name, below, name_of_row=f"membership_{kind}_{at}")
        for at, (name, below) in enumerate(members)
    ]


class _Membership(ReadableRow):
    """A role or a team, and what there is to say about it."""

    def __init__(self, icon: str, name: str, below: str, *, name_of_row: str) -> None:
        super().__init__()
        self.setObjectName(name_of_row)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Paragraph(name))
        if below:
            words.addWidget(Paragraph(below, "caption", "muted"))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(theme().px("spacing.2"))
        line.addWidget(Icon(icon))
        line.addLayout(words, 1)
        self.setAccessibleName(". ".join(part for part in (name, below) if part))


class _RoleBadges(ReadableRow):
    """The role and the teams, and below them what the role allows."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.setObjectName("person_role")
        allowed = role_description(person.role)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        flow = FlowLayout(spacing=6)
        flow.addWidget(Badge("info", role_title(person.role), "ph.shield"))
        for role in person.own_roles:
            flow.addWidget(Badge("info", role, "ph.shield"))
        for team in person.teams:
            flow.addWidget(Badge("neutral", team, "ph.users-three"))
        column.addLayout(flow)
        column.addWidget(Paragraph(allowed, "body", "secondary"))
        teams = [_("{name}: {values}").format(name=_("Teams"), values=", ".join(person.teams))] if person.teams else []
        self.setAccessibleName(". ".join((role_title(person.role), *person.own_roles, *teams, allowed)))
