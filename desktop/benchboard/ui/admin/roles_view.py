"""The roles of the organisation: what each permits, side by side; edited with who gains and who loses before saving."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from benchboard.i18n import _, ngettext, number, pgettext, sentence_start
from benchboard.identity import role_changes
from benchboard.identity.permissions import has_permission
from benchboard.identity.role_changes import RoleSummary, WhatIf
from benchboard.identity.roles import RESERVED, ability_title, denied_title, with_dependent, with_needed
from benchboard.ui.admin import role_actions
from benchboard.ui.admin.admin_commands import ROLES
from benchboard.ui.admin.admin_format import undone_text
from benchboard.ui.admin.permission_matrix import MatrixContent, PermissionMatrix, changed_rows, compared
from benchboard.ui.admin.role_pane import RolePane, WhatIfPane, WhatIfSheet, WhoCanPane, abilities_matching
from benchboard.ui.admin.tick_steps import Ticks, TickStep, TickSteps
from benchboard.ui.commands import REGISTRY, Handler, install_shortcuts
from benchboard.ui.context import Context
from benchboard.ui.permission_groups import ticked_with_text
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.typed_texts import restore_typed_texts, typed_texts
from benchboard.ui.widgets import (
    BannerPlace,
    Button,
    CheckBox,
    Confirm,
    Select,
    Toolbar,
    fill_column,
    hairline,
    scroll_area,
    search_field,
)
from benchboard.ui.widgets.accessible import Role, announce, is_over_content, place_text
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.fields import focus_filter, focus_list
from benchboard.ui.widgets.focus import FocusReturn
from benchboard.ui.widgets.list_row import ListRow
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.tab_order import focus_content, one_tab_stop_choices, one_tab_stop_list
from benchboard.ui.window_commands import LIST_UNDO, REDO, UNDO

WHO_CAN: Final = "!who-can"
"""The part of the address that asks for the search."""
_LIST_WIDTH: Final = 220
_BELOW_HEIGHT: Final = 281
"""Pixels that who can do a thing has below the matrix."""
_WATCHED: Final = frozenset(
    {"roles", "role_permissions", "user_roles", "users", "teams", "team_members", "dashboards", "dashboard_shares",
     "dashboard_team_shares", "data_sources", "data_source_grants", "dongles"}
)  # fmt: skip


class _RoleList(QWidget):
    """The roles, each a row; before they are read, the list itself has the focus."""

    accessible_role = Role.List

    @property
    def tells_focus_later(self) -> bool:
        """Whether the focus goes on to a row once there are some (`TellsFocusLater`)."""
        return not self.findChildren(ListRow)


class RolesView(QWidget):
    """Address: `admin/roles`, `admin/roles/<id>`, `admin/roles/!who-can` to search for who can do something."""

    unsaved_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._roles: tuple[RoleSummary, ...] = ()
        self._current = ""
        self._requested = ""
        self._focused_next = ""
        """The role that was just made: its row gets the focus once it is listed."""
        self._asks_for_role = False
        """Whether the dialog for a new role is to be opened."""
        self._was_narrow = self._is_put_away = False
        self._added: frozenset[str] = frozenset()
        self._removed: frozenset[str] = frozenset()
        self._steps = TickSteps()
        self._gone: dict[str, Ticks] = {}
        """What was ticked and not saved of roles that were deleted while they were shown, by ID: if one is restored, it
        is shown again."""
        self._fill_toolbar()
        self._rows: dict[str, ListRow] = {}
        self._list = _RoleList()
        self._list.setProperty("plain", "true")
        self._list.setAccessibleName(_("Roles"))
        one_tab_stop_list(self._list)
        one_tab_stop_choices(self._list)
        self._list_column = QVBoxLayout(self._list)
        self._list_column.setContentsMargins(0, 0, 0, 0)
        self._list_column.setSpacing(0)
        self._list_column.addStretch(1)
        self._list_area = scroll_area(self._list)
        self._list_area.setFixedWidth(_LIST_WIDTH)
        set_surface(self._list_area, "surface")
        self._matrix = PermissionMatrix()
        self._matrix.toggled.connect(self._toggle)
        self._sheet = WhatIfSheet()
        self._sheet.hide()
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(0)
        beside.addWidget(self._matrix, 1)
        beside.addWidget(self._sheet)
        self._below = QWidget()
        self._below.setFixedHeight(_BELOW_HEIGHT)
        self._below_column = QVBoxLayout(self._below)
        self._below_column.setContentsMargins(0, 0, 0, 0)
        self._below_column.setSpacing(0)
        self._below_column.addWidget(hairline())
        self._below.hide()
        beside.addWidget(self._below)
        both = QWidget()
        line = QHBoxLayout(both)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._list_area)
        line.addWidget(hairline(vertical=True))
        line.addWidget(right, 1)
        self._role_pane = RolePane(context, self._create, self._why_not_changed)
        self._what_if, self._who_can = WhatIfPane(), WhoCanPane(context)
        self._panes = QStackedWidget()
        for pane in (self._role_pane, self._what_if, self._who_can):
            self._panes.addWidget(pane)
        for pane in (self._role_pane, self._what_if):
            pane.closed.connect(self._close_detail)
        self._who_can.closed.connect(self._close_who_can)
        self._body = Drawer(both, self._panes)
        self._body.covers.connect(self._matrix.set_covered)
        self._body.covers.connect(lambda _pixels: QTimer.singleShot(0, self, self._fit_width))
        self._came_from = FocusReturn()
        """From where the focus came into the details."""
        self._is_over_detail = False
        """Whether the focus is in a dialog or popover that was opened from the details."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._note_entering)
        self.banner_place = BannerPlace()
        fill_column(self, self._toolbar, self.banner_place, self._body)
        self.setFocusProxy(self._list)
        install_shortcuts(self, ROLES, {"admin.save_role": Handler(self._save_by_key)})
        install_shortcuts(self, LIST_UNDO, {UNDO: Handler(self._undo), REDO: Handler(self._redo)})
        context.changed.watch(self, _WATCHED, self.refresh)
        self._show_staged()
        self.refresh()

    def _fill_toolbar(self) -> None:
        self._toolbar = Toolbar(_("Roles"))
        self._search = search_field(
            self,
            "who_can_search",
            _("Find a permission"),
            self._search_who_can,
            label=_("Find a permission"),
            below=self._enter_found,
        )
        self._compare = Select([("", _("All roles"))], name="roles_compare", label=_("Compare with"))
        self._compare.setSizeAdjustPolicy(Select.SizeAdjustPolicy.AdjustToContents)  # the roles are read later
        self._compare.currentIndexChanged.connect(self._compare_chosen)
        self._toolbar.add(self._search)
        self._toolbar.add(self._compare)
        self._staged = Button("", self._show_what_if_pane, kind="warn_link", name="roles_staged")
        self._discard = Button(_("Discard changes"), self._discard_staged, kind="quiet", name="roles_discard")
        self._save = Button(_("Save"), self._save_staged, kind="primary", icon="ph.check", name="roles_save")
        self._save.add_key_cap(REGISTRY["admin.save_role"].key)
        self._new = Button(_("New role"), lambda: self._create(None), kind="primary", icon="ph.plus", name="roles_new")
        for widget in (self._staged, self._discard, self._save, self._new):
            self._toolbar.add_right(widget)
        self._new.disable(self._why_not_changed())

    def panes(self) -> list[QWidget]:
        """The panes in F6 order."""
        detail = [self._panes] if self._panes.isVisible() else []
        below = {self._sheet: self._sheet, self._below: self._who_can}
        sheet = [pane for holder, pane in below.items() if holder.isVisible()]
        return [self._toolbar, self._list_area, self._matrix, *sheet, *detail]

    def open_route(self, rest: str) -> None:
        """Show one role, or the dialog for a new one, or focus the search."""
        if rest == WHO_CAN:
            focus_filter(self._search)
            return
        if rest == "new":
            self._asks_for_role = True
            self._ask_for_role()
            return
        self._requested = rest
        if any(role.id == rest for role in self._roles):
            self._select(rest)

    def _ask_for_role(self) -> None:
        """Open the dialog for a new role, once the roles are read, of which it is one more."""
        if self._asks_for_role and self._roles:
            self._asks_for_role = False
            if why := self._why_not_changed():
                self._context.problems.refuse(why)
            else:
                self._create(None)

    def unsaved(self) -> str:
        """What isn't saved yet; empty if nothing is."""
        role = self._role()
        return role.name if role is not None and self._has_staged() else ""

    def lost_with_session(self) -> str:
        """What isn't saved: nothing else keeps it."""
        return self.unsaved()

    def save_state(self) -> object:
        """The role that is shown, and what is ticked and not saved."""
        return self._current, self._added, self._removed, typed_texts(self)

    def restore_state(self, state: object) -> None:
        """Go on with it."""
        if isinstance(state, tuple):
            self._current, self._added, self._removed, texts = state
            restore_typed_texts(self, texts)

    def refresh(self) -> None:
        """Read the roles again; what is ticked and not saved stays ticked."""
        actor = self._context.actor
        self._context.tasks.read(self, lambda session: role_changes.list_roles(session, actor), self._show_roles)
        if self._is_searching:
            self._who_can.refresh()

    def _show_roles(self, roles: tuple[RoleSummary, ...]) -> None:
        before, self._roles = self._roles, roles
        known = {role.id for role in roles}
        left, neighbour = "", next((role.id for role in roles), "")
        if self._current and self._current not in known:
            left, neighbour = self._current, _neighbour(self._current, before, roles)
        if self._current not in known:
            if self._current:
                self._gone[self._current] = Ticks(self._added, self._removed)
            self._added = self._removed = frozenset()
            self._current = ""
        for role_id in self._gone.keys() & known:
            ticks = self._gone.pop(role_id)
            if not self._has_staged():
                self._requested, self._added, self._removed = role_id, ticks.added, ticks.removed
        self._toolbar.set_count(number(len(roles)))
        if self._requested in known:
            self._current, self._requested = self._requested, ""
        if not self._current and roles:
            self._current = neighbour
        if left and self._current in self._rows and self._had_focus(left):
            # First: in the details, it would go to what acts on another role now.
            self._rows[self._current].setFocus(Qt.FocusReason.ShortcutFocusReason)
        # what was ticked here and is saved meanwhile, by this window or another program, isn't an edit any more
        if (role := self._role()) is not None:
            self._added -= role.abilities
            self._removed &= role.abilities
        self._show_list()
        self._show_compare_choices()
        self._show_current()
        if self._focused_next in known:
            row, self._focused_next = self._rows[self._focused_next], ""
            row.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._ask_for_role()

    def _had_focus(self, role_id: str) -> bool:
        """Whether the focus is in the details, or at the row of a role."""
        focused = self.window().focusWidget()
        return focused is not None and (self._is_detail(focused) or focused is self._rows.get(role_id))

    def _show_list(self) -> None:
        for at, role in enumerate(self._roles):
            if role.id not in self._rows:
                row = ListRow(partial(self._select, role.id), name=f"role_{role.slug}", icon="ph.shield")
                self._rows[role.id] = row
            row = self._rows[role.id]
            people = _people_text(role)
            kind = _("System") if role.is_system else pgettext("role", "Yours")
            edited = _("edited") if role.id == self._current and self._has_staged() else ""
            place = place_text(at, len(self._roles))
            row.show_row(role.name, f"{kind}, {people}", edited, "warn", place=place)
            self._list_column.insertWidget(at, row)
            row.show()  # not before it has a parent: it would be a window
        for role_id in self._rows.keys() - {role.id for role in self._roles}:
            gone = self._rows.pop(role_id)
            self._list_column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()

    def _show_compare_choices(self) -> None:
        before = self._compare.current_key()
        choices = [("", _("All roles"))]
        choices += [
            (role.id, _("Compare with {name}").format(name=role.name))
            for role in self._roles
            if role.id != self._current
        ]
        if choices != self._shown_choices():
            self._compare.blockSignals(True)
            self._compare.set_choices(choices)
            self._compare.set_current_key(before if before in dict(choices) else "")
            self._compare.blockSignals(False)

    def _shown_choices(self) -> list[tuple[str, str]]:
        return [(str(self._compare.itemData(at)), self._compare.itemText(at)) for at in range(self._compare.count())]

    def _select(self, role_id: str) -> None:
        if role_id == self._current:
            self._show_current()
            self._open_detail()
            self._tell_selected()
            return
        if self._has_staged():
            role = self._role()
            self._rows[role_id].setChecked(False)
            self._rows[self._current].setChecked(True)

            def leave() -> None:
                self._discard_staged()
                self._select(role_id)

            Confirm(
                self.window(),
                _("Discard your changes?"),
                _("{name} stays as before.").format(name=role.name if role is not None else ""),
                act=_("Discard"),
                keep=_("Keep editing"),
                run=leave,
            ).open()
            return
        self._current = role_id
        self._show_compare_choices()
        self._show_current()
        self._open_detail()
        self._tell_selected()

    def _tell_selected(self) -> None:
        """Have the screen reader say which role is shown now, and how many people have it."""
        if (role := self._role()) is not None:
            announce(self._rows[role.id], f"{role.name}, {_people_text(role)}", again=True)

    def _role(self, role_id: str = "") -> RoleSummary | None:
        wanted = role_id or self._current
        return next((role for role in self._roles if role.id == wanted), None)

    def _show_current(self) -> None:
        for role_id, row in self._rows.items():
            row.setChecked(role_id == self._current)
            if role_id == self._current:
                self._list.setFocusProxy(row)  # which takes the focus that the list got before its rows were read
        self._show_matrix()
        self._show_staged()
        role = self._role()
        if role is None:
            return
        self._role_pane.show_role(role)
        if not self._panes.isVisibleTo(self._body) and not self._body.narrow:
            self._open_detail()

    def _open_detail(self) -> None:
        """Show the details that belong to what is done now."""
        focused = self.window().focusWidget()
        is_below = self._is_searching and self._body.narrow
        self._place_who_can(below=is_below)
        if not self._is_searching:
            self._panes.setCurrentWidget(self._what_if if self._has_staged() else self._role_pane)
        elif not is_below:
            self._panes.setCurrentWidget(self._who_can)
        self._body.show_detail(not is_below and not self._has_sheet())
        if focused is not None and self._who_can.isAncestorOf(focused) and focused.isVisible():
            focused.setFocus()  # which it lost where it moved

    @property
    def _is_searching(self) -> bool:
        return bool(self._search.text().strip())

    def _has_sheet(self) -> bool:
        """Whether who gains and who loses stands below the matrix: details beside it would cover it."""
        return self._has_staged() and self._body.narrow and not self._is_searching

    def _show_sheet(self) -> None:
        self._sheet.setVisible(self._has_sheet())

    def _fit_width(self) -> None:
        """Show who gains and who loses where the width has room for it now. A role's details that would cover the roles
        beside each other are put away as the window narrows, and shown again as it widens.
        """
        if self._body.narrow != self._was_narrow:
            self._was_narrow = self._body.narrow
            shows_role = self._panes.isVisibleTo(self._body) and self._panes.currentWidget() is self._role_pane
            if self._was_narrow:
                self._is_put_away = shows_role
            if self._is_put_away:
                self._body.show_detail(not self._was_narrow)
        has_sheet = self._has_sheet()
        is_below = self._is_searching and self._body.narrow
        if is_below == self._below.isHidden() or (self._has_staged() and has_sheet != self._sheet.isVisibleTo(self)):
            self._open_detail()
        self._show_sheet()
        self._title_staged()

    def _close_detail(self) -> None:
        self._leave_detail(lambda: self._body.show_detail(False))

    def _is_detail(self, widget: QWidget) -> bool:
        return self._panes.isAncestorOf(widget) or self._below.isAncestorOf(widget)

    def _note_entering(self, before: QWidget | None, now: QWidget | None) -> None:
        """Remember from where the focus comes into the details; not of what it returns from."""
        if before is None or now is None:
            return
        if is_over_content(now):
            self._is_over_detail = self._is_detail(before)
        elif self._is_detail(now):
            if self.isAncestorOf(before) and not self._is_detail(before) and not self._is_over_detail:
                self._came_from = FocusReturn(before)
            self._is_over_detail = False

    def _leave_detail(self, close: Callable[[], object]) -> None:
        """Close what is in the details; the focus in them returns to where it came from, or to the role's row."""
        focused = self.window().focusWidget()
        if focused is not None and self._is_detail(focused):
            target: QWidget = self._came_from.target() or self._rows.get(self._current) or self._list
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)  # first: it would go through what is shown instead
        close()

    # ---- editing

    def _why_not_changed(self) -> str:
        return "" if has_permission(self._context.actor, RESERVED) else denied_title(RESERVED)

    def _has_staged(self) -> bool:
        return bool(self._added or self._removed)

    def _ticked(self, role: RoleSummary) -> frozenset[str]:
        return (role.abilities | self._added) - self._removed

    def _toggle(self, ability: str, on: bool) -> None:
        """Tick an ability with those that it needs, or untick it with those that need it."""
        role = self._role()
        if role is None:
            return
        change = with_needed(ability) if on else with_dependent(ability)
        ticked = self._ticked(role) | set(change) if on else self._ticked(role) - set(change)
        others = (ticked ^ self._ticked(role)) - {ability}
        before = Ticks(self._added, self._removed)
        after = Ticks(ticked - role.abilities, role.abilities - ticked)
        if self._steps.role_id != role.id:
            self._steps = TickSteps(role.id)
        self._steps.add(TickStep(ability, on, before, after))
        self._context.problems.leave_toast()  # what it undoes was before this
        self._stage(after)
        self._tell_ticked(ability, others, on=on)

    def _stage(self, ticks: Ticks) -> None:
        """Show these as what isn't saved."""
        self._added, self._removed = ticks.added, ticks.removed
        if (role := self._role()) is not None:  # what was saved meanwhile isn't unsaved any more
            self._added -= role.abilities
            self._removed &= role.abilities
        self._show_list()
        self._show_current()
        if not self._body.narrow or self._panes.isVisible():
            self._open_detail()

    def _undo(self) -> None:
        """Take the last tick back that isn't saved; without one, undo what was done last."""
        step = self._steps.undo() if self._steps.role_id == self._current else None
        if step is None:
            self._context.problems.undo_last()
        else:
            self._stage(step.before)
            self._tell_step(_("Undone: {step}"), step)

    def _redo(self) -> None:
        """Tick again what was taken back last, if that was a tick; otherwise redo what was undone."""
        step = self._steps.redo() if self._steps.role_id == self._current else None
        if step is None:
            self._context.problems.redo_last()
        else:
            self._stage(step.after)
            self._tell_step(_("Redone: {step}"), step)

    def _tell_step(self, words: str, step: TickStep) -> None:
        self._context.problems.leave_toast()
        ticked = _("“{permission}” ticked") if step.on else _("“{permission}” unticked")
        told = words.format(step=ticked.format(permission=ability_title(step.ability)))
        announce(self._matrix, f"{told}. {self._left_text()}", again=True)

    def _left_text(self) -> str:
        """How much isn't saved, as a sentence."""
        return f"{self._staged_text()}." if self._has_staged() else _("Nothing is changed.")

    def _tell_ticked(self, ability: str, others: frozenset[str], *, on: bool) -> None:
        """Have the screen reader say what was ticked, what with it and why, and how much isn't saved. A box that has
        the focus is read by itself."""
        parts = []
        if not isinstance(self.window().focusWidget(), CheckBox):
            parts.append(f"{sentence_start(ability_title(ability))}: {_('Yes') if on else _('No')}.")
        parts.append(ticked_with_text(others, on=on))
        parts.append(self._left_text())
        announce(self._matrix, " ".join(filter(None, parts)), again=True)

    def _compare_chosen(self) -> None:
        """Show the current role beside the chosen one, and say in how many permissions they differ."""
        self._show_matrix()
        role, other = self._role(), self._role(self._compare.current_key() or "-")
        if role is not None and other is not None:
            count = len(self._ticked(role) ^ other.abilities)
            words = ngettext("{count} permission differs.", "{count} permissions differ.", count)
            announce(self._matrix, words.format(count=number(count)) if count else _("No permission differs."))

    def _show_matrix(self) -> None:
        role = self._role()
        if role is None:
            return
        editable = not role.is_system and not self._why_not_changed()
        content = MatrixContent(self._roles, role.id, self._ticked(role) if editable else None, editable=editable)
        content = replace(content, marked=changed_rows(content, self._roles))
        other = self._role(self._compare.current_key() or "-")
        if other is not None:
            content = compared(content, other)
        if found := abilities_matching(self._search.text().strip()) if self._search.text().strip() else []:
            content = replace(content, found=frozenset(found))
        self._matrix.show_content(content)

    def _show_staged(self) -> None:
        role, count = self._role(), len(self._added) + len(self._removed)
        for widget in (self._staged, self._discard, self._save):
            widget.setVisible(count > 0)
        self._new.setVisible(count == 0)
        self._show_sheet()
        self.unsaved_changed.emit()
        if not count:
            self._open_role_pane()  # nobody gains or loses anything any more
        if role is None or not count:
            return
        self._title_staged()
        save = ngettext("Save for {count} person", "Save for {count} people", role.people)
        self._save.set_title(save.format(count=number(role.people)) if role.people else _("Save"))
        ticked, actor = self._ticked(role), self._context.actor

        def preview(session: DatabaseSession) -> WhatIf:
            return role_changes.preview(session, actor, role.id, ticked)

        def show(told: WhatIf) -> None:
            if self._role() == role and self._ticked(role) == ticked:
                for pane in (self._what_if, self._sheet):
                    pane.show_what_if(role, ticked, told)

        self._context.tasks.read(self, preview, show)

    def _title_staged(self) -> None:
        """Say how many permissions aren't saved, in as many words as the toolbar has room for."""
        count = len(self._added) + len(self._removed)
        short = ngettext("{count} not saved", "{count} not saved", count).format(count=number(count))
        self._staged.set_title(short if self._body.narrow else self._staged_text())

    def _staged_text(self) -> str:
        count = len(self._added) + len(self._removed)
        text = ngettext("{count} permission changed, not saved", "{count} permissions changed, not saved", count)
        return text.format(count=number(count))

    def _show_what_if_pane(self) -> None:
        if self._has_sheet():
            focus_content(self._sheet)
            return
        self._panes.setCurrentWidget(self._what_if)
        self._body.show_detail(True)

    def _discard_staged(self) -> None:
        """Forget what isn't saved, and offer to bring it back."""
        role, ticks = self._role(), Ticks(self._added, self._removed)
        self._forget_staged()

        def bring_back() -> None:
            if self._refuses_while_staged() or role is None or self._role(role.id) is None:
                return
            self._current = role.id
            self._show_compare_choices()
            self._stage(ticks)
            step = _("discarded changes to “{name}”").format(name=role.name)
            self._context.problems.toast(undone_text(step), self._discard_staged)

        if role is not None:
            self._context.problems.toast(_("Changes to “{name}” discarded").format(name=role.name), bring_back)

    def _forget_staged(self) -> None:
        self._added = self._removed = frozenset()
        self._steps = TickSteps()
        self._show_list()
        self._show_current()

    def _refuses_while_staged(self) -> bool:
        """Whether there is something that must be saved or discarded first; says so."""
        role = self._role()
        if role is None or not self._has_staged():
            return False
        self._context.problems.refuse(_("Save or discard the changes to “{name}” first.").format(name=role.name))
        return True

    def _open_role_pane(self) -> None:
        if self._panes.currentWidget() is self._what_if:
            self._panes.setCurrentWidget(self._role_pane)
            if self._body.narrow:
                self._body.show_detail(False)

    def _save_staged(self) -> None:
        role = self._role()
        if role is not None and self._has_staged():
            role_actions.save_permissions(self._context, self, role, self._ticked(role), self._forget_staged)

    def _save_by_key(self) -> None:
        if self._has_staged():
            self._save_staged()
        else:
            self._context.problems.refuse(_("Nothing is changed."))

    def _create(self, base: RoleSummary | None) -> None:
        if self._refuses_while_staged():
            return

        def made(role: RoleSummary) -> None:
            self._requested = self._focused_next = role.id
            self._show_roles((*self._roles, role))  # at once, for the focus to go from the dialog to its row
            self.refresh()

        role_actions.create(self._context, self, self._roles, base, made)

    # ---- who can

    def _search_who_can(self, text: str) -> None:
        self._show_matrix()
        self._show_sheet()
        if text.strip():
            self._who_can.search(text.strip())
            self._open_detail()
        elif not self._below.isHidden() or self._panes.currentWidget() is self._who_can:
            self._open_detail()
            if self._body.narrow:
                self._body.show_detail(False)

    def _enter_found(self) -> None:
        """Focus what was found, or the roles while nothing is searched for."""
        if self._is_searching:
            self._who_can.enter_choices()
        else:
            focus_list(self)

    def _close_who_can(self) -> None:
        def close() -> None:
            self._search.clear()
            self._search_who_can("")

        self._leave_detail(close)

    def _place_who_can(self, *, below: bool) -> None:
        """Have who can do a thing below the matrix, or with the details beside it."""
        if below != self._below.isHidden():
            return
        if below:
            self._panes.removeWidget(self._who_can)
            self._below_column.addWidget(self._who_can)
            self._who_can.show()
        else:
            self._panes.addWidget(self._who_can)
        self._who_can.set_below(below)
        self._below.setVisible(below)


def _people_text(role: RoleSummary) -> str:
    """How many people have a role."""
    return ngettext("{count} person", "{count} people", role.people).format(count=number(role.people))


def _neighbour(gone: str, before: Sequence[RoleSummary], now: Sequence[RoleSummary]) -> str:
    """The ID of the role that stands where one that is gone stood, or of the last one; empty without roles."""
    at = next((at for at, role in enumerate(before) if role.id == gone), 0)
    return now[min(at, len(now) - 1)].id if now else ""
