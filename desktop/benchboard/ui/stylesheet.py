"""The Qt style sheet, generated from the design tokens: flat fills, 1-px lines, text.

It contains no fixed colours or sizes.
"""

import sys
from collections.abc import Mapping
from string import Template
from typing import Final

from PySide6.QtGui import QColor, QFont

RADII: Final = ("badge", "control", "panel", "dialog")
"""The corner radii that the style sheet needs."""

_BASE = Template("""
* { outline: 0; }
QMainWindow, QWidget#window { background: $window; }
QToolTip { background: $tooltip; color: $on_tooltip; border: 1px solid $tooltip; padding: 3px 6px; }
QLabel { color: $text; background: transparent; }
QLabel[tone="secondary"] { color: $text_secondary; }
QLabel[tone="muted"] { color: $text_muted; }
QLabel[tone="accent"] { color: $accent_text; }
QLabel[tone="ok"] { color: $ok; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="error"] { color: $error; }
QLabel[tone="info"] { color: $info; }
QLabel[tone="inverse"] { color: $on_tooltip; }
QLabel:disabled, QLabel[tone]:disabled { color: $text_disabled; }
QAbstractScrollArea, QScrollArea, QStackedWidget { background: transparent; border: 0; }
QScrollArea > QWidget > QWidget[plain="true"] { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $border_strong; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $border_control; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QSplitter::handle { background: $border; }
QSplitter[clear="true"]::handle { background: transparent; }
QWidget[surface="surface"] { background: $surface; }
QWidget[surface="window"] { background: $window; }
QWidget[surface="alt"] { background: $surface_alt; }
QWidget[surface="canvas"] { background: $canvas; }
QWidget[surface="header"] { background: $header; }
QWidget[surface="rail"] { background: $rail; }
QWidget[surface="selection"] { background: $selection; }
QWidget[corners="left"] { border-top-left-radius: ${r_dialog}px; border-bottom-left-radius: ${r_dialog}px; }
QFrame[line="true"] { background: $border; border: 0; }
QFrame[card="true"] { background: $surface; border: 1px solid $tile_border; border-radius: ${r_panel}px; padding: 1px; }
QFrame[card="warn"] { background: $warn_soft; border: 1px solid $warn; border-radius: ${r_panel}px; padding: 1px; }
QFrame[card="chosen"] { background: $surface; border: 2px solid $accent; border-radius: ${r_panel}px; }
""")

_BUTTONS = Template("""
QAbstractButton[kind] { border-radius: ${r_control}px; padding: 0 11px; font-weight: 500; }
QAbstractButton[kind][square="true"] { padding: 0; }
QDialogButtonBox { button-layout: 3; }  /* GNOME: what the dialog is for is at the right */
QAbstractButton[kind="plain"] { background: $surface; color: $text; border: 1px solid $border_strong; }
QAbstractButton[kind="plain"]:hover { background: $row_hover; border-color: $border_control; }
QAbstractButton[kind="plain"]:pressed { background: $surface_alt; }
QAbstractButton[kind="plain"]:checked { background: $accent_soft; color: $accent_text; border-color: $accent; }
QAbstractButton[joined="left"] { border-top-right-radius: 0; border-bottom-right-radius: 0; }
QAbstractButton[joined="right"] { border-top-left-radius: 0; border-bottom-left-radius: 0; margin-left: -1px; }
QAbstractButton[kind="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; }
QAbstractButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QAbstractButton[kind="primary"]:pressed { background: $accent_pressed; border-color: $accent_pressed; }
QAbstractButton[kind="danger"] { background: $surface; color: $error; border: 1px solid $border_strong; }
QAbstractButton[kind="danger"]:hover { background: $error_soft; border-color: $error; }
QAbstractButton[kind="destroy"] { background: $error_fill; color: $on_accent; border: 1px solid $error_fill; }
QAbstractButton[kind="destroy"]:hover { border-color: $text; }
QAbstractButton[kind="quiet"] { background: transparent; color: $text_secondary; border: 1px solid transparent; }
QAbstractButton[kind="quiet"]:hover { background: $row_hover; color: $text; }
QAbstractButton[kind="quiet"][section="true"] {
  border: 0; border-left: 2px solid transparent; border-radius: 0; padding: 0 14px; text-align: left; }
QAbstractButton[kind="quiet"][section="true"]:checked {
  background: $selection; color: $accent_text; border-left-color: $accent; }
QAbstractButton[kind="quiet"]:pressed { background: $surface_alt; }
QAbstractButton[kind="link"], QAbstractButton[kind="danger_link"],
QAbstractButton[kind="warn_link"], QAbstractButton[kind="inverse"] { background: transparent; border: 0; padding: 0; }
QAbstractButton[kind="plain"]:disabled, QAbstractButton[kind="primary"]:disabled,
QAbstractButton[kind="danger"]:disabled, QAbstractButton[kind="destroy"]:disabled {
  background: $surface_alt; color: $text_disabled; border: 1px solid $border; }
QAbstractButton[kind="quiet"]:disabled, QAbstractButton[kind="link"]:disabled { color: $text_disabled; }
""")

