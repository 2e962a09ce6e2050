"""The head of a person's details: name, address, the state of the account, and the menu of actions."""

from benchboard.i18n import _
from benchboard.identity.users import Person
from benchboard.ui.admin import user_actions
from benchboard.ui.admin.admin_commands import PEOPLE, PERSON_MENU
from benchboard.ui.admin.admin_format import person_mark
from benchboard.ui.admin.person_details import PersonDetails
from benchboard.ui.command_menu import command_menu
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.widgets import Badge, Button
from benchboard.ui.widgets.detail_pane import DetailHeader


class PersonHeader(DetailHeader):
    """Name, address, and the state of the account."""

    def __init__(self, pane: PersonDetails) -> None:
        self._state = Badge("neutral", "")
        self._kind = Badge("neutral", "", "ph.play")
        self.close_button = pane.close_button()
        self._factor = Badge("neutral", "")
        super().__init__(self.close_button, self._state, self._kind, self._factor, tabs=True)
        self._pane = pane
        self.whole_page = Button(
            "",
            pane.page_requested.emit,
            kind="quiet",
            icon="ph.arrows-out",
            tip=_("Open as a page"),
            name="person_page",
        )
        self.more = Button(
            "", self._open_more, kind="quiet", icon="ph.dots-three-bold", tip=_("More actions"), name="person_more"
        )
        for button in (self.more, self.whole_page):
            self.title_row.addWidget(button)
        self.line.addWidget(
            Button("", self._copy, kind="quiet", icon="ph.copy", size="xs", tip=_("Copy email address"))
        )

    def show_account(self, person: Person) -> None:
        """Show this person."""
        mark = person_mark(person)
        self.show_person(person.name)
        self.name.setText(person.name)
        self.below.setText(person.email)
        self._state.show_state(mark.kind, mark.text, mark.icon)
        self._kind.setVisible(person.account_type == "DEMO")
        self._kind.show_state("neutral", _("Demo account"), "ph.play")
        self._factor.setVisible(person.has_second_factor)
        self._factor.show_state("neutral", _("Two-step sign-in"), "ph.shield-check")

    def _open_more(self) -> None:
        """Open the menu of what can be done with the account."""
        pane = self._pane
        if pane.person is not None:
            handlers = user_actions.handlers_for_people(pane.context, pane, [pane.person])
            opened = command_menu(self, PERSON_MENU, handlers, scope=PEOPLE, label=_("Actions"), name="person_menu")
            opened.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _copy(self) -> None:
        copy_text(self.below.text())
