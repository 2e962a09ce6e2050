"""Handing over what a person owns to another, and taking that back."""

import pytest
from sqlalchemy import select

from benchboard.dashboards import library
from benchboard.dashboards.access import access_list, handing_over, sharing
from benchboard.dashboards.access.handing_over import HandedOver, Owned
from benchboard.errors import AppError, Conflict, Denied, Invalid, NotFound
from benchboard.identity import audit, person_deletion, users
from benchboard.identity.audit_titles import entry_title
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing
from benchboard.storage.models.dashboards import Dashboard
from benchboard.storage.models.dongles import Dongle
from support.databases import unbound
from support.papers import Office

_DEVICE = "0123456789abcdef"


def _owners(office: Office) -> dict[str, str]:
    with unbound(office.town.database).read() as session:
        return {row.id: row.user_id for row in session.execute(select(Dashboard.id, Dashboard.user_id))}


def _dongle(office: Office, owner: Actor, device: str = _DEVICE) -> str:
    with unbound(office.town.database).change() as session:
        row = Dongle(organisation_id=office.town.north, device_id=device, name="Line 2", owner_user_id=owner.user_id)
        session.add(row)
        session.flush()
        audit.record(session, owner, "dongle.observe", row.id)
        return row.id


def _hand_over(office: Office, of: Actor, to: Actor, actor: Actor | None = None) -> HandedOver:
    done: HandedOver = office.do(handing_over.hand_over, actor or office.actor("admin"), of.user_id, to.user_id)
    return done


def _titles(office: Office, resource_id: str) -> list[str]:
    admin = office.actor("admin")
    listing = Listing(filters={"resource_id": resource_id})
    return [entry_title(one) for one in office.ask(audit.list_entries, admin, listing).rows]


def test_everything_passes_to_the_other_person_with_the_trash_and_nothing_of_others(office: Office) -> None:
    ada, bo, cy = (office.actor(name, role="technician") for name in ("ada", "bo", "cy"))
    kept, trashed, others = (office.make(who).card.id for who in (ada, ada, cy))
    office.do(library.discard, ada, [trashed])
    dongle = _dongle(office, ada)
    admin = office.actor("admin")
    assert office.ask(handing_over.count_owned, admin, [ada.user_id]) == Owned(dashboards=2, dongles=1)
    done = _hand_over(office, ada, bo)
    assert (set(done.dashboards), done.dongles) == ({kept, trashed}, (dongle,))
    assert _owners(office) == {kept: bo.user_id, trashed: bo.user_id, others: cy.user_id}
    assert office.ask(handing_over.count_owned, admin, [ada.user_id]) == Owned(0, 0)
    assert office.ask(handing_over.count_owned, admin, [bo.user_id]) == Owned(2, 1)
    assert _titles(office, kept)[0] == "Handed the dashboard “Line 2” over to Bo"
    assert _titles(office, dongle)[0] == "Handed the dongle “Line 2” over to Bo"
    office.do(library.restore, bo, [trashed])  # it is in the new owner's trash


def test_taken_back_all_is_as_it_was_also_of_a_deleted_person_and_shares(office: Office) -> None:
    ada, bo = office.actor("ada"), office.actor("bo")
    shared, plain = office.make(ada).card.id, office.make(ada).card.id
    office.do(sharing.share, ada, shared, "person", bo.user_id, "edit")
    admin = office.actor("admin")
    before = office.ask(sharing.sharing_of, admin, shared)
    done = _hand_over(office, ada, bo)
    now = office.ask(sharing.sharing_of, bo, shared)
    assert (now.owner.id, now.people) == (bo.user_id, ())  # nobody stands there twice
    listed = {one.user_id: one.level for one in office.ask(access_list.list_access, bo, shared).rows}
    assert listed[bo.user_id] == "own"
    assert ada.user_id not in listed
    office.do(person_deletion.delete_people, admin, [ada.user_id])
    assert office.do(handing_over.take_back, admin, done) == 2
    office.do(person_deletion.restore_people, admin, [ada.user_id])
    assert _owners(office) == {shared: ada.user_id, plain: ada.user_id}
    again = office.ask(sharing.sharing_of, admin, shared)
    assert (again.owner, [(one.to, one.permission) for one in again.people]) == (
        before.owner,
        [(one.to, one.permission) for one in before.people],
    )


