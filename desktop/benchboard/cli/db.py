"""`benchboard db …`: upgrade, downgrade, check and seed the database."""

import os
import sys
from contextlib import closing
from pathlib import Path

import click

from benchboard import file_ownership, workspace
from benchboard.cli.command_context import DatabaseOptions, database_options, write_json
from benchboard.cli.options import CliGroup
from benchboard.cli.people import ask_password
from benchboard.cli.suggested_commands import for_same_database
from benchboard.cli.terminal import printable
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, ngettext
from benchboard.identity import organisations
from benchboard.storage import upgrade as migrations
from benchboard.storage.backups import restore_sentence
from benchboard.storage.disk_state import disk_obstacle
from benchboard.storage.engine import Database
from benchboard.storage.upgrade import Moved, Progress, Starting
from benchboard.workspace import Workspace

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(cls=CliGroup)
def db() -> None:
    """Upgrade, downgrade, seed and check the database."""


@db.command()
@_AS_JSON
@database_options
def upgrade(options: DatabaseOptions, /, *, as_json: bool) -> None:
    """Upgrade the database to the revision that Benchboard needs, or create it."""
    with options.open_exclusively(create=True) as opened:
        moved = migrations.upgrade(opened.database, progress=_progress(), starting=_backup_note(opened.database))
        _report_migration(moved, as_json)


@db.command()
@click.argument("revision", metavar="REV")
@_AS_JSON
@database_options
def downgrade(options: DatabaseOptions, /, *, revision: str, as_json: bool) -> None:
    """Downgrade the database to an earlier revision.

    What later revisions added is dropped. REV is a revision such as 0003, or “base” for an empty database.
    """
    with options.open_exclusively() as opened:
        starting = _backup_note(opened.database)
        _report_migration(
            migrations.downgrade(opened.database, revision, progress=_progress(), starting=starting), as_json
        )


@db.command()
@_AS_JSON
@database_options
def current(options: DatabaseOptions, /, *, as_json: bool) -> None:
    """Show the database's revision, and the one that Benchboard needs."""
    with closing(options.connect()) as opened:
        revision, needed = migrations.current(opened.database), migrations.head()
    if as_json:
        write_json({"current": revision, "head": needed})
    else:
        click.echo(_("{current} (Benchboard needs {head})").format(current=revision or migrations.BASE, head=needed))


@db.command()
@_AS_JSON
@database_options
def check(options: DatabaseOptions, /, *, as_json: bool) -> None:
    """Check the database's tables, references and file.

    Changes nothing. The exit status is 1 if there is a problem.
    """
    with closing(options.connect()) as opened:
        file, findings = opened.database.file, migrations.check(opened.database)
    if as_json:
        write_json({"findings": list(findings)})
    elif not findings:
        click.echo(_("No problems found."))
    if damage := next((finding for finding in findings if finding.kind == "damage"), None):
        details = _("Details from SQLite: {lines}").format(lines=damage.details) if not as_json else ""
        do = restore_sentence(file) if file is not None else ""
        raise AppError("db.check", damage.what, do=f"{do} {details}".strip())
    if findings:
        count = ngettext("{count} problem found.", "{count} problems found.", len(findings))
        whole = "" if as_json else " ".join(finding.what for finding in findings)
        if any(finding.kind == "revision" for finding in findings):
            do = _foreign_folder(file, by_url=options.url is not None) if file is not None else ""
            do = do or _("Run “benchboard db upgrade”, or ask the server administrator to.")
        elif file is not None and {finding.kind for finding in findings} == {"disk"}:
            obstacle = disk_obstacle(file)
            do = "" if obstacle is None else obstacle.do  # meanwhile there is none
        else:
            do = _("Restore the newest backup, or save the log and report this.")
        raise AppError("db.check", count.format(count=len(findings)), why=whole, do=do)


