"""Why a person can reach a thing, drawn: each path from the person over a role or a team to the thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards.access.reached_objects import ReachedObject, ReachPath, object_level_title
from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Avatar, Elided, Icon, Paragraph, Text, hairline
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.surfaces import Card, set_surface

_MOST_DRAWN: Final = 3
"""Most paths that are drawn; how many there are besides is said."""
_ICONS: Final = {"role": "ph.shield", "team": "ph.users-three", "public": "ph.buildings"}


@dataclass(frozen=True, slots=True)
class PathStep:
    """What a path leads over: `link` is what leads there from the step before."""

    link: str
    title: str
    icon: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why `person` can do something: a sentence, and each path there."""

    person: str
    sentence: str
    paths: tuple[tuple[PathStep, ...], ...]


def why_reached(person: str, found: ReachedObject, icon: str) -> Why:
    """Why a person can reach an object."""
    sentence = _("Why {name} has access to “{object}”").format(name=person, object=found.name)
    return Why(person, sentence, tuple(_steps(path, found.name, icon) for path in found.paths))


def why_permitted(person: str, title: str, scope: str, roles: Sequence[str]) -> Why:
    """Why a person has a permission."""
    sentence = _("Why {name} has the permission “{title}”").format(name=person, title=title)
    paths = (
        (
            PathStep(pgettext("path", "has"), role, _ICONS["role"]),
            PathStep(pgettext("path", "permits"), f"{title}: {scope}", "ph.check"),
        )
        for role in roles
    )
    return Why(person, sentence, tuple(paths))


def _steps(path: ReachPath, title: str, icon: str) -> tuple[PathStep, ...]:
    end = PathStep(object_level_title(path.level).lower(), title, icon)
    if path.kind == "owner":
        return (PathStep(pgettext("path", "owns"), title, icon),)
    if path.kind == "role":
        return PathStep(pgettext("path", "has"), path.name, _ICONS["role"]), end
    if path.kind == "team":
        return PathStep(pgettext("path", "member of"), path.name, _ICONS["team"]), end
    if path.kind == "public":
        return PathStep(pgettext("path", "member of"), _("Everyone"), _ICONS["public"]), end
    return (end,)


class ReachPaths(QWidget):
    """A strip with the paths of one row; hidden without one."""

    accessible_role = Role.Grouping

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("reach_paths")
        set_surface(self, "alt")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(hairline())
        self._column = QVBoxLayout()
        self._column.setContentsMargins(16, 10, 16, 12)
        self._column.setSpacing(theme().px("spacing.2"))
        whole.addLayout(self._column)
        self._shown: Why | None = None
        self._is_open = True
        self.hide()

    def set_open(self, on: bool) -> None:
        """Whether the rows that it is about are shown."""
        self._is_open = on
        self.setVisible(on and self._shown is not None)

    def show_why(self, why: Why | None) -> None:
        """Show these paths, or nothing."""
        if why == self._shown:
            return
        self._shown = why
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.setParent(None)
                old.deleteLater()
        self.setVisible(self._is_open and why is not None)
        if why is None:
            return
        self._column.addWidget(Paragraph(why.sentence, "body_strong"))
        for path in why.paths[:_MOST_DRAWN]:
            self._column.addWidget(_Chain(why.person, path))
        rest = len(why.paths) - _MOST_DRAWN
        if rest > 0:
            more = ngettext("{count} more path", "{count} more paths", rest).format(count=number(rest))
            self._column.addWidget(Text(more, "caption", "muted"))
        told = [", ".join([why.person, *(f"{step.link} {step.title}" for step in path)]) for path in why.paths]
        self.setAccessibleName(". ".join((why.sentence, *told)))


class _Chain(QWidget):
    """One path: the person, and what it leads over, with the links between them."""

    def __init__(self, person: str, path: Sequence[PathStep]) -> None:
        super().__init__()
        flow = FlowLayout(self, spacing=6)
        flow.addWidget(_node(Avatar(person, 18), person))
        for at, step in enumerate(path):
            link = Text(step.link, "caption", "muted")
            link.setFixedHeight(28)
            flow.addWidget(link)
            is_end = at == len(path) - 1
            flow.addWidget(_node(Icon(step.icon, "accent.text" if is_end else "text.secondary"), step.title, is_end))


def _node(mark: QWidget, title: str, is_end: bool = False) -> Card:
    node = Card(padding=0)
    node.setFixedHeight(28)
    node.set_selected(is_end)
    line = QHBoxLayout()
    line.setContentsMargins(8, 0, 10, 0)
    line.setSpacing(6)
    line.addWidget(mark)
    line.addWidget(Elided(title, fits_text=True))
    node.column.addLayout(line)
    return node
