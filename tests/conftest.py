"""Fixtures of every test. `database` runs a test twice: on an encrypted SQLite file and on PostgreSQL."""

import copy
import gc
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from sqlalchemy import create_engine
from sqlalchemy.engine.default import DefaultDialect

from benchboard.identity import passwords
from benchboard.storage import engine as storage_engine
from benchboard.storage.engine import Database
from support import databases, memory, people, postgres
from support.benchdata import Bench
from support.databases import Copies
from support.examples import FUZZING, examples
from support.people import Town
from support.postgres import NoServer, Server
from support.programs import Programs, warmed
from support.scheduling import pytest_xdist_make_scheduler  # noqa: F401  # a hook

# How long an example takes, to make or to try, says how busy the machine is, and nothing about the code.
# The same examples every time: what a change broke must not fail somebody else's. `make fuzz` draws new ones.
settings.register_profile(
    "benchboard", examples(100, suppress_health_check=[HealthCheck.too_slow]), deadline=None, derandomize=not FUZZING
)
settings.load_profile("benchboard")
if not FUZZING:
    # Else examples come from the constants of whichever of our modules this process has loaded: other ones each time,
    # after a second or two of reading their source, in every process.
    providers._get_local_constants = Constants

ENGINES = ("sqlite", "postgresql")


def pytest_configure() -> None:
    """Every test's own folder lies in memory, where there is room. Nothing moves, unless a test asks for it."""
    os.environ.setdefault("BENCHBOARD_REDUCED_MOTION", "1")
    place = memory.folder()
    if place is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(place))
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Collect garbage from now on, but not among the half a million objects of the tests themselves: a fifth of the
    time went there while they were made, and a second at each full collection."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def true_hasher() -> Iterator[PasswordHasher]:
    """The program's own. Tests run with Argon2id at its cheapest: they do not ask how slow it is on purpose."""
    true, passwords._hasher = passwords._hasher, PasswordHasher.from_parameters(CHEAPEST)
    yield true
    passwords._hasher = true


@pytest.fixture(scope="session", autouse=True)
def shared_statements() -> Iterator[None]:
    """Compiles a statement once for all databases of a kind: each test has its own, and a fifth of its time went there.

    SQLAlchemy keeps compiled statements by engine and dialect object; here every dialect of a class is the same.
    """
    options = {"compiled_cache": dict[object, object]()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage_engine, "create_engine", partial(create_engine, execution_options=options))
        patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(DefaultDialect, "__hash__", lambda one: hash(type(one)))
        yield


@pytest.fixture(scope="session")
def pg_server() -> Iterator[Server]:
    """A PostgreSQL server of this test process's own; the test is skipped, with the reason, where none can be."""
    try:
        running = postgres.running()
        server = running.__enter__()
    except NoServer as error:
        pytest.skip(str(error))
    yield server
    running.__exit__(None, None, None)


@pytest.fixture(scope="session")
def pg_template(pg_server: Server) -> str:
    """The name of a migrated, empty database to copy."""
    return databases.migrated_database(pg_server)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty, encrypted file to copy."""
    return databases.migrated_file(tmp_path_factory.mktemp("template") / "template.db")


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """The engine a test runs on."""
    return str(request.param)


@pytest.fixture
def empty_database(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database of the test's own in which nothing was ever made."""
    if engine_name == "postgresql":
        with databases.on_postgres(request.getfixturevalue("pg_server"), template=None) as database:
            yield database
        return
    database = Database.open(databases.file_url(tmp_path / "bench.db"), key=databases.KEY)
    yield database
    database.dispose()


@pytest.fixture
def database(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database of the test's own, without rows."""
    if engine_name == "postgresql":
        template = request.getfixturevalue("pg_template")
        with databases.on_postgres(request.getfixturevalue("pg_server"), template=template) as database:
            yield database
        return
    yield request.getfixturevalue("sqlite_database")


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database of the test's own, for what only SQLite does."""
    file = shutil.copyfile(sqlite_template, tmp_path / "bench.db")
    database = Database.open(databases.file_url(file), key=databases.KEY)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def copies(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Copies:
    """Databases made ready once for all tests of this process."""

    def server() -> tuple[Server, str]:
        return request.getfixturevalue("pg_server"), request.getfixturevalue("pg_template")

    return Copies(tmp_path_factory.mktemp("copies"), sqlite_template, server)


@pytest.fixture
def town(copies: Copies, engine_name: str, tmp_path: Path) -> Iterator[Town]:
    """Two organisations with people in them, in a database of the test's own."""
    with copies.of(engine_name, people.settle, tmp_path) as (database, settled):
        yield replace(settled, database=database)


@pytest.fixture
def bench(copies: Copies, engine_name: str, tmp_path: Path) -> Iterator[Bench]:
    """Two organisations with technicians who pair dongles, in a database of the test's own."""
    with copies.of(engine_name, Bench, tmp_path) as (database, made):
        ours = copy.copy(made)
        ours.database = database
        yield ours


@pytest.fixture(scope="session")
def programs() -> Iterator[Programs]:
    """Runs our programs, each in a process of its own, without a new interpreter's imports."""
    with warmed() as running:
        yield running