def _foreign_folder(file: Path, *, by_url: bool) -> str:
    """Why a database that doesn't exist can't be created in another account's folder, and what to do; else empty."""
    folder = next(path for path in (file, *file.parents) if file_ownership.exists(path))
    if folder == file or file_ownership.is_own(folder) or os.access(folder, os.W_OK | os.X_OK):
        return ""
    why = _("The folder {folder} belongs to another account.").format(folder=folder)
    do = _("Choose a file in a folder of your own.") if by_url else _("Set BENCHBOARD_HOME to a folder of your own.")
    return f"{why} {do}"


@db.command()
@click.option("--admin", metavar="EMAIL", help="Email address of the first admin, on a server without organisations.")
@click.option("--admin-name", metavar="NAME", help="Name of that admin; default: their email address up to the @.")
@click.option("--organisation", metavar="NAME", help="Name of the first organisation, on that server.")
@_AS_JSON
@database_options
def seed(
    options: DatabaseOptions, /, *, admin: str | None, admin_name: str | None, organisation: str | None, as_json: bool
) -> None:
    """Create or update permissions, scopes and roles, and a server's first organisation.

    Running it again changes nothing. A database on this computer gets its organisation automatically. An empty server
    needs --organisation and --admin; the command asks for the admin's password, or reads it from standard input.

    \b
    Example:
      benchboard db seed --url postgresql://role@server/database --organisation "North Lab" --admin ines@example.com
    """
    if (admin is None) != (organisation is None):
        raise click.UsageError(_("Use --admin and --organisation together."))
    if admin_name is not None and admin is None:
        raise click.UsageError(_("Use --admin-name with --admin."))
    with options.open_exclusively(create=True) as opened:
        if admin is not None and organisation is not None:
            _create_first_organisation(opened, admin, admin_name, organisation)
        workspace.seed(opened)
        with opened.database.system("seed").read() as session:
            slugs = organisations.slugs(session)
    if as_json:
        write_json({"seeded": True, "organisations": slugs})
        return
    if admin is not None:
        sentence = _("Created organisation {name} with admin {email}. To sign in, run “benchboard login {email}”.")
        sentence = for_same_database(click.get_current_context(), sentence.format(name=organisation, email=admin))
        click.echo(printable(sentence))
    click.echo(_("Permissions, scopes and roles are up to date."))
    if not slugs:
        click.echo(_("No organisations yet. Create the first one with --organisation and --admin."))


def _create_first_organisation(workspace_: Workspace, admin: str, admin_name: str | None, organisation: str) -> None:
    workspace.require_current(workspace_)
    if workspace_.location.kind != "server":
        raise Invalid(
            "db.local",
            _("A database on this computer gets its first organisation automatically."),
            do=_("Leave out --organisation and --admin, and add people with “benchboard user add EMAIL”."),
        )
    with workspace_.database.system("seed").read() as session:
        organisations.require_first(session, name=organisation, email=admin, admin_name=admin_name)
    password = ask_password(confirm=True)
    with workspace_.database.system("seed").change() as session:
        organisations.create_first(
            session,
            workspace_.data_keys,
            name=organisation,
            email=admin,
            password=password,
            admin_name=admin_name,
        )


def _report_migration(migration: Moved, as_json: bool) -> None:
    if as_json:
        backup = None if migration.backup is None else str(migration.backup)
        write_json({"before": migration.before, "after": migration.after, "backup": backup})
        return
    before, after = (revision or migrations.BASE for revision in (migration.before, migration.after))
    if before == after:
        click.echo(_("The database is already at {revision}.").format(revision=after))
        return
    sentence = _("Migrated the database from {before} to {after}.")
    if migration.before is None:
        sentence = _("Created the database (revision {after}).")
    click.echo(sentence.format(after=after, before=before))
    if migration.backup is not None:
        click.echo(_("Backup saved to {file}.").format(file=migration.backup))


def _backup_note(database: Database) -> Starting | None:
    """Says on stderr, before a server's database is changed, that nothing is backed up; None for a file, which is."""
    if database.dialect != "postgresql":
        return None
    note = _("Benchboard doesn't back up a shared server. Use a backup of the server's own to go back.")
    return lambda: click.echo(note, err=True)


def _progress() -> Progress | None:
    if not sys.stderr.isatty():
        return None
    return lambda done, total: click.echo(_("{done} of {total} steps").format(done=done, total=total), err=True)
