"""A person's home layout: `dashboard_layouts.config`, the sources' JSON, one a person (source 000)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NoReturn

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from benchboard.dashboards import layout as grid
from benchboard.dashboards.catalogue import widget_of
from benchboard.dashboards.layout import Layout
from benchboard.errors import Conflict, Invalid
from benchboard.i18n import _
from benchboard.identity import access, audit
from benchboard.identity.access import Actor
from benchboard.storage.models.dashboards import DashboardLayout

COLUMNS: Final = 12
MAX_BYTES: Final = 4 * 1024 * 1024
_DEEPEST: Final = 40


@dataclass(frozen=True, slots=True)
class HomeLayout:
    """A home layout as it is stored: the JSON, and what it says.

    `version` is 0 and `updated_at` None while the person has none yet. `save_home` wants that version back.
    """

    document: object
    layout: Layout
    version: int
    updated_at: datetime | None

    @property
    def items(self) -> list[dict[str, object]]:
        """The widgets in the sources' form, unknown fields included."""
        return grid.serialise(self.layout)


def home_layout(session: Session, actor: Actor) -> HomeLayout:
    """The actor's own home layout; an empty one where there is none yet."""
    access.require(actor, "studio:enter")
    row = _row(session, actor)
    if row is None:
        return HomeLayout([], parse_home([]), 0, None)
    return HomeLayout(row.config, parse_home(row.config), row.version, row.updated_at)


def save_home(session: Session, actor: Actor, document: object, *, base_version: int | None) -> HomeLayout:
    """Store `document` (decoded JSON) as the actor's home layout, made or replaced.

    `base_version` is the version it was made from; 0: there was none; None: replace whatever is there. Raises
    `Conflict` (`layouts.overtaken`) if another program stored one meanwhile, with `version` and `updated_at` of that
    one in the facts; `Invalid` for what is no layout.
    """
    access.require(actor, "layouts:write")
    parse_home(document)
    _storable(document)
    row = _row(session, actor)
    if base_version is not None and (row.version if row else 0) != base_version:
        raise _overtaken(row)
    if row is None:
        row = DashboardLayout(organisation_id=actor.organisation_id, user_id=actor.user_id, config=document)
        session.add(row)
    else:
        row.config = document
    try:
        session.flush()
    except (IntegrityError, StaleDataError) as error:
        raise _overtaken(None) from error
    audit.record(session, actor, "dashboard_layout.save", row.id, version=row.version)
    return HomeLayout(document, parse_home(document), row.version, row.updated_at)


def parse_home(document: object) -> Layout:
    """What a home layout's JSON says: the sources' list of widgets, or an object with that list as `items` and its
    `columns`. Raises `Invalid` that names item and field."""
    if isinstance(document, dict):
        columns = grid.parse_columns(document.get("columns", COLUMNS))
        layout = grid.parse(document.get("items"), columns=columns)
    else:
        layout = grid.parse(document, columns=COLUMNS)
    for item in layout.items:
        widget_of(item)
    return layout


def with_layout(document: object, layout: Layout) -> object:
    """The document saying `layout`, with everything else it said."""
    items = grid.serialise(layout)
    return {**document, "items": items} if isinstance(document, Mapping) else items


def _row(session: Session, actor: Actor) -> DashboardLayout | None:
    return session.scalars(
        select(DashboardLayout).where(
            DashboardLayout.organisation_id == actor.organisation_id, DashboardLayout.user_id == actor.user_id
        )
    ).one_or_none()


def _overtaken(row: DashboardLayout | None) -> Conflict:
    return Conflict(
        "layouts.overtaken",
        _("Your home layout was changed in another window meanwhile."),
        why=_("Saving now would undo those changes."),
        do=_("Take the stored one, or keep yours and replace it."),
        version=row.version if row else None,
        updated_at=row.updated_at if row else None,
    )


def _storable(document: object) -> None:
    """Refuse what JSON can say and a database cannot keep."""
    stack: list[tuple[object, int]] = [(document, 0)]
    while stack:
        value, depth = stack.pop()
        if depth > _DEEPEST:
            _refuse("too-deep", _("This layout is nested too deeply."))
        if isinstance(value, dict):
            stack += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            stack += [(part, depth + 1) for part in value]
        elif isinstance(value, str) and ("\0" in value or not _is_text(value)):
            _refuse("not-text", _("A text in this layout holds a character that is none."))
    try:
        size = len(json.dumps(document, allow_nan=False))
    except ValueError as error:
        raise Invalid("layout.not-a-number", _("This layout holds a number that JSON cannot say.")) from error
    if size > MAX_BYTES:
        _refuse("too-long", _("This layout is longer than {limit} MiB.").format(limit=MAX_BYTES // 1024 // 1024))


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _refuse(code: str, what: str) -> NoReturn:
    raise Invalid(f"layout.{code}", what)
