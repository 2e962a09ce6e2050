"""Fills the demo database: an organisation with people, merchants, orders and dashboards.

Its people are DEMO accounts, which sign in without a password there and nowhere else (`authentication.sign_in_demo`);
besides them `john@example.com`, a USER who signs in with the password `password123`. The dashboards are in the language
that the program speaks when the demo is created; like whatever a user stores, they don't change with it later.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from benchboard import demo_week, package_data
from benchboard.analytics import commerce
from benchboard.dashboards import home_layout, library, templates
from benchboard.dashboards.access import sharing
from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.layout import Cell, map_items, without
from benchboard.i18n import N_, _
from benchboard.identity import audit, authentication, keys, organisations, passwords, teams
from benchboard.identity.permissions import Actor, Client, os_user
from benchboard.identity.roles import ADMIN, ANALYST, BUSINESS_USER, TECHNICIAN
from benchboard.storage import clock

NAME: Final = "Northwind Test Lab"
_ADMIN: Final = "admin@example.com"
_ANALYST, _SHOPKEEPER = "analyst@example.com", "demo@shopify-dashboard.com"  # the latter as scripts know it
_TECHNICIAN: Final = "technician@example.com"
_PEOPLE: Final = (
    (_ADMIN, "Ines Okafor", ADMIN),
    (_TECHNICIAN, "Dana Whitfield", TECHNICIAN),
    (_ANALYST, "Mert Aydın", ANALYST),
    (_SHOPKEEPER, "Leyla Demir", BUSINESS_USER),
)
_TEAMS: Final = (("Bench", (_ADMIN, _TECHNICIAN)), ("Shop desk", (_ANALYST, _SHOPKEEPER)))
_Cells = dict[str, tuple[int, int, int, int]]
# Per account: the widgets of home_layout.json on its home page and their cells (x, y, w, h); empty: the whole file.
_HOMES: Final[dict[str, _Cells]] = {
    _ANALYST: {},
    _ADMIN: {
        "by-state": (0, 0, 4, 6),
        "orders-per-day": (4, 0, 8, 6),
        "orders-week": (0, 6, 3, 3),
        "refunds": (0, 9, 3, 3),
        "latest": (3, 6, 9, 6),
    },
    _SHOPKEEPER: {
        "revenue-week": (0, 0, 4, 3),
        "orders-week": (4, 0, 4, 3),
        "average-order": (8, 0, 4, 3),
        "latest": (0, 3, 7, 6),
        "by-weekday": (7, 3, 5, 6),
    },
}

WORDS: Final = (
    N_("Agenda and orders for Mondays"),
    N_("Shop review"),
    N_("Our Monday meeting: orders, revenue (without cancelled orders) and refunds of the selected shops."),
    N_("Shop"),
    N_("Money"),
    N_("Where orders come from"),
    N_("Status"),
    N_("Weekdays"),
    N_("Order by order"),
    N_("Agenda"),
    N_(
        "**Monday, 9:30**\n\n1. What moved since last week?\n2. Refunds: which shops, and why?\n"
        "3. Who calls which shop?"
    ),
    N_("Shops and weekdays below"),
    N_("Status to the right, as on the old wall"),
    N_("Orders wall"),
    N_("For the screen in the hall. Revenue leaves out cancelled orders."),
    N_("Top shops"),
    N_("The trend, and revenue for each shop"),
    N_("My shops"),
    N_("Harbour Cycles and Birchwood Audio, day by day. Revenue leaves out cancelled orders."),
    N_("Revenue, 7 days"),
    N_("Average order, 7 days"),
    N_(
        "**Get started**\n\nDrag a widget by its header, drag its edges to resize it, or use the arrow keys. Ctrl+Z"
        " undoes any step.\n\n- Select a widget to edit its query on the right.\n- Drag a new widget in from the left."
        "\n- Everything is saved as you go."
    ),
)
"""The texts of the demo's dashboards that no template has, for the catalogue."""


