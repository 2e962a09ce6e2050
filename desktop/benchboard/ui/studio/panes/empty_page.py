"""The notice in the middle of an empty page."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtWidgets import QWidget

from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.data_cards import add_data_card, sample_card
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.saving import Saving
from benchboard.ui.widgets.choice_card import ChoiceCard
from benchboard.ui.widgets.empty_state import EmptyState


class EmptyPageNotice(QObject):
    """Shows over `area` that the page is empty and how to start, or why it couldn't be opened."""

    def __init__(
        self,
        area: QWidget,
        editor: Editor,
        saving: Saving,
        empty: str,
        begin: Callable[[], None],
        add_widget: Callable[[], None],
        no_templates: str,
        add_data: tuple[Callable[[], object], Callable[[], object]] | None,
        data: str,
    ) -> None:
        """`no_templates`: why `begin` is of no use, or empty; `add_widget` shows the widgets; `add_data` asks for a
        person's own data or adds the sample data, and is None for a person who may not; `data` says where widgets get
        theirs."""
        super().__init__(area)
        self._area, self._editor, self._saving = area, editor, saving
        self._empty, self._start_from_template, self._add_data = empty, begin, add_data
        self._no_templates, self._data, self._add_widget = no_templates, data, add_widget
        self._state, self._presented = "", False
        self.shown: QWidget | None = None
        """The notice that is shown now."""
        area.installEventFilter(self)
        saving.state_changed.connect(self.follow)
        editor.changed.connect(self.follow)
        editor.permission_changed.connect(self.follow)

    def set_presented(self, presented: bool) -> None:
        """Say only that the page is empty while it is presented."""
        self._presented = presented
        self.follow()

    def follow(self) -> None:
        """Update the notice to the page's state."""
        wanted = self._wanted()
        if wanted == self._state:
            return
        self._state = wanted
        if self.shown is not None:
            self.shown.hide()
            self.shown.deleteLater()
        self.shown = self._make_widget(wanted)
        if self.shown is not None:
            self.shown.setObjectName("studio_empty")
            self._place()
            self.shown.show()

    def _wanted(self) -> str:
        if self._saving.state == "failed":
            return "failed"
        if self._saving.state == "loading" or len(self._editor.layout):
            return ""
        return "nothing" if self._editor.read_only or self._presented else "empty"

    def _make_widget(self, wanted: str) -> QWidget | None:
        problem = self._saving.problem
        if wanted == "failed" and problem is not None:
            return self._failure(problem)
        if wanted == "empty":
            return self._first_steps()
        return EmptyState("ph.squares-four", self._empty, parent=self._area) if wanted == "nothing" else None

    def _first_steps(self) -> EmptyState:
        how = _("Drag a widget here from the left pane, or press {key} to search for one.")
        why = f"{self._data} {how.format(key=REGISTRY['studio.show_add_pane'].key)}"
        empty = EmptyState("ph.squares-four", self._empty, why=why, parent=self._area)
        template = ChoiceCard(
            "ph.layout", _("Start from a template"), _("A page with its widgets in place"),
            self._start_from_template, name="studio_empty_template", reason=self._no_templates,
        )  # fmt: skip
        widget = ChoiceCard(
            "ph.plus", _("Add a widget"), _("A chart, a table, a number or a text"),
            self._add_widget, name="studio_empty_add_widget",
        )  # fmt: skip
        if self._add_data is None:
            empty.offer(template, widget)
            return empty
        add, sample = self._add_data
        cards = add_data_card(add, "studio_empty_add_data"), sample_card(sample, "studio_empty_sample")
        empty.offer(cards[0], template, widget, cards[1])
        return empty

    def _failure(self, problem: AppError) -> QWidget:
        why = " ".join(part for part in (problem.why, problem.do) if part)
        return EmptyState("ph.warning-circle", problem.what, _("Try again"), self._saving.load, why=why,
                          role="error", parent=self._area)  # fmt: skip

    def _place(self) -> None:
        if self.shown is not None:
            if isinstance(self.shown, EmptyState):
                self.shown.fit_width(self._area.width())
            area, size = self._area.rect(), self.shown.sizeHint()
            width, height = max(size.width(), 320), max(size.height(), 160)
            self.shown.setGeometry(QRect((area.width() - width) // 2, (area.height() - height) // 2, width, height))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._area and event.type() == QEvent.Type.Resize:
            self._place()
        return False
