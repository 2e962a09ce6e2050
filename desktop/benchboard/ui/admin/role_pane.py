"""The details beside the matrix of roles: who has a role; who would gain or lose by an edit; who can do a thing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Literal

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards.access import past_access, past_source_access, reached_objects
from benchboard.dashboards.access.reached_objects import FoundObject, ObjectAccess, object_level_title, paths_text
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, ngettext, number, sentence_start
from benchboard.identity import kept_seals, reach
from benchboard.identity.access_history import access_as_of
from benchboard.identity.audit_verification import seal_gone
from benchboard.identity.reach import Holder
from benchboard.identity.role_changes import PersonDifference, RoleSummary, WhatIf
from benchboard.identity.roles import ABILITIES, ability_title
from benchboard.paging import Page
from benchboard.storage.search_text import fold
from benchboard.ui.admin import role_actions
from benchboard.ui.admin.access_tab import KIND_ICONS
from benchboard.ui.admin.members_section import MembersSection
from benchboard.ui.admin.past_day import PastDay
from benchboard.ui.admin.reach_rows import ReachRow
from benchboard.ui.context import Context
from benchboard.ui.sign_in.demo_picker import role_description
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Badge, Button, Paragraph, Text, fill_column, hairline, scroll_area
from benchboard.ui.widgets.accessible import announce, place_text
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.labels import Tone
from benchboard.ui.widgets.list_row import ListRow
from benchboard.ui.widgets.readable_rows import ReadableList, make_readable
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.tab_order import focus_content, one_tab_stop_choices

MOST_SHOWN: Final = 50
_MAX_ABILITIES: Final = 5
_SHEET_HEIGHT: Final = 240
_SHEET_LEFT: Final = 320
"""Pixels of the sheet, and of the counts in it."""


class RolePane(DetailPane):
    """One role: what it is for, what can be done with it, and who has it."""

    def __init__(self, context: Context, clone: Callable[[RoleSummary], object], write: Callable[[], str]) -> None:
        """`write` says why roles can't be changed by this person; empty if they can."""
        super().__init__("role_detail")
        self._context, self._role, self._write = context, RoleSummary("", "", "", "", True, frozenset(), 0), write
        self._kind = Badge("neutral", "", "ph.shield")
        self._head = DetailHeader(self.close_button(), self._kind, icon="ph.shield")
        self._head.below.hide()
        self.head.addWidget(self._head)
        self.head.addWidget(hairline())
        self._about = Paragraph("", "body", "secondary")
        about = DetailSection("")
        buttons = QWidget()
        line = FlowLayout(buttons)
        line.setContentsMargins(0, 4, 0, 0)
        self._clone = Button(_("Clone"), lambda: clone(self._role), icon="ph.copy", size="sm", name="role_clone")
        self._edit = Button(
            _("Edit"), lambda: role_actions.edit(context, self, self._role), icon="ph.pencil-simple", size="sm",
            name="role_edit",
        )  # fmt: skip
        self._delete = Button(
            _("Delete role"), lambda: role_actions.delete(context, self, self._role), kind="danger", icon="ph.trash",
            size="sm", name="role_delete",
        )  # fmt: skip
        for button in (self._clone, self._edit, self._delete):
            line.addWidget(button)
        about.fill(self._about, buttons)
        self.column.addWidget(about)
        self.column.addWidget(hairline())
        self._members = MembersSection(
            context, _("People with this role"), "role", "role_id",
            lambda ids, _names: role_actions.add_people(context, self, self._role, ids),
            lambda ids, _names: role_actions.remove_people(context, self, self._role, ids),
        )  # fmt: skip
        self.column.addWidget(self._members)
        self._note = Paragraph(_("A person has one system role. Change it on the person's page."), "caption", "muted")
        self._note.setContentsMargins(16, 0, 16, 14)
        self.column.addWidget(self._note)
        self.column.addStretch(1)

    def show_role(self, role: RoleSummary) -> None:
        """Show this role."""
        self._role = role
        self._head.name.setText(role.name)
        self._kind.show_state("neutral", _("System role") if role.is_system else _("Custom role"), "ph.shield")
        about = role_description(role.slug) if role.is_system else role.description
        self._about.setText(about or _("No description yet."))
        denied = self._write()
        self._edit.setVisible(not role.is_system)
        self._delete.setVisible(not role.is_system)
        self._note.setVisible(role.is_system)
        for button in (self._clone, self._edit, self._delete):
            button.disable(denied)
        none = (
            _("No one has this role.") if role.is_system or denied else _("No one has this role yet. Add people above.")
        )
        self._members.show_members(
            role.id, role.name, is_fixed=role.is_system or bool(denied), none=none, count=role.people
        )


