"""Colours, type and icons of the window, made only from resources/themes/tokens.json.

One `Theme` lives as long as the program. Painting code calls `theme()` at paint time, so switching between light and
dark needs no bookkeeping: the style sheet is replaced and everything repaints; icons get their colour when they are
drawn. Tokens are the numbers of the design's visual rules; sizes are in device-independent pixels.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from benchboard.settings import Appearance
from benchboard.ui import fonts, motion, stylesheet

Mode = Literal["light", "dark"]
_WEIGHTS: Final = dict.fromkeys(
    ("body_strong", "section", "title", "display", "kpi", "wall_title", "wall_kpi_large"), 600
)

_MONO_STEPS: Final = {"mono": "caption", "code": "body", "mono_title": "section"}
"""The fonts of fixed widths, and the step of the scale that each is as large as."""

_HIGH_CONTRAST: Final = {
    "text.secondary": "text",
    "text.muted": "text",
    "text.placeholder": "text.secondary",
    "text.disabled": "text.muted",
    "border": "border.control",
    "border.strong": "text.muted",
    "border.control": "text",
    "grid": "border.control",
    "focus": "text",
}
"""The colours that take the place of fainter ones where the platform asks for high contrast."""


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    """The relative luminance of a colour, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def prefers_contrast() -> bool:
    """Whether the platform asks for high contrast."""
    hints = QGuiApplication.styleHints()  # its part is valid in Python only as long as it is
    return hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast


