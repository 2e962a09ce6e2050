"""The fields that say how a REST API is asked. Those that a choice doesn't need are hidden, their values left out."""

from typing import Final, get_args
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from benchboard.analytics.rest.settings import (
    MAX_SECRET,
    MAX_URL,
    MAX_VALUE,
    Authentication,
    Paging,
    RestSettings,
)
from benchboard.analytics.sources.services import NAME_LENGTH
from benchboard.i18n import _
from benchboard.ui.widgets import CheckBox, Edit, Field, Select, row

_TEXT_LINES: Final = 60
FORM_MARGIN: Final = 2
"""Pixels at the left of the fields, for their focus rings."""
"""Pixels of a field of several lines."""
_NAMES: Final = 100
"""Letters of the name of a header or parameter."""


class RestForm(QWidget):
    """The fields, by the names of the settings that they are, and `name` and `secret`. `edited` emits the name of the
    one that was changed, `entered` is Enter in a line."""

    edited = Signal(str)
    entered = Signal()

    def __init__(self, parent: QWidget, *, existing: bool) -> None:
        super().__init__(parent)
        self.setProperty("plain", "true")
        self._name_typed = existing
        self.fields: dict[str, Field] = {}
        self._make_request(existing=existing)
        self._make_paging()
        self._lay_out()
        for name, field in self.fields.items():
            self._connect(name, field.editor)
        self._show_needed()

    def _make_request(self, *, existing: bool) -> None:
        self._line("name", _("Name"), NAME_LENGTH)
        self._choice("method", _("Method"), [("GET", "GET"), ("POST", "POST")])
        self._line("url", _("Address"), MAX_URL, placeholder="https://api.example/v1/trips")
        self._text("body", _("Body (JSON)"), "")
        titles: dict[Authentication, str] = {
            "none": _("None"),
            "bearer": _("Bearer token"),
            "basic": _("User and password"),
            "header": _("Key in a header"),
            "query": _("Key in a query parameter"),
        }
        kinds = [(kind, titles[kind]) for kind in get_args(Authentication)]
        self._choice("authentication", _("Authentication"), kinds)
        self._line("user", _("User"), 255)
        self._line("key_name", _("Header name"), _NAMES, placeholder="X-API-Key")
        unchanged = _("Leave it empty to keep the stored one.") if existing else ""
        self._line("secret", _("Token"), MAX_SECRET, note=unchanged)
        self.fields["secret"].edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._text("headers", _("Headers, one per line"), "Accept-Language: tr")
        found = _("Leave it empty to find the rows in the answer.")
        self._line("rows_path", _("Path to the rows"), MAX_VALUE, placeholder="$.data.items", note=found)

    def _make_paging(self) -> None:
        titles: dict[Paging, str] = {
            "none": _("One page"),
            "page": _("Page number"),
            "offset": _("Offset"),
            "cursor": _("Cursor in the answer"),
            "link": _("Link header"),
        }
        self._choice("paging", _("Paging"), [(kind, titles[kind]) for kind in get_args(Paging)])
        self._line("page_parameter", _("Query parameter"), _NAMES)
        self._choice("first_page", _("First page"), [("1", "1"), ("0", "0")])
        self._line("cursor_path", _("Path to the cursor"), MAX_VALUE, placeholder="$.next")
        self._line("size_parameter", _("Parameter of the page size"), _NAMES, placeholder="limit")
        self._line("page_size", _("Page size"), 6, placeholder="100")
        box = CheckBox(_("Allow this computer and the local network"))
        box.setObjectName("rest_allow_local")
        self.fields["allow_local"] = Field(_("Network"), box, parent=self)
        box.setAccessibleName(box.text())

    def _line(self, name: str, title: str, length: int, *, placeholder: str = "", note: str = "") -> None:
        edit = Edit(name=f"rest_{name}", placeholder=placeholder)
        edit.setMaxLength(length)
        self.fields[name] = Field(title, edit, note=note, parent=self)

    def _choice(self, name: str, title: str, choices: list[tuple[str, str]]) -> None:
        select = Select(choices, name=f"rest_{name}", label=title)
        # Else the longest choice makes the form wider than its room.
        select.setSizeAdjustPolicy(Select.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.fields[name] = Field(title, select, parent=self)

    def _text(self, name: str, title: str, placeholder: str) -> None:
        text = QPlainTextEdit()
        text.setObjectName(f"rest_{name}")
        text.setPlaceholderText(placeholder)
        text.setTabChangesFocus(True)
        text.setFixedHeight(_TEXT_LINES)
        self.fields[name] = Field(title, text, parent=self)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        # The scroll bar is beside the fields, their focus rings are whole.
        column.setContentsMargins(FORM_MARGIN, 0, 14, FORM_MARGIN)
        column.setSpacing(12)
        for names in (
            ("name",), ("method", "url"), ("body",), ("authentication", "user", "key_name"), ("secret",), ("headers",),
            ("rows_path",), ("paging", "page_parameter"), ("first_page", "cursor_path"),
            ("size_parameter", "page_size"), ("allow_local",),
        ):  # fmt: skip
            line = row(*(self.fields[name] for name in names), spacing=12)
            for place in range(len(names)):
                line.setStretch(place, 1)
            column.addLayout(line)
        self.fields["method"].setFixedWidth(96)
        column.addStretch(1)

    def _connect(self, name: str, editor: QWidget) -> None:
        if isinstance(editor, Edit):
            editor.textEdited.connect(lambda _text: self._changed(name))
            editor.returnPressed.connect(self.entered)
        elif isinstance(editor, QPlainTextEdit):
            editor.textChanged.connect(lambda: self._changed(name))
        elif isinstance(editor, Select):
            editor.currentIndexChanged.connect(lambda _at: self._choose(name))
        elif isinstance(editor, CheckBox):
            editor.toggled.connect(lambda _on: self._changed(name))

    def _choose(self, name: str) -> None:
        self._show_needed()
        self._changed(name)

    def _changed(self, name: str) -> None:
        self.fields[name].set_error("")
        if name == "name":
            self._name_typed = True
        elif name == "url" and not self._name_typed:
            self.fields["name"].edit.setText(_name_of(self._text_of("url"))[:NAME_LENGTH])
            self.fields["name"].set_error("")
        self.edited.emit(name)

    def _show_needed(self) -> None:
        """Show the fields that what is chosen needs."""
        authentication, paging = self._key_of("authentication"), self._key_of("paging")
        titles = {"bearer": _("Token"), "basic": _("Password")}
        self.fields["secret"].set_label(titles.get(authentication, _("Key")))
        self.fields["key_name"].set_label(_("Parameter name") if authentication == "query" else _("Header name"))
        self.fields["page_parameter"].edit.setPlaceholderText({"page": "page", "offset": "offset"}.get(paging, ""))
        cursor_note = _("Leave it empty if the answer has the next page's address.") if paging == "cursor" else ""
        self.fields["page_parameter"].set_note(cursor_note)
        needed = {
            "body": self._key_of("method") == "POST",
            "user": authentication == "basic",
            "key_name": authentication in ("header", "query"),
            "secret": authentication != "none",
            "page_parameter": paging in ("page", "offset", "cursor"),
            "first_page": paging == "page",
            "cursor_path": paging == "cursor",
            "size_parameter": paging != "none",
            "page_size": paging != "none",
        }
        for name, is_needed in needed.items():
            self.fields[name].setVisible(is_needed)

    # What is entered

    def show_settings(self, name: str, settings: RestSettings) -> None:
        """Show a data source as it is; its secret isn't shown."""
        for field, value in settings.to_json().items():
            editor = self.fields[field].editor
            if isinstance(editor, Select):
                editor.set_current_key(str(value))
            elif isinstance(editor, QPlainTextEdit):
                lines = [f"{one}: {text}" for one, text in settings.headers] if field == "headers" else [str(value)]
                editor.setPlainText("\n".join(lines))
            elif isinstance(editor, CheckBox):
                editor.setChecked(bool(value))
            elif isinstance(editor, Edit):
                editor.setText(str(value or ""))
        self.fields["name"].edit.setText(name)
        self._show_needed()

    @property
    def source_name(self) -> str:
        """The name of the data source."""
        return self._text_of("name")

    @property
    def secret(self) -> str:
        """The token, password or key; empty where none is needed or the stored one stays."""
        return "" if self.fields["secret"].isHidden() else self.fields["secret"].text()

    def values(self) -> dict[str, object]:
        """What `checked_rest` takes."""
        texts = ("url", "user", "key_name", "rows_path", "page_parameter", "cursor_path", "size_parameter")
        keys = ("method", "authentication", "paging")
        body, headers, box = (self.fields[name].editor for name in ("body", "headers", "allow_local"))
        assert isinstance(body, QPlainTextEdit)
        assert isinstance(headers, QPlainTextEdit)
        assert isinstance(box, CheckBox)
        written = [line for line in headers.toPlainText().splitlines() if line.strip()]
        size = self._text_of("page_size")
        return {
            **{name: self._text_of(name) for name in texts},
            **{name: self._key_of(name) for name in keys},
            "body": body.toPlainText() if self._key_of("method") == "POST" else "",
            "headers": [
                [part.strip() for part in line.partition(":")[::2]] if ":" in line else ["", ""] for line in written
            ],
            "first_page": int(self._key_of("first_page")) if not self.fields["first_page"].isHidden() else 1,
            "page_size": int(size) if size.isascii() and size.isdigit() else -1 if size else 0,
            "allow_local": box.isChecked(),
        }

    def _text_of(self, name: str) -> str:
        """The text of a line; empty while it is hidden."""
        return "" if self.fields[name].isHidden() else self.fields[name].text().strip()

    def _key_of(self, name: str) -> str:
        editor = self.fields[name].editor
        assert isinstance(editor, Select)
        return editor.current_key()


def _name_of(url: str) -> str:
    """What a source at an address is called: the last word of its path, else its host."""
    try:
        parts = urlsplit(url)
        words = [word for word in parts.path.split("/") if any(sign.isalpha() for sign in word)]
        return words[-1] if words else parts.hostname or ""
    except ValueError:
        return ""