class _WhatIfParts:
    """What tells who gains and who loses: counts, their bar, what was ticked and unticked, and the people."""

    def __init__(self) -> None:
        self._all = (
            _Figure(_("gain something"), "ok"),
            _Figure(_("lose something"), "error"),
            _Figure(_("no difference"), "text"),
        )
        self.figures = QWidget()
        line = QHBoxLayout(self.figures)
        line.setContentsMargins(16, 12, 16, 4)
        for figure in self._all:
            line.addWidget(figure, 1)
        self.bar = _ShareBar()
        self.changes = Paragraph("", "body", "secondary")
        self.changes.setContentsMargins(16, 8, 16, 8)
        self.gains, self.losses = _DifferenceSection(_("Gain"), "+"), _DifferenceSection(_("Lose"), "−")
        self.nobody = Paragraph("", "body", "secondary")
        self.nobody.setContentsMargins(16, 12, 16, 12)

    def show_what_if(self, role: RoleSummary, ticked: frozenset[str], told: WhatIf) -> None:
        """Show what ticking these abilities of the role would do."""
        counts = (told.gaining, told.losing, told.unchanged)
        for figure, sign, count in zip(self._all, ("+", "−", ""), counts, strict=True):
            figure.show_count(count, sign)
        self.bar.show_counts(counts)
        parts = [
            (_("Added: {values}."), [one for (one, *_more) in ABILITIES if one in ticked - role.abilities]),
            (_("Removed: {values}."), [one for (one, *_more) in ABILITIES if one in role.abilities - ticked]),
        ]
        said = [words.format(values=", ".join(map(ability_title, found))) for words, found in parts if found]
        self.changes.setText(" ".join(said))
        self.gains.show_people(told.gains, told.gaining)
        self.losses.show_people(told.losses, told.losing)
        none = not told.gaining and not told.losing
        text = _("No one has this role yet.") if not role.people else _("Their other roles give everyone the same.")
        self.nobody.setText(text)
        self.nobody.setVisible(none)


class WhatIfPane(DetailPane):
    """Who gains and who loses what if the role is saved as it is ticked now."""

    def __init__(self) -> None:
        super().__init__("what_if_detail")
        self._head = DetailHeader(self.close_button(), icon="ph.users-three")
        self._head.name.setText(_("Who gains, who loses"))
        self.head.addWidget(self._head)
        self.head.addWidget(hairline())
        self._parts = parts = _WhatIfParts()
        for widget in (
            parts.figures, parts.bar, parts.changes, hairline(), parts.gains, parts.losses, parts.nobody,
        ):  # fmt: skip
            self.column.addWidget(widget)
        self.column.addStretch(1)

    def show_what_if(self, role: RoleSummary, ticked: frozenset[str], told: WhatIf) -> None:
        """Show what ticking these abilities of the role would do."""
        condition = _("If you save “{name}” now").format(name=role.name)
        counts = ((_("gain something"), told.gaining), (_("lose something"), told.losing))
        self._head.below.setText(condition)  # what is told as the focus comes into the pane has the numbers too
        self._head.below.setAccessibleName(
            ", ".join((condition, *(f"{what}: {number(many)}" for what, many in counts)))
        )
        self._parts.show_what_if(role, ticked, told)