_FIELDS = Template("""
QLineEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox {
  background: $surface; color: $text; border: 1px solid $border_control; border-radius: ${r_control}px;
  padding: 1px 9px; selection-background-color: $accent; selection-color: $on_accent;
  placeholder-text-color: $text_placeholder; }
QLineEdit:hover, QComboBox:hover { border-color: $text_muted; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {
  border: 2px solid $focus; padding: 0 8px; }
QComboBox { padding-left: 11px; }
QComboBox:focus { padding-left: 10px; }
QPlainTextEdit { padding: 1px 7px; }
QPlainTextEdit:focus { padding: 0 6px; }
QLineEdit[iconed="true"] { padding-left: 1px; }
QLineEdit[iconed="true"]:focus { padding-left: 0; }
QLineEdit[wrong="true"] { border-color: $error; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {
  background: $surface_alt; color: $text_disabled; border-color: $border; }
QLineEdit[frameless="true"] { border: 0; background: transparent; padding: 0; }
QLineEdit[heading="true"] { background: transparent; border-color: transparent; }
QLineEdit[heading="true"]:hover { border-color: $border_control; }
QLineEdit[heading="true"]:focus { background: $surface; border-color: $focus; }
QLineEdit[heading="true"]:read-only, QLineEdit[heading="true"]:read-only:hover { border-color: transparent; }
QPlainTextEdit[docked="true"] { border: 2px solid $surface; border-radius: 0; padding: 0 8px; }
QPlainTextEdit[docked="true"]:focus { border-color: $focus; }
QPlainTextEdit[docked="code"] { border: 2px solid $surface; border-radius: 0; padding: 0; }
QPlainTextEdit[docked="code"]:focus { border-color: $focus; }
QPlainTextEdit[docked="alt"] { background: $surface_alt; border: 2px solid $surface_alt; border-radius: 0;
  padding: 0 6px; }
QPlainTextEdit[docked="alt"]:focus { border-color: $focus; }
QComboBox::drop-down { border: 0; width: 26px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { background: transparent; color: $text; border: 0; padding: 4px;
  selection-background-color: $selection; selection-color: $text; outline: 0; }
QAbstractItemView[files="true"] { background: $surface; color: $text; border: 1px solid $border; outline: 0;
  border-radius: ${r_control}px; padding: 4px; selection-background-color: $selection; selection-color: $text; }
QAbstractItemView[files="true"]:focus { border: 2px solid $focus; padding: 3px; }
QAbstractItemView[files="true"]::item { border: 0; padding: 0 6px; }
QAbstractItemView[files="true"]::item:hover { background: $row_hover; }
QAbstractItemView[files="true"]::item:selected { background: $selection; color: $text; }
QAbstractItemView[completions="true"] { background: $raised; color: $text; border: 1px solid $border_strong;
  padding: 4px; selection-background-color: $selection; selection-color: $text; outline: 0; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: 0; }
QMenu { background: $raised; color: $text; border: 1px solid $border_strong; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 16px; border-radius: ${r_badge}px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $text_disabled; background: transparent; }
QMenu::icon, QMenu::indicator { left: 8px; }
QMenu[rows="true"] { background: transparent; border: 0; padding: 5px; }
QMenu[rows="true"]::item { padding: 6px 40px 6px 18px; min-height: 16px; }
QMenu::separator { height: 1px; background: $border; margin: 4px 0; }
QProgressBar { background: $border; border: 0; border-radius: 2px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
""")

