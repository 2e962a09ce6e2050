"""What a person is told when their roles, or what these permit, changed while the window was open."""

from collections.abc import Sequence

from benchboard.i18n import _, any_of, in_sentence, ngettext, quoted
from benchboard.identity.permissions import Grants
from benchboard.identity.roles import ROLES, abilities_of, ability_title, in_order, role_title
from benchboard.ui.problems import Kind, Notice
from benchboard.ui.sections import Room

KEY = "access"
"""The key of the notice: a later change replaces it."""


def access_notice(before: Grants, now: Grants, closed: Sequence[Room], unsaved: Sequence[str]) -> Notice:
    """The notice: which roles the person has now, what they gain and lose, which rooms closed, and what wasn't
    saved there.
    """
    sentences = [*_gained_and_lost(before, now), *_closed(closed)]
    if unsaved:
        names = in_sentence(quoted(name) for name in unsaved)
        kept = _("{names} isn't saved. This window keeps it until you sign out, in case you get access again.")
        sentences.append(kept.format(names=names))
    lost = abilities_of(before.permissions) - abilities_of(now.permissions)
    kind: Kind = "warn" if lost or closed else "info"
    icon = "ph.warning" if kind == "warn" else "ph.info"
    return Notice(_title(before, now), " ".join(sentences), kind, icon, key=KEY)


def _title(before: Grants, now: Grants) -> str:
    own = sorted(now.roles - set(ROLES))
    roles = [role_title(role) for role in (*(role for role in ROLES if role in now.roles), *own)]
    if before.roles == now.roles:
        return ngettext("What your role permits has changed.", "What your roles permit has changed.", len(roles))
    if not roles:
        return _("You have no role any more.")
    text = ngettext("Your role is now {roles}.", "Your roles are now {roles}.", len(roles))
    return text.format(roles=in_sentence(roles))


def _gained_and_lost(before: Grants, now: Grants) -> list[str]:
    had, has = abilities_of(before.permissions), abilities_of(now.permissions)
    sentences = []
    if gained := in_order(has - had):
        sentences.append(_("You can now {abilities}.").format(abilities=in_sentence(map(ability_title, gained))))
    if lost := in_order(had - has):
        sentences.append(_("You can no longer {abilities}.").format(abilities=any_of(map(ability_title, lost))))
    return sentences


def _closed(closed: Sequence[Room]) -> list[str]:
    if not closed:
        return []
    text = ngettext("{rooms} is closed.", "{rooms} are closed.", len(closed))
    return [text.format(rooms=in_sentence(_(room.title) for room in closed))]
