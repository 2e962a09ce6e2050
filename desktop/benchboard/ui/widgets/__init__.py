"""The widgets that all screens are made of. Rooms import them from here."""

from benchboard.ui.widgets.badges import Badge, badge_width, paint_badge, paint_icon, paint_mark, paint_meter
from benchboard.ui.widgets.banners import Banner, BannerPlace
from benchboard.ui.widgets.buttons import Button, CheckBox, SegmentedControl, paint_check
from benchboard.ui.widgets.dialog import Confirm, ConfirmByTyping, Dialog, Scrim
from benchboard.ui.widgets.empty_state import EmptyState
from benchboard.ui.widgets.fields import Edit, Field, Select, row, search_field
from benchboard.ui.widgets.key_value import KeyValue
from benchboard.ui.widgets.labels import (
    Avatar,
    Elided,
    KeyCap,
    Said,
    Text,
    hairline,
    initials,
    paint_avatar,
    restyle,
)
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.people_row import PeopleRow, ShownPerson
from benchboard.ui.widgets.popover import MenuItem, Popover, copyable, heading, menu
from benchboard.ui.widgets.problem_text import ProblemText
from benchboard.ui.widgets.surfaces import (
    Card,
    Floating,
    Icon,
    Toolbar,
    disable_viewport_fill,
    fill_column,
    paint_shadow,
    scroll_area,
)
from benchboard.ui.widgets.toasts import Toast, keep_toasts_above

__all__ = [
    "Avatar",
    "Badge",
    "Banner",
    "BannerPlace",
    "Button",
    "Card",
    "CheckBox",
    "Confirm",
    "ConfirmByTyping",
    "Dialog",
    "Edit",
    "Elided",
    "EmptyState",
    "Field",
    "Floating",
    "Icon",
    "KeyCap",
    "KeyValue",
    "MenuItem",
    "Paragraph",
    "PeopleRow",
    "Popover",
    "ProblemText",
    "Said",
    "Scrim",
    "SegmentedControl",
    "Select",
    "ShownPerson",
    "Text",
    "Toast",
    "Toolbar",
    "badge_width",
    "copyable",
    "disable_viewport_fill",
    "fill_column",
    "hairline",
    "heading",
    "initials",
    "keep_toasts_above",
    "menu",
    "paint_avatar",
    "paint_badge",
    "paint_check",
    "paint_icon",
    "paint_mark",
    "paint_meter",
    "paint_shadow",
    "restyle",
    "row",
    "scroll_area",
    "search_field",
]
