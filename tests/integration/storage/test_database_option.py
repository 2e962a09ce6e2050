"""The option by which a command opens the database of a window."""

from pathlib import Path

from benchboard import workspace
from benchboard.storage.engine import Database, file_url
from benchboard.workspace import Location, Workspace, database_option


def test_database_option_of_a_file_opens_that_file(tmp_path: Path) -> None:
    file = tmp_path / "a b.db"
    opened = workspace.open_url(file_url(file), tmp_path)
    assert database_option(opened) == f"--url {file_url(file)}"
    opened.close()


def test_location_of_a_server_names_the_database_and_the_server(tmp_path: Path) -> None:
    titles = set()
    for name in ("work", "archive"):
        opened = workspace.connect(tmp_path, url=f"postgresql://dana@bench-db:5433/{name}")
        titles.add(workspace.location_title(opened.location))
    assert titles == {f"Database {name} on bench-db:5433 (access isn't checked)" for name in ("work", "archive")}


def test_database_option_of_a_server_has_no_password(tmp_path: Path) -> None:
    database = Database.open("postgresql://dana:hunter2@bench-db:5433/work?sslpassword=hunter2&sslmode=require")
    opened = workspace.open_local(tmp_path)
    server = Workspace(database, Location("server", database.label), tmp_path, opened.data_keys)
    assert database_option(server) == "--url 'postgresql://dana@bench-db:5433/work?sslmode=require'"
    assert database_option(opened) == ""
    opened.close()
