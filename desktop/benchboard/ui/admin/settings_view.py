"""The settings of the organisation: what is asked of its people when they sign in."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.admin.clean_up_section import CleanUp, when_sentence
from benchboard.ui.admin.sign_in_rules_section import add_sign_in_rules
from benchboard.ui.commands import install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.shell.settings_section import SettingsSection
from benchboard.ui.theme import theme
from benchboard.ui.widgets import BannerPlace, Toolbar, fill_column, scroll_area
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.window_commands import LIST_UNDO, undo_handlers


class AdminSettings(QWidget):
    """Address: `admin/settings`."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        set_surface(self, "surface")
        self._toolbar, self.banner_place = Toolbar(_("Settings")), BannerPlace()
        self._page = page = QWidget()
        page.setProperty("plain", "true")
        margin = theme().px("spacing.6")
        column = QVBoxLayout(page)
        column.setContentsMargins(margin, theme().px("spacing.3"), margin, margin)
        column.setSpacing(0)
        asked = _("What {organisation} asks of its people.").format(organisation=context.actor.organisation)
        rules = SettingsSection(_("Sign-in rules"), asked, first=True)
        self._rules = add_sign_in_rules(rules, context)
        expired = SettingsSection(_("Clean-up"), when_sentence(context))
        self._clean_up = CleanUp(expired, context)
        self._sections = (rules, expired)
        for section in self._sections:
            column.addWidget(section)
        column.addStretch(1)
        self._scroll = scroll_area(page)
        self._scroll.setAccessibleName(_("Settings"))
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignLeft)
        fill_column(self, self._toolbar, self.banner_place, self._scroll)
        install_shortcuts(self, LIST_UNDO, undo_handlers(context.problems))

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        return [self._scroll]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= theme().px("measure.text_max") + theme().px("measure.text_max") // 2
        self._page.setMaximumWidth(theme().px("measure.text_max") * (2 if is_wide else 1))
        for section in self._sections:
            section.set_wide(is_wide)