class WhatIfSheet(QWidget):
    """The same below the matrix, where there is no room beside it: the counts at the left of the people."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("what_if_sheet")
        self.setAccessibleName(_("Who gains, who loses"))
        set_surface(self, "surface")
        self.setFixedHeight(_SHEET_HEIGHT)
        self._parts = parts = _WhatIfParts()
        title = Text(_("Who gains, who loses"), "section")
        title.setContentsMargins(16, 12, 16, 0)
        left = QWidget()
        left.setFixedWidth(_SHEET_LEFT)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (title, parts.figures, parts.bar, parts.changes):
            column.addWidget(widget)
        column.addStretch(1)
        people = QWidget()
        people.setProperty("plain", "true")
        rows = QVBoxLayout(people)
        rows.setContentsMargins(0, 0, 0, 8)
        rows.setSpacing(0)
        for widget in (parts.gains, parts.losses, parts.nobody):
            rows.addWidget(widget)
        rows.addStretch(1)
        both = QWidget()
        line = QHBoxLayout(both)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(left)
        line.addWidget(hairline(vertical=True))
        line.addWidget(scroll_area(people), 1)
        fill_column(self, hairline(), both)

    def show_what_if(self, role: RoleSummary, ticked: frozenset[str], told: WhatIf) -> None:
        """Show what ticking these abilities of the role would do."""
        self._parts.show_what_if(role, ticked, told)


class _Figure(QWidget):
    """A count, large, above what it counts."""

    def __init__(self, title: str, tone: Tone) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._tone = tone
        self._count = Text("", "display", tone)
        column.addWidget(self._count)
        self._title = Paragraph(title, "caption", "muted")
        column.addWidget(self._title)

    def show_count(self, count: int, sign: str) -> None:
        """Show the count with its sign; none in a colour that says nothing of it."""
        text = f"{sign} {number(count)}".strip() if count else "0"
        self._count.setText(text)
        self._count.set_tone(self._tone if count else "muted")
        self.setAccessibleName(f"{text} {self._title.text()}")


class _ShareBar(QWidget):
    """The shares of those who gain, lose and neither, as a bar."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: tuple[int, int, int] = (0, 0, 0)
        self.setFixedHeight(8)
        self.setContentsMargins(16, 0, 16, 0)

    def show_counts(self, counts: tuple[int, int, int]) -> None:
        self._counts = counts
        self.setVisible(sum(counts) > 0)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        every, left, room = sum(self._counts), 16.0, self.width() - 32
        with QPainter(self) as painter:
            for count, role in zip(self._counts, ("ok", "error", "text.muted"), strict=True):
                width = room * count / every if every else 0.0
                painter.fillRect(round(left), 0, round(left + width) - round(left), 6, theme().color(role))
                left += width


class _DifferenceSection(DetailSection):
    """The people who gain, or lose, and what."""

    def __init__(self, title: str, sign: str) -> None:
        self._count = Text("", "body", "muted")
        super().__init__(title, self._count)
        self._sign = sign
        self._rows, self._rest = ReadableList(title), Text("", "caption", "muted")
        self.fill(self._rows, self._rest)

    def show_people(self, people: Sequence[PersonDifference], count: int) -> None:
        """Show these, the first of `count`."""
        self.setVisible(bool(count))
        self._count.setText(number(count))
        self._rows.show_rows([self._row(one) for one in people])
        self._rest.setText(_("and {count} more").format(count=number(count - len(people))))
        self._rest.setVisible(count > len(people))

    def _row(self, one: PersonDifference) -> ReachRow:
        what = f"{self._sign} {', '.join(map(ability_title, one.abilities))}"
        return ReachRow(one.name, "" if one.is_active else _("Disabled"), what, name=f"differs_{one.user_id}")


_Told = Literal["answer", "results"]
"""Whether a screen reader is told how many people can do it, or before that how many matches there are."""


@dataclass(frozen=True, slots=True)
class _PastAnswer:
    """Who could do something at a time, told from an audit log that begins at `known_from`; `log_fits`: it still has
    what this computer saw of it."""

    known_from: datetime
    people: Page[Holder] | Page[ObjectAccess]
    log_fits: bool
    later: bool = False
    """Whether it is known since later than the log begins."""


