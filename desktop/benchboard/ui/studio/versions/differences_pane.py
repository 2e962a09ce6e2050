"""The right pane of a diff: the list of differences, and buttons to restore or revert."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.dashboards.versions.diff import Difference
from benchboard.i18n import _, ngettext
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.versions.diff_widgets import as_pane, head, wide
from benchboard.ui.studio.versions.difference_list import DifferenceList, DifferenceListModel
from benchboard.ui.studio.versions.difference_text import ItemNames
from benchboard.ui.widgets import Button, KeyCap, Paragraph, Text, accessible, hairline


class DifferencesPane(QWidget):
    """The list with its heading and the buttons below it; disabled buttons say why."""

    restore_requested = Signal()
    revert_requested = Signal()

    def __init__(self, may_change: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._may_change = may_change
        self._numbers: tuple[int | None, int | None, int | None] = (None, None, None)
        self._identical = False
        """Whether the versions being compared have the same content."""
        self._is_stored = False
        """Whether the version that would be restored has the content of the newest one."""
        self.model = DifferenceListModel(self)
        self.list = DifferenceList(self.model)
        self._heading = Text("", "body_strong")
        self._empty_text = Paragraph("", "body", "muted")
        self._empty_text.setContentsMargins(16, 16, 16, 16)
        self._empty_text.hide()
        self._filler = QWidget()
        """Keeps the buttons at the bottom if there is no list."""
        self._filler.hide()
        self._restore = wide(
            Button(
                _("Restore"),
                self.restore_requested.emit,
                kind="primary",
                icon="ph.clock-counter-clockwise",
                name="versions_restore",
            )
        )
        self._revert = wide(
            Button(_("Undo selected differences"), self.revert_requested.emit, name="versions_take_back")
        )
        self._hint = Paragraph("", "caption", "muted")
        self._lay_out()
        self.list.why_not_undone = self._why_no_undo
        self.model.ticked_changed.connect(self._update_buttons)
        self._update_buttons()

    @property
    def heading(self) -> str:
        """The heading: `7 differences`."""
        return self._heading.text()

    @property
    def sentence(self) -> str:
        """The text in place of an empty list."""
        return self._empty_text.text()

    @property
    def to_restore(self) -> int | None:
        """The version that can be restored: the selected one or, of the newest, the one that it is compared with."""
        before, after, newest = self._numbers
        return before if after == newest else after

    @property
    def can_restore(self) -> bool:
        """Whether a version can be restored."""
        return not self.why_no_restore()

    def why_no_restore(self) -> str:
        """Why no version can be restored; empty if one can."""
        _before, after, newest = self._numbers
        if self.to_restore is None:
            return self._why_no_change() or self.sentence
        if self._identical and after == newest:
            return self._why_no_change() or _("These versions are identical, so there's nothing to restore.")
        same = _("Version {number} is the same as the newest version, so there's nothing to restore.")
        return self._why_no_change() or (same.format(number=self.to_restore) if self._is_stored else "")

    def show_differences(self, differences: Sequence[Difference], names: ItemNames, *, alone: bool) -> None:
        """Show these differences; `alone`: there is no version before this one."""
        self.model.show_differences(differences, names)
        self._identical = not alone and not differences
        count = len(differences)
        self._heading.setText(ngettext("{count} difference", "{count} differences", count).format(count=count))
        sentence = ""
        if alone:
            sentence = _("This is the first version, so there's nothing to compare it with yet.")
        elif not differences:
            sentence = _("These versions are identical.")
        self._heading.setVisible(not alone)
        for key in self._keys:
            key.setVisible(not sentence)
        self._empty_text.setText(sentence)
        self._empty_text.setVisible(bool(sentence))
        self.list.setVisible(not sentence)
        self._filler.setVisible(bool(sentence))
        self._update_buttons()

    def show_numbers(self, before: int | None, after: int | None, newest: int | None, *, is_stored: bool) -> None:
        """Set the versions being compared, and the newest one. `is_stored`: the newer of the two has the content of the
        newest."""
        self._numbers = (before, after, newest)
        self._is_stored = is_stored and after != newest
        self._update_buttons()

    def _update_buttons(self) -> None:
        """Enable the buttons, or set the reason why they are disabled."""
        before, _after, newest = self._numbers
        restored = self.to_restore
        self._restore.setText(_("Restore version {number}").format(number=restored))
        self._restore.disable(self.why_no_restore())
        count = len(self.model.ticked)
        ticked = ngettext("Undo {count} selected difference", "Undo {count} selected differences", count).format(
            count=count
        )
        self._revert.setText(ticked if count else _("Undo selected differences"))
        self._revert.disable(self._why_no_undo() or ("" if count else _("Select the differences to undo.")))
        hint = _(
            "Restoring makes version {next} with the content of version {before}. Version {newest} stays in the list."
        )
        self._hint.setText(hint.format(next=(newest or 0) + 1, before=restored, newest=newest))
        accessible.describe(self._restore, self._hint.text() if restored is not None and self.can_restore else "")
        self._restore.setVisible(restored is not None)
        self._revert.setVisible(before is not None)
        self._hint.setVisible(restored is not None and self.can_restore)

    def _why_no_undo(self) -> str:
        """Why no difference can be undone, whichever are selected; empty if they can."""
        _before, after, newest = self._numbers
        other = _("You can only undo differences in the newest version.") if after != newest else ""
        return self._why_no_change() or other

    def _why_no_change(self) -> str:
        return "" if self._may_change else _("You have view-only access to this dashboard.")

    def _lay_out(self) -> None:
        column = as_pane(self, 280)
        top, row = head()
        row.addWidget(self._heading)
        row.addStretch(1)
        self._keys = (
            KeyCap(REGISTRY["studio.versions_next"].key),
            KeyCap(REGISTRY["studio.versions_previous"].key),
            Text(_("next, previous"), "caption", "muted"),
        )
        for key in self._keys:
            row.addWidget(key)
        foot = QWidget()
        below = QVBoxLayout(foot)
        below.setContentsMargins(16, 12, 16, 16)
        below.setSpacing(8)
        below.addWidget(self._restore)
        below.addWidget(self._revert)
        below.addWidget(self._hint)
        for widget in (top, hairline(), self._empty_text):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addWidget(self._filler, 1)
        column.addWidget(hairline())
        column.addWidget(foot)
