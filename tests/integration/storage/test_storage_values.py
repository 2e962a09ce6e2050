"""Ids, moments, amounts and documents read back as they were written, and sort alike, on both engines."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from benchboard.storage.engine import Database
from benchboard.storage.models.dashboards import DashboardLayout
from benchboard.storage.models.dongles import Agent
from benchboard.storage.models.identity import Organisation, User
from benchboard.storage.models.merchants import Order
from support import databases

ROOT = Path(__file__).parents[3]
AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
# hypothesis runs the body many times on one database, which is what is wanted.
tried = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def _organisation(session: Session) -> str:
    row = Organisation(name="Lab", slug="lab")
    session.add(row)
    session.flush()
    return row.id


def _written(database: Database, **columns: Any) -> Any:
    """An order with `columns`, written and read back in a transaction that is undone."""
    with Session(database.engine) as session:
        kept = {"id": "1", "shop_id": "s", "order_total": Decimal(0), "currency": "EUR", "status": "paid"} | {
            "created_dt": AT,
            "organisation_id": _organisation(session),
        }
        session.execute(insert(Order).values(kept | columns))
        return session.execute(select(*(getattr(Order, name) for name in columns))).one()


def _zones() -> st.SearchStrategy[timezone]:
    return st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1), timezones=_zones())
AMOUNTS = st.integers(-(2**63) + 1, 2**63 - 1).map(lambda units: Decimal(units).scaleb(-4))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "é"]), inner),
    max_leaves=8,
)


@tried
@given(moment=MOMENTS, amount=AMOUNTS, document=st.dictionaries(st.sampled_from(["x", "y"]), DOCUMENTS))
def test_values_written_are_read_back(
    database: Database, moment: datetime, amount: Decimal, document: dict[str, Any]
) -> None:
    found = _written(database, created_dt=moment, order_total=amount, order_info=document)
    assert found == (moment, amount, document)
    assert found.created_dt.utcoffset() == timedelta(0)
    assert found.order_total.as_tuple().exponent == -4


@tried
@given(moments=st.lists(MOMENTS, min_size=2, max_size=6), amounts=st.lists(AMOUNTS, min_size=6, max_size=6))
def test_values_sort_and_compare_as_in_python(
    database: Database, moments: list[datetime], amounts: list[Decimal]
) -> None:
    with Session(database.engine) as session:
        org = _organisation(session)
        for number, moment in enumerate(moments):
            session.add(
                Order(organisation_id=org, id=str(number), shop_id="s", order_total=amounts[number], currency="EUR",
                      status="paid", created_dt=moment)
            )  # fmt: skip
        session.flush()
        assert list(session.scalars(select(Order.created_dt).order_by(Order.created_dt))) == sorted(moments)
        asked = select(Order.order_total).where(Order.order_total >= amounts[0], Order.created_dt <= moments[-1])
        expected = [a for m, a in zip(moments, amounts, strict=False) if a >= amounts[0] and m <= moments[-1]]
        assert sorted(session.scalars(asked)) == sorted(expected)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("order_total", Decimal("0.00001")),
        ("order_total", Decimal("1e15")),
        ("order_total", Decimal("NaN")),
        ("order_total", Decimal("Infinity")),
        ("created_dt", datetime(2026, 1, 1)),
        ("organisation_id", "no-id"),
    ],
)
def test_values_that_would_lose_precision_are_rejected(database: Database, column: str, value: object) -> None:
    with pytest.raises(StatementError) as caught:
        _written(database, **{column: value})
    assert isinstance(caught.value.orig, ValueError | ArithmeticError)


def test_ids_in_any_spelling_match_and_default_to_version_4(database: Database) -> None:
    with Session(database.engine) as session:
        org = _organisation(session)
        for spelling in (org.upper(), f"{{{org}}}", org.replace("-", "")):
            assert session.scalar(select(Organisation.id).where(Organisation.id == spelling)) == org
        given_ = session.scalar(text("INSERT INTO organisations (name, slug) VALUES ('B', 'b') RETURNING id"))
        assert UUID(str(given_)).version == 4
        assert str(UUID(str(given_))) == str(given_)


def test_sqlite_default_ids_are_distinct_and_version_4(sqlite_database: Database) -> None:
    many = (
        "INSERT INTO permissions (name) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
        " SELECT 'p' || i FROM n"
    )
    with sqlite_database.engine.begin() as connection:
        connection.execute(text(many))
        found = list(connection.scalars(text("SELECT id FROM permissions")))
    assert len(set(found)) == 400
    assert {UUID(one).version for one in found} == {4}
    assert {UUID(one).variant for one in found} == {UUID("00000000-0000-4000-8000-000000000000").variant}


def test_insert_by_plain_sql_fills_the_defaults(database: Database) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    with database.engine.begin() as connection:
        org = connection.scalar(text("INSERT INTO organisations (name, slug) VALUES ('Lab', 'lab') RETURNING id"))
        connection.execute(
            text("INSERT INTO users (organisation_id, email, email_norm, name) VALUES (:org, 'a@b.c', 'a@b.c', 'A')"),
            {"org": org},
        )
    with Session(database.engine) as session:
        user = session.scalars(select(User)).one()
    assert before < user.created_at == user.updated_at < datetime.now(UTC) + timedelta(seconds=2)
    assert (user.role, user.status, user.timezone, user.account_type, user.version) == (
        "business_user", "pending", "UTC", "USER", 1,
    )  # fmt: skip


def test_update_raises_version_and_updated_at(database: Database) -> None:
    with Session(database.engine) as session:
        org = _organisation(session)
        user = User(organisation_id=org, email="a@b.c", email_norm="a@b.c", name="A", created_at=AT, updated_at=AT)
        session.add(user)
        session.flush()
        agent = Agent(organisation_id=org, user_id=user.id, name="bench", version="1.2", updated_at=AT)
        session.add(agent)
        session.flush()
        user.name, agent.name = "B", "host"
        session.flush()
        session.execute(update(User).values(name="C"))
        session.execute(update(Agent).values(name="other"))
        session.refresh(user)
        session.refresh(agent)
        assert (user.version, agent.row_version, agent.version) == (3, 3, "1.2")
        assert user.created_at == AT < user.updated_at
        assert agent.updated_at > AT


def test_update_of_a_row_changed_meanwhile_raises_stale_data(database: Database) -> None:
    with Session(database.engine, expire_on_commit=False) as session, session.begin():
        org = _organisation(session)
        user = User(organisation_id=org, email="a@b.c", email_norm="a@b.c", name="A")
        session.add(user)
        session.flush()
        layout = DashboardLayout(organisation_id=org, user_id=user.id, config=[])
        session.add(layout)
    with Session(database.engine) as session, session.begin():
        session.get_one(DashboardLayout, layout.id).config = ["theirs"]
    with Session(database.engine) as session:
        session.add(layout)
        layout.config = ["mine"]
        with pytest.raises(StaleDataError):
            session.flush()


def test_document_none_is_stored_as_sql_null(database: Database) -> None:
    with Session(database.engine) as session, session.begin():
        session.add(Organisation(name="Lab", slug="lab", password_policy=None))
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM organisations WHERE password_policy IS NULL")) == 1


def test_organisation_owner_of_another_organisation_is_rejected(database: Database) -> None:
    with Session(database.engine) as session, session.begin():
        org = _organisation(session)
        other = Organisation(name="B", slug="b")
        session.add(other)
        session.flush()
        user = User(organisation_id=org, email="a@b.c", email_norm="a@b.c", name="A")
        session.add(user)
        session.flush()
        session.get_one(Organisation, org).owner_id = user.id
        other_id, user_id = other.id, user.id
    with Session(database.engine) as session:
        session.execute(update(Organisation).where(Organisation.slug == "lab").values(owner_id=None))
        session.execute(update(Organisation).where(Organisation.id == other_id).values(owner_id=user_id))
        with pytest.raises(IntegrityError):
            session.commit()


def test_upgrade_of_a_current_database_loads_no_alembic(sqlite_database: Database) -> None:
    program = (
        "import sys\nfrom benchboard.storage import upgrade\nfrom benchboard.storage.engine import Database\n"
        "database = Database.open(sys.argv[1], key=bytes.fromhex(sys.argv[2]))\nupgrade.upgrade(database)\n"
        "sys.exit('alembic' in sys.modules or 'benchboard.storage.models' in sys.modules)"
    )
    url = f"sqlite:///{sqlite_database.engine.url.database}"
    subprocess.run(
        [sys.executable, "-c", program, url, databases.KEY.hex()], env={"PYTHONPATH": str(ROOT / "desktop")}, check=True
    )