class Theme(QObject):
    """The current theme of the program. `changed` follows every switch, after the new style is applied."""

    changed = Signal()

    def __init__(self, tokens_file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens: dict[str, Any] = json.loads(tokens_file.read_text(encoding="utf-8"))
        self._appearance: Appearance = "system"
        self.current: Mode = "light"
        self._colours: dict[str, QColor] = {}
        self._paper = False
        self._fonts: dict[tuple[str, str, int, bool], QFont] = {}
        self._read()
        fonts.load(tokens_file.parents[1] / "fonts")
        named, kind = self._tokens["type"]["family"], QFontDatabase.SystemFont
        self._families = fonts.families(named[_platform()], kind.GeneralFont)
        self._mono_families = fonts.families(named["mono"], kind.FixedFont)
        hints = self._hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        hints.accessibility().contrastPreferenceChanged.connect(self._apply)

    @property
    def appearance(self) -> Appearance:
        return self._appearance

    def set_appearance(self, appearance: Appearance) -> None:
        """Use `light` or `dark`, or follow the system."""
        self._appearance = appearance
        self._apply()

    def color(self, name: str) -> QColor:
        """The colour token `name` in the current mode, for example `text.muted`."""
        return self._colours[name]

    def chart(self, index: int) -> QColor:
        """The colour of the `index`-th series; assign in order and keep it for the series' lifetime."""
        series = self._tokens["chart"][self.current]
        return QColor(series[index % len(series)])

    def tolerance(self, step: int) -> QColor:
        """The colour of a bit timing that allows enough oscillator tolerance (0), up to three times as much (4)."""
        return QColor(self._tokens["chart"]["tolerance"][self.current][step])

    def tolerance_ring(self, step: int) -> QColor | None:
        """The colour of the line around a dot of that colour, where it is too pale to be seen without one."""
        rings = self._tokens["chart"]["tolerance_ring"][self.current]
        return QColor(rings[step]) if step < len(rings) else None

    def ramp(self, share: float) -> QColor:
        """The colour of a value in a heatmap, by its share of the way from the least to the largest: 0 to 1."""
        steps = self._tokens["chart"]["ramp"][self.current]
        at = min(max(share, 0.0), 1.0) * (len(steps) - 1)
        first = min(int(at), len(steps) - 2)
        one, other = QColor(steps[first]).getRgbF(), QColor(steps[first + 1]).getRgbF()
        parts = [a + (b - a) * (at - first) for a, b in zip(one[:3], other[:3], strict=True)]  # type: ignore[index]  # four numbers
        return QColor.fromRgbF(*parts)

    def px(self, path: str) -> int:
        """A size token: `shell.rail`, `spacing.4`, `table.row.standard`, `icon.control`."""
        group, *rest = path.split(".")
        value: Any = self._tokens[f"{group}_px"]
        for part in rest:
            value = value[part]
        return int(value)

    def motion(self, name: str) -> int:
        """The duration of an animation in milliseconds: 0 if the platform asks for none."""
        return int(self._tokens["motion_ms"][name]) if not motion.is_reduced() else 0

    def font(self, role: str = "body") -> QFont:
        """The font of a step of the scale (`body`, `title`, …), or one of fixed widths: `mono`, one size smaller than
        body, `code`, as large as body, or `mono_title`, one size smaller than a title."""
        if (step := _MONO_STEPS.get(role)) is None:
            return self._font(self._families, role, _WEIGHTS.get(role, 400))
        return self._font(self._mono_families, step, _WEIGHTS[step] if role == "mono_title" else 400)

    def line_height(self, step: str) -> float:
        """How far lines are apart, as a multiple of the font's size: of `caption`, `body` or `title`."""
        return float(self._tokens["type"]["line_height"][step])

    def icon(self, name: str, role: str = "text.secondary", on: str | None = None) -> QIcon:
        """The icon `ph.<name>` of Phosphor or `bb.<name>` of ours, in colour `role` (`on` while checked)."""
        from benchboard.ui.icons import themed  # imported late: most of a first paint has no icon

        return themed(name, role, on or role, _current_color)

    @contextmanager
    def on_paper(self) -> Iterator[None]:
        """While the block paints, colours are those for white paper, and digits can be searched and copied (a PDF
        doesn't map tabular digits to characters). No signal is emitted.
        """
        mode, colours = self.current, self._colours
        self.current, self._paper = "light", True
        self._read()
        try:
            yield
        finally:
            self.current, self._colours, self._paper = mode, colours, False

    def tokens(self, group: str) -> dict[str, Any]:
        """A whole group of tokens, for the style sheet and the tests."""
        group_tokens: dict[str, Any] = self._tokens[group]
        return group_tokens

    def _font(self, families: list[str], step: str, weight: int) -> QFont:
        """A font of its own for each caller, who may change it: what is kept is only copied."""
        key = (families[0], step, weight, self._paper)
        if (kept := self._fonts.get(key)) is not None:
            return QFont(kept)
        font = QFont()
        font.setFamilies(families)
        scale = "scale_px_at_96dpi" if sys.platform == "darwin" else "scale_pt"
        font.setPointSizeF(float(self._tokens["type"][scale][step]))
        font.setWeight(QFont.Weight(weight))
        font.setFeature(QFont.Tag("tnum"), 0 if self._paper else 1)
        font.setFeature(QFont.Tag("calt"), 0)  # JetBrains Mono would draw `!=` as one sign, Inter `0x5` as 0×5
        self._fonts[key] = font
        return QFont(font)

    def _read(self) -> None:
        self._colours = {name: _colour(text) for name, text in self._tokens["color"][self.current].items()}
        if prefers_contrast() and not self._paper:
            usual = dict(self._colours)
            self._colours |= {name: usual[stronger] for name, stronger in _HIGH_CONTRAST.items()}

    def _system_changed(self) -> None:
        if self._appearance == "system":
            self._apply()

    def _apply(self) -> None:
        if self._appearance == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            self.current = "dark" if dark else "light"
        else:
            self.current = self._appearance
        self._read()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setFont(self.font())
            app.setPalette(_palette(self._colours))
            sheet = self._style_sheet()
            if sheet != app.styleSheet():  # Qt would style every widget that there is anew
                app.setStyleSheet(sheet)
        self.changed.emit()

    def _style_sheet(self) -> str:
        radii = {name: self.px(f"radius.{name}") for name in stylesheet.RADII}
        scale = {role: self.font(role) for role in self._tokens["type"]["scale_pt"]}
        return stylesheet.sheet(self._colours, radii, scale, {role: self.font(role) for role in ("mono", "mono_title")})


_theme: Theme | None = None


def start_theme(tokens_file: Path, appearance: Appearance = "system") -> Theme:
    """Create and apply the program's theme. Called once, by the composition root and by tests."""
    global _theme
    _theme = Theme(tokens_file, QApplication.instance())
    _theme.set_appearance(appearance)
    return _theme


def theme() -> Theme:
    """The program's theme."""
    if _theme is None:
        raise RuntimeError("benchboard.ui.theme.start was not called")
    return _theme


def _current_color(name: str) -> QColor:
    return theme().color(name)


def _colour(text: str) -> QColor:
    """Parse `#RRGGBB`, or `#RRGGBBAA` as in the tokens (Qt expects the alpha first)."""
    return QColor(f"#{text[7:9]}{text[1:7]}") if len(text) == 9 else QColor(text)


def _platform() -> str:
    return {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")


def _palette(colours: dict[str, QColor]) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for target, name in (
        (role.Window, "window"),
        (role.WindowText, "text"),
        (role.Base, "surface"),
        (role.AlternateBase, "surface.alt"),
        (role.Text, "text"),
        (role.Button, "surface"),
        (role.ButtonText, "text"),
        (role.Highlight, "accent"),
        (role.HighlightedText, "on.accent"),
        (role.PlaceholderText, "text.placeholder"),
        (role.ToolTipBase, "raised"),
        (role.ToolTipText, "text"),
        (role.Link, "accent.text"),
        (role.LinkVisited, "accent.text"),
    ):
        palette.setColor(target, colours[name])
    for target in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, colours["text.disabled"])
    return palette