class WhoCanPane(DetailPane):
    """Who can do what was searched for: a permission, a dashboard, a data source or a dongle."""

    def __init__(self, context: Context) -> None:
        super().__init__("who_can_detail")
        self._context = context
        self._text, self._chosen = "", ""
        self._shown_text = ""
        """The text whose matches are shown."""
        self._enters = False
        """Whether the focus goes to the matches once they are there."""
        self._told: _Told | None = None
        """What of the answer that is being read a screen reader is told; None: nothing."""
        self._head = DetailHeader(self.close_button(), icon="ph.magnifying-glass")
        self._head.name.setText(_("Who can"))
        self._head.below.hide()  # the match that is chosen says it
        self.head.addWidget(self._head)
        self.head.addWidget(hairline())
        self._choices = QWidget()
        self._choice_column = QVBoxLayout(self._choices)
        self._choice_column.setContentsMargins(0, 4, 0, 4)
        self._choice_column.setSpacing(0)
        make_readable(self._choices, _("Matches"))
        one_tab_stop_choices(self._choices)
        self._none = Paragraph("", "body", "secondary")
        self._none.setContentsMargins(16, 14, 16, 14)
        self._count = Text("", "body", "muted")
        self._people = DetailSection(_("People"), self._count)
        self._rows, self._rest = ReadableList(_("People")), Text("", "caption", "muted")
        self._people.fill(self._rows, self._rest)
        self._day = PastDay()
        self._day.changed.connect(self._ask_day)
        self._as_of = DetailSection(_("As of"))
        self._as_of.fill(self._day)
        self._rule = hairline()
        for widget in (self._choices, self._none, hairline(), self._as_of, self._rule, self._people):
            self.column.addWidget(widget)
        self.column.addStretch(1)
        self._side = QWidget()
        """Where the people are while it is as wide as two."""
        side = QWidget()
        side.setProperty("plain", "true")
        self._side_column = QVBoxLayout(side)
        self._side_column.setContentsMargins(0, 0, 0, 8)
        self._side_column.addStretch(1)
        line = QHBoxLayout(self._side)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(hairline(vertical=True))
        line.addWidget(scroll_area(side), 1)
        self.across.addWidget(self._side, 1)
        self._side.hide()
        self._listed: dict[str, ListRow] = {}
        self._objects: dict[str, FoundObject] = {}

    def set_below(self, below: bool) -> None:
        """Stand below something, with the people at the right of what was found; or beside it, with them below that."""
        column, at = (self._side_column, 0) if below else (self.column, self.column.count() - 1)
        column.insertWidget(at, self._people)
        self._rule.setVisible(not below)
        self.edge.setVisible(not below)
        self._side.setVisible(below)

    def search(self, text: str) -> None:
        """Find what a text means, and show who can do the first of it."""
        if text == self._shown_text and self.isVisible():
            return
        self._text, self._shown_text, self._enters, actor = text, "", False, self._context.actor

        def show(found: tuple[FoundObject, ...]) -> None:
            if text == self._text:
                self._shown_text = text
                self._show_choices(abilities_matching(text)[:_MAX_ABILITIES], found)

        self._context.tasks.read(self, lambda session: reached_objects.find_objects(session, actor, text), show)

    def enter_choices(self) -> None:
        """Focus the match that is shown, once what was searched for last is found."""
        self._enters = self._text != self._shown_text
        if not self._enters and self._listed:
            focus_content(self._choices)

    def _ask_day(self) -> None:
        self._told = "answer"
        self.refresh()

    def refresh(self) -> None:
        """Read again what is shown."""
        if self._chosen:
            self._choose(self._chosen)

    def _show_choices(self, abilities: Sequence[str], objects: Sequence[FoundObject]) -> None:
        while (item := self._choice_column.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self._listed, self._objects = {}, {f"{one.kind}:{one.id}": one for one in objects}
        kinds = {"dashboard": _("Dashboard"), "source": _("Data source"), "dongle": _("Dongle")}
        choices = [(one, "ph.shield", sentence_start(ability_title(one)), _("Permission")) for one in abilities]
        choices += [(key, KIND_ICONS[one.kind], one.name, kinds[one.kind]) for key, one in self._objects.items()]
        for at, choice in enumerate(choices):
            self._add_choice(*choice, place=place_text(at, len(choices)))
        sentence = _("No permission, dashboard, data source or dongle matches “{text}”.")
        self._none.setText(sentence.format(text=self._text))
        self._none.setVisible(not self._listed)
        for section in (self._as_of, self._people):
            section.setVisible(bool(self._listed))
        if self._listed:
            self._told = "results"
            self._choose(self._chosen if self._chosen in self._listed else next(iter(self._listed)))
            if self._enters:
                self.enter_choices()
        else:
            announce(self._none, self._none.text())
        self._enters = False

    def _add_choice(self, key: str, icon: str, title: str, kind: str, *, place: str) -> None:
        row = ListRow(partial(self._press_choice, key), name=f"who_can_{key}", icon=icon)
        row.show_row(title, kind, place=place)
        self._listed[key] = row
        self._choice_column.addWidget(row)
        row.show()

    def _press_choice(self, key: str) -> None:
        self._told = "answer"
        self._choose(key)

    def _choose(self, key: str) -> None:
        self._chosen, actor = key, self._context.actor
        for one, row in self._listed.items():
            row.setChecked(one == key)
        found = self._objects.get(key)
        try:
            at = self._day.moment()
        except Invalid as error:
            self._show_past_problem(error)
            return
        if at is not None:
            self._choose_past(key, found, at)
            return
        self._day.say()

        def read(session: DatabaseSession) -> Page[Holder] | Page[ObjectAccess]:
            if found is None:
                return reach.list_holders(session, actor, key, limit=MOST_SHOWN)
            return reached_objects.list_access_to(session, actor, found.kind, found.id, limit=MOST_SHOWN)

        def show(page: Page[Holder] | Page[ObjectAccess]) -> None:
            if key == self._chosen:
                self._show_people(page)

        self._context.tasks.read(self, read, show)

    def _choose_past(self, key: str, found: FoundObject | None, at: datetime) -> None:
        """Show who could do it at a time."""
        actor, opened = self._context.actor, self._context.workspace

        def read(session: DatabaseSession) -> _PastAnswer:
            past = access_as_of(session, actor, at)
            known = kept_seals.find_all(opened.home, opened.database.seen_seals, actor.organisation_id)
            fault = kept_seals.find_fault(opened.home, actor.organisation_id)
            fits = fault is None and seal_gone(session, actor, known) is None
            if found is not None and found.kind == "dashboard":
                people = past_access.get_past_access(session, actor, past, found.id).people
                return _PastAnswer(past.known_from, Page(people[:MOST_SHOWN], _more(people)), fits)
            if found is not None and found.kind == "source":
                told = past_source_access.get_past_source_access(session, actor, past, found.id)
                later = told.known_from > past.known_from
                return _PastAnswer(told.known_from, Page(told.people[:MOST_SHOWN], _more(told.people)), fits, later)
            act = "dongles:read" if found is not None else key
            holders = [
                Holder(one.user_id, one.name, one.email, one.grants[act]) for one in past.people if act in one.grants
            ]
            return _PastAnswer(past.known_from, Page(tuple(holders[:MOST_SHOWN]), _more(holders)), fits)

        def show(told: _PastAnswer) -> None:
            if key == self._chosen:
                self._day.say(told.known_from, log_fits=told.log_fits, later=told.later)
                self._show_people(told.people)

        self._context.tasks.read(self, read, show, self._show_past_problem)

    def _show_past_problem(self, error: AppError) -> None:
        """Say what is wrong; who could do it isn't known, so that no number stands there, which would be 0."""
        self._told = None
        self._rows.show_rows([])
        self._people.hide()
        self._day.say(error=error)

    def _show_people(self, page: Page[Holder] | Page[ObjectAccess]) -> None:
        rows = []
        for one in page.rows:
            if isinstance(one, Holder):
                level, why = "", ", ".join(_("Role {name}").format(name=role) for role in one.roles)
            else:
                level, why = object_level_title(one.level), paths_text(one.paths)
            rows.append(ReachRow(one.name, level, why, name=f"can_{one.user_id}"))
        self._rows.show_rows(rows)
        more = page.next_key is not None
        people = ngettext("{count} person", "{count} people", len(rows)).format(count=number(len(rows)))
        self._count.setText("" if more else people)
        sentence = (
            _("Showing the first {count}. “benchboard access as-of {day}” lists all.")
            if self._day.is_past
            else _("Showing the first {count}. “benchboard user who-can” lists all.")
        )
        self._rest.setText(sentence.format(count=number(len(rows)), day=self._day.word))
        self._rest.setVisible(more)
        self._people.show()
        if self._told is not None:
            self._announce(people if not more else _("more than {count} people").format(count=number(len(rows))))

    def _announce(self, people: str) -> None:
        """Have the screen reader say how many people can do what is chosen."""
        results, told = len(self._listed), self._told
        self._told = None
        text = f"{self._listed[self._chosen].text()}: {people}"
        if self._day.is_past:
            text = _("As of {day}, {answer}").format(day=self._day.title, answer=text)
        if told == "results":
            counted = ngettext("{count} result.", "{count} results.", results).format(count=number(results))
            text = f"{counted} {text}"
        announce(self._people, text, again=True)


def abilities_matching(text: str) -> list[str]:
    """The permissions that a text means: a part of what one is called, or of its own name."""
    wanted = fold(text)
    return [
        acts[0] for acts in ABILITIES if wanted in fold(ability_title(acts[0])) or any(wanted in act for act in acts)
    ]


def _more(people: Sequence[object]) -> str | None:
    """The key of what isn't shown of these people; None if all are."""
    return str(MOST_SHOWN) if len(people) > MOST_SHOWN else None
