"""The inspector's field for an image: its description, and buttons to replace and remove it."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards.document import images
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.paragraph import Paragraph


class ImageField(QWidget):
    """A button that selects a file, and a description of the image, which is shown on the page."""

    def __init__(self, name: str, choose: Callable[[], object], remove: Callable[[], object]) -> None:
        super().__init__()
        self._shown: str | None = None
        self._choose = Button(_("Choose image…"), choose, icon="ph.image", name=name)
        self._remove = Button("", remove, kind="quiet", icon="ph.trash", tip=_("Remove image"),
                              name=f"{name}_remove")  # fmt: skip
        self._words = Paragraph("", "caption", "muted")
        self._words.setObjectName(f"{name}_words")
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._choose)
        row.addWidget(self._remove)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._words)
        self.setFocusProxy(self._choose)

    def show_image(self, text: str) -> None:
        """Describe the present image."""
        if text == self._shown:
            return
        self._shown = text
        self._remove.setVisible(bool(text))
        if not text:
            self._words.set_tone("muted")
            self._words.setText(_("PNG, JPEG or WebP. You can also drop it on the dashboard or paste it."))
            return
        try:
            images.parse_data_uri(text)
        except Invalid as error:
            self._words.set_tone("error")
            self._words.setText(" ".join(part for part in (error.what, error.why, error.do) if part))
        else:
            self._words.set_tone("muted")
            self._words.setText(images.describe_image(text))