def test_what_changed_hands_again_since_is_not_taken_back(office: Office) -> None:
    ada, bo, cy = (office.actor(name) for name in ("ada", "bo", "cy"))
    first = office.make(ada).card.id
    done = _hand_over(office, ada, bo)
    second = office.make(bo).card.id
    _hand_over(office, bo, cy)
    assert office.do(handing_over.take_back, office.actor("admin"), done) == 0
    assert _owners(office) == {first: cy.user_id, second: cy.user_id}


def test_deleted_persons_things_can_be_handed_over(office: Office) -> None:
    ada, bo = office.actor("ada"), office.actor("bo")
    mine = office.make(ada).card.id
    office.do(person_deletion.delete_people, office.actor("admin"), [ada.user_id])
    assert _hand_over(office, ada, bo).dashboards == (mine,)
    assert _owners(office) == {mine: bo.user_id}


def test_only_somebody_who_could_use_it_gets_it(office: Office) -> None:
    ada, bo, cy = office.actor("ada"), office.actor("bo"), office.actor("cy", role="technician")
    admin = office.actor("admin")
    office.make(ada)
    _dongle(office, ada)
    before = _owners(office)
    office.do(users.set_state, admin, [cy.user_id], "inactive")
    refused: tuple[tuple[Actor, type[AppError], str], ...] = (
        (ada, Conflict, "handing-over.same"),
        (cy, Conflict, "handing-over.ended"),
        (bo, Conflict, "handing-over.dongles"),
        (office.actor("zoe", south=True), NotFound, "people.unknown"),
    )
    for to, error, code in refused:
        with pytest.raises(error) as raised:
            _hand_over(office, ada, to)
        assert raised.value.code == code
    assert _owners(office) == before


def test_nothing_to_hand_over_is_said(office: Office) -> None:
    with pytest.raises(Invalid) as raised:
        _hand_over(office, office.actor("ada"), office.actor("bo"))
    assert raised.value.code == "handing-over.nothing"


def test_only_who_may_change_people_and_everyones_dashboards_hands_over(office: Office) -> None:
    ada, bo = office.actor("ada"), office.actor("bo")
    office.make(ada)
    done = HandedOver(ada.user_id, bo.user_id, (), (), ())
    lead = office.actor("lead", role="ops_manager")
    for actor in (ada, lead):
        for act, given in (
            (handing_over.hand_over, (ada.user_id, bo.user_id)),
            (handing_over.take_back, (done,)),
        ):
            with pytest.raises(Denied):
                office.do(act, actor, *given)
    with pytest.raises(Denied):
        office.ask(handing_over.count_owned, ada, [ada.user_id])


def test_handing_over_is_in_the_history_of_who_gave_and_of_who_got(office: Office) -> None:
    ada, bo, cy, admin = (office.actor(name) for name in ("ada", "bo", "cy", "admin"))
    dashboard_id = office.make(ada).card.id
    _hand_over(office, ada, bo)

    def handed(who: Actor) -> list[str | None]:
        listing = Listing(filters={"person": who.user_id, "event": "dashboard.hand-over"})
        return [one.resource_id for one in office.ask(audit.list_entries, admin, listing).rows]

    assert [handed(one) for one in (ada, bo, cy)] == [[dashboard_id], [dashboard_id], []]
    with unbound(office.town.database).read() as session:
        told = [one.event for one in audit.entries_about(session, office.town.north, ada.user_id, page_rows=100)]
    assert "dashboard.hand-over" in told