def fill(session: Session, data_keys: keys.DataKeys, *, with_week: bool = False) -> None:
    """Create the demo organisation in an empty, seeded database; `with_week`, a week ago, with what its people did
    since (`demo_week`). Commands on it act as its admin."""
    if not with_week:
        _found(session, data_keys)
        return
    with clock.history(demo_week.begin()) as told:
        admin = _found(session, data_keys)
        demo_week.fill(session, admin, told)


def _found(session: Session, data_keys: keys.DataKeys) -> Actor:
    """The organisation with its first people, shops and dashboards; returns its admin."""
    organisation_id = organisations.create(session, data_keys, name=NAME, slug="demo", email=_ADMIN, demo=True)
    ids = {
        email: organisations.create_account(
            session,
            organisation_id,
            email=email,
            name=name,
            role=role,
            account_type="DEMO",
            os_user=os_user() if email == _ADMIN else None,
        )
        for email, name, role in _PEOPLE
    }
    organisations.create_account(
        session,
        organisation_id,
        email="john@example.com",
        name="John Carter",
        role=BUSINESS_USER,
        password_hash=passwords.hash_password("password123"),
    )
    organisations.set_owner(session, organisation_id, ids[_ADMIN])
    audit.append(session, Client.here(), "organisation.create", organisation_id, organisation_id, ids[_ADMIN])
    # No one signs in here: the admin, as the operator without a session, acts on behalf of the others.
    admin = authentication.operator_actor(session, client=Client.here())
    people = {email: authentication.actor_for_email(session, admin, email=email) for email in _HOMES}
    _import_trade(session, admin, ids[_SHOPKEEPER])
    for name, members in _TEAMS:
        team = teams.create_team(session, admin, name=name)
        teams.add_people(session, admin, team.id, [ids[email] for email in members])
    for email, cells in _HOMES.items():
        _save_home(session, people[email], cells)
    for entry in json.loads((package_data.resources_folder() / "demo" / "dashboards.json").read_text(encoding="utf-8")):
        _create_dashboard(session, people, entry)
    return admin


def _import_trade(session: Session, actor: Actor, shopkeeper: str) -> None:
    """Merchants and three months of orders; the business user sees two of the shops."""
    merchants = commerce.demo_merchants()
    commerce.import_merchants(session, actor, merchants)
    commerce.import_orders(session, actor, commerce.demo_orders(datetime.now(UTC)))
    for merchant in merchants[:2]:
        commerce.add_to_team(session, actor, domain=merchant.domain, user_id=shopkeeper, email=_SHOPKEEPER)


def _save_home(session: Session, actor: Actor, cells: _Cells) -> None:
    stored = json.loads((package_data.resources_folder() / "demo" / "home_layout.json").read_text(encoding="utf-8"))
    layout: Any = templates.translated(stored)
    if cells:
        layout = [
            {**widget, "position": dict(zip("xywh", cells[widget["id"]], strict=True))}
            for widget in layout
            if widget["id"] in cells
        ]
    home_layout.save_home(session, actor, layout, base_version=None)


def _create_dashboard(session: Session, people: Mapping[str, Actor], entry: Mapping[str, Any]) -> None:
    """Create one dashboard of dashboards.json with its shares and its earlier versions."""
    translated: Any = templates.translated(entry["document"])
    document, owner = parse_document(translated), people[entry["owner"]]
    first, *later = entry["versions"]
    dashboard_id = library.create(session, owner, _earlier_version(document, first)).card.id
    sharing.set_public(session, owner, dashboard_id, public=entry["public"])
    for email, permission in entry["shares"]:
        sharing.share(session, owner, dashboard_id, "person", people[email].user_id, permission)
    for version in later:
        earlier, author, note = _earlier_version(document, version), people[version["by"]], str(version["note"])
        library.save(session, author, dashboard_id, earlier, base_version=None, note=_(note))


def _earlier_version(document: Document, version: Mapping[str, Any]) -> Document:
    """The document as of one version: without the items added later, moved items at their earlier cells."""
    cells = {item_id: Cell(*cell) for item_id, cell in version["places"].items()}
    moved = map_items(document.layout, lambda item, cell: (item, cells.get(item.id, cell)))
    return replace(document, layout=without(moved, version["without"], document.compact))
