"""Commands for folders and favourites, each with a toast to undo it."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from benchboard.dashboards import favourites, folders, library
from benchboard.dashboards.folders import DeletedFolder, Folder
from benchboard.i18n import _, ngettext
from benchboard.identity.permissions import Actor
from benchboard.ui.commands import Handler
from benchboard.ui.context import Context
from benchboard.ui.studio.library.folder_dialogs import FolderNameDialog, MoveToFolderDialog
from benchboard.ui.tasks import DatabaseSession


def _only_name(session: DatabaseSession, actor: Actor, ids: Sequence[str]) -> str:
    """The name of a dashboard that is the only one; empty for several."""
    one = library.find_summary(session, actor, ids[0]) if len(ids) == 1 else None
    return one.name if one is not None else ""


class FolderActions(QObject):
    """Runs the commands for folders, and moves dashboards. `created` emits the id of a new folder."""

    created = Signal(str)

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._parent = context, parent

    def handlers_for(self, folder: Folder) -> dict[str, Handler]:
        """The commands of a folder."""
        return {
            "studio.folders.create": Handler(partial(self.ask_name, folder), title=_("Create folder in it")),
            "studio.folders.rename": Handler(partial(self.ask_rename, folder)),
            "studio.folders.move": Handler(partial(self.ask_move_folder, folder)),
            "studio.folders.delete": Handler(partial(self.delete, folder)),
        }

    # Favourites

    def toggle_favourite(self, ids: Sequence[str]) -> None:
        """Add dashboards to the favourites; remove them if they all are."""
        context = self._context

        def op(session: DatabaseSession) -> tuple[tuple[str, ...], bool, str]:
            cards = [card for one in ids if (card := library.find_summary(session, context.actor, one)) is not None]
            add = not all(card.favourite for card in cards)
            changed = favourites.set_favourite(session, context.actor, ids, favourite=add)
            return changed, add, cards[0].name if len(cards) == 1 else ""

        context.tasks.change(self, op, self._tell_favourites)

    def _tell_favourites(self, result: tuple[tuple[str, ...], bool, str]) -> None:
        changed, added, name = result
        count = len(changed)
        if added:
            sentence = ngettext(
                "Added {count} dashboard to your favourites.", "Added {count} dashboards to your favourites.", count
            )
            sentence = _("Added “{name}” to your favourites.") if name else sentence
        else:
            sentence = ngettext("Removed {count} dashboard from your favourites.",
                                "Removed {count} dashboards from your favourites.", count)  # fmt: skip
            sentence = _("Removed “{name}” from your favourites.") if name else sentence
        self._context.problems.toast(
            sentence.format(count=count, name=name), partial(self.toggle_favourite, changed) if changed else None
        )

    # Moving dashboards

    def ask_move(self, ids: Sequence[str]) -> None:
        """Ask for the folder to move dashboards to."""
        actor = self._context.actor

        def op(session: DatabaseSession) -> tuple[tuple[Folder, ...], str | None, str]:
            places = set(library.folders_of(session, actor, ids).values())
            current = places.pop() if len(places) == 1 else None
            return folders.list_folders(session, actor), current, _only_name(session, actor, ids)

        def show(found: tuple[tuple[Folder, ...], str | None, str]) -> None:
            known, current, name = found
            if not known:
                self.ask_name(None, partial(self.move, ids))
                return
            title = ngettext("Move {count} dashboard", "Move {count} dashboards", len(ids))
            title = (_("Move “{name}”") if name else title).format(count=len(ids), name=name)
            dialog = MoveToFolderDialog(self._parent.window(), title, known, current, _("No folder"))
            dialog.chosen.connect(partial(self.move, ids))
            dialog.open()

        self._context.tasks.read(self, op, show)

    def move(self, ids: Sequence[str], folder_id: str | None) -> None:
        """Move dashboards to a folder, or out of all (None)."""
        context = self._context

        def op(session: DatabaseSession) -> tuple[dict[str, str | None], str, str]:
            moved = folders.move_dashboards(session, context.actor, ids, folder_id)
            names = {one.id: one.name for one in library.folder_nodes(session, context.actor)}
            return moved, names.get(folder_id or "", ""), _only_name(session, context.actor, list(moved))

        def done(result: tuple[dict[str, str | None], str, str]) -> None:
            moved, folder, name = result
            count = len(moved)
            if not count:
                return
            sentence = ngettext("Moved {count} dashboard to “{folder}”.", "Moved {count} dashboards to “{folder}”.",
                                count)  # fmt: skip
            sentence = _("Moved “{name}” to “{folder}”.") if name else sentence
            if folder_id is None and name:
                sentence = _("Moved “{name}” out of its folder.")
            elif folder_id is None:
                sentence = ngettext("Moved {count} dashboard out of its folder.",
                                    "Moved {count} dashboards out of their folders.", count)  # fmt: skip
            text = sentence.format(count=count, name=name, folder=folder)
            context.problems.toast(text, partial(self._move_back, moved))

        context.tasks.change(self, op, done)

    def _move_back(self, moved: dict[str, str | None]) -> None:
        context = self._context

        def op(session: DatabaseSession) -> dict[str, str | None]:
            places = library.folders_of(session, context.actor, list(moved))
            folders.move_back(session, context.actor, moved)
            return places

        def done(before: dict[str, str | None]) -> None:
            sentence = ngettext("Moved {count} dashboard back.", "Moved {count} dashboards back.", len(moved))
            context.problems.toast(sentence.format(count=len(moved)), partial(self._move_back, before))

        context.tasks.change(self, op, done)

    # Folders

    def ask_name(self, parent: Folder | None, then: Callable[[str], object] | None = None) -> None:
        """Ask for the name of a new folder, in `parent` or at the top; `then` is called with its id."""
        title = _("Create folder in “{name}”").format(name=parent.name) if parent is not None else _("Create folder")
        dialog = FolderNameDialog(self._parent.window(), title, _("Create folder"))
        dialog.name_entered.connect(lambda name: self._create(name, parent.id if parent is not None else None, then))
        dialog.open()

    def _create(self, name: str, parent_id: str | None, then: Callable[[str], object] | None) -> None:
        context = self._context

        def done(folder_id: str) -> None:
            context.problems.toast(
                _("Created the folder “{name}”.").format(name=name), partial(self._delete, folder_id)
            )
            if then is not None:
                then(folder_id)
            else:
                self.created.emit(folder_id)

        context.tasks.change(
            self, lambda session: folders.create_folder(session, context.actor, name, parent_id=parent_id), done
        )

    def ask_rename(self, folder: Folder) -> None:
        """Ask for another name of a folder."""
        title = _("Rename “{name}”").format(name=folder.name)
        dialog = FolderNameDialog(self._parent.window(), title, _("Rename folder"), folder.name)
        dialog.name_entered.connect(partial(self._rename, folder.id))
        dialog.open()

    def _rename(self, folder_id: str, name: str) -> None:
        context = self._context
        context.tasks.change(
            self,
            lambda session: folders.rename_folder(session, context.actor, folder_id, name),
            lambda before: context.problems.toast(
                _("Renamed to “{name}”.").format(name=name), partial(self._rename, folder_id, before)
            ),
        )

    def ask_move_folder(self, folder: Folder) -> None:
        """Ask for the folder to move a folder into."""
        actor = self._context.actor

        def show(known: tuple[Folder, ...]) -> None:
            inside = {folder.id}
            for one in known:  # each comes after the one that it is in
                inside |= {one.id} if one.parent_id in inside else set()
            others = [one for one in known if one.id not in inside]
            title = _("Move “{name}”").format(name=folder.name)
            dialog = MoveToFolderDialog(self._parent.window(), title, others, folder.parent_id, _("No folder"))
            dialog.chosen.connect(partial(self.move_folder, folder.id))
            dialog.open()

        self._context.tasks.read(self, lambda session: folders.list_folders(session, actor), show)

    def move_folder(self, folder_id: str, parent_id: str | None) -> None:
        """Move a folder into another one, or to the top (None)."""
        context = self._context

        def op(session: DatabaseSession) -> tuple[str | None, str, str]:
            before = folders.move_folder(session, context.actor, folder_id, parent_id)
            names = {one.id: one.name for one in library.folder_nodes(session, context.actor)}
            return before, names.get(folder_id, ""), names.get(parent_id or "", "")

        def done(result: tuple[str | None, str, str]) -> None:
            before, name, into = result
            if before == parent_id:
                return
            sentence = _("Moved the folder “{name}” into “{folder}”.") if into else ""
            sentence = sentence or _("Moved the folder “{name}” to the top.")
            context.problems.toast(
                sentence.format(name=name, folder=into), partial(self.move_folder, folder_id, before)
            )

        context.tasks.change(self, op, done)

    def delete(self, folder: Folder) -> None:
        """Delete a folder; what is in it moves up."""
        self._delete(folder.id)

    def _delete(self, folder_id: str) -> None:
        context = self._context

        def done(deleted: DeletedFolder) -> None:
            sentence = _("Deleted the folder “{name}”.")
            if deleted.dashboard_ids or deleted.folder_ids:
                sentence = _("Deleted the folder “{name}”. What was in it moved up.")
            context.problems.toast(sentence.format(name=deleted.name), partial(self._restore, deleted))

        context.tasks.change(self, lambda session: folders.delete_folder(session, context.actor, folder_id), done)

    def _restore(self, deleted: DeletedFolder) -> None:
        context = self._context
        context.tasks.change(
            self,
            lambda session: folders.restore_folder(session, context.actor, deleted),
            lambda _none: context.problems.toast(
                _("Restored the folder “{name}”.").format(name=deleted.name), partial(self._delete, deleted.id)
            ),
        )