_TABLES = Template("""
QTableView { background: $surface; border: 0; color: $text; selection-background-color: transparent; }
QHeaderView { background: $surface; border: 0; }
QHeaderView::section { background: $surface; color: $text_secondary; border: 0; border-bottom: 1px solid $border;
  padding: 0 12px; font-weight: 500; }
QHeaderView[edge="true"]::section:first, QHeaderView[edge="true"]::section:only-one { padding-left: 16px; }
QTableCornerButton::section { background: $surface; border: 0; }
QTreeWidget { border: 2px solid transparent; }
QListWidget { background: $surface; color: $text; border: 1px solid $border_control; border-radius: ${r_control}px;
  padding: 4px; }
QTextEdit#large_text { border: 2px solid transparent; background: transparent; padding: 4px 6px; }
QTextEdit#large_text[ringed="true"] { border-color: $focus; }
QListWidget:focus { border: 2px solid $focus; padding: 3px; }
QListWidget::item { padding: 6px 8px; border-radius: ${r_badge}px; }
QListWidget::item:hover { background: $row_hover; }
QListWidget::item:selected { background: $selection; color: $text; }
QTreeWidget[lines="true"] { background: transparent; color: $text; outline: 0;
  selection-background-color: transparent; }
QTreeWidget:focus { border: 2px solid $focus; }
QTreeWidget[ringed="false"]:focus { border-color: transparent; }
QTreeWidget[flush="true"], QTreeWidget[flush="true"]:focus { border: 0; }
QTabBar[documents="true"] { background: transparent; border: 0; }
QTabBar[documents="true"]::tab { background: transparent; color: $text_secondary; border: 0;
  border-right: 1px solid $border; height: 31px; min-width: 40px; max-width: 260px; padding: 0 6px 0 12px;
  margin-bottom: 1px; }
QTabBar[documents="true"]::tab:hover { color: $text; background: $row_hover; }
QTabBar[documents="true"]::tab:selected { background: $surface; color: $text; margin-bottom: 0; padding-bottom: 1px; }
QTabBar[documents="header"] { background: transparent; border: 0; }
QTabBar[documents="header"]::tab { background: transparent; color: $text_secondary; border: 1px solid transparent;
  border-radius: ${r_control}px; height: 28px; min-width: 40px; max-width: 260px; padding: 0 4px 0 10px;
  margin: 0 2px; }
QTabBar[documents="header"]::tab:hover { color: $text; background: $row_hover; }
QTabBar[documents="header"]::tab:selected { background: $surface_alt; border-color: $border; color: $text; }
QTabBar[documents="header"]::scroller { width: 0; }
QTabBar[documents="header"]::tear { width: 0; border: 0; image: none; }
QTabBar[documents="true"]::scroller { width: 0; }
QTabBar[documents="true"]::tear { width: 0; border: 0; image: none; }
""")


def sheet(
    colors: Mapping[str, QColor], radii: Mapping[str, int], fonts: Mapping[str, QFont], mono: Mapping[str, QFont]
) -> str:
    """The whole style sheet: for colour tokens, corner radii in pixels (`RADII`), and the fonts of the type scale."""
    values: dict[str, str] = {}
    for name, color in colors.items():
        alpha = f"rgba({color.red()},{color.green()},{color.blue()},{color.alpha()})"
        values[name.replace(".", "_")] = color.name() if color.alpha() == 255 else alpha
    values |= {f"r_{name}": str(radii[name]) for name in RADII}
    parts = [template.substitute(values) for template in (_BASE, _BUTTONS, _FIELDS, _TABLES)]
    types = [_type(role, font) for role, font in fonts.items()]
    return "".join(
        [*parts, *types, 'QLabel[medium="true"] { font-weight: 500; }\n', *(_mono(*one) for one in mono.items())]
    )


def _type(role: str, font: QFont) -> str:
    names = f'QLabel[type="{role}"], QLineEdit[type="{role}"]'
    return f"{names} {{ font-size: {font.pointSizeF()}pt; font-weight: {int(font.weight())}; }}\n"


def _mono(role: str, font: QFont) -> str:
    families = ", ".join(f'"{family}"' for family in font.families())
    size = font.pointSizeF() if sys.platform != "darwin" else font.pointSizeF() + 1
    names = f'QLabel[type="{role}"], QLineEdit[type="{role}"]'
    return f"{names} {{ font-family: {families}; font-size: {size}pt; font-weight: {int(font.weight())}; }}\n"
