"""`benchboard db …`: upgrade, downgrade, check and seed the database."""

import sys
from contextlib import closing

import click

from benchboard import workspace
from benchboard.cli.command_context import DatabaseOptions, database_options, write_json
from benchboard.cli.options import CliGroup
from benchboard.cli.people import ask_password
from benchboard.cli.terminal import printable
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, ngettext
from benchboard.identity import organisations
from benchboard.storage import upgrade as migrations
from benchboard.storage.backups import restore_sentence
from benchboard.storage.disk_state import disk_obstacle
from benchboard.storage.engine import Database
from benchboard.storage.upgrade import Moved, Progress
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
    with options.open_exclusively() as opened:
        _report_migration(migrations.upgrade(opened.database, progress=_progress()), opened.database, as_json)


@db.command()
@click.argument("revision", metavar="REV")
@_AS_JSON
@database_options
def downgrade(options: DatabaseOptions, /, *, revision: str, as_json: bool) -> None:
    """Downgrade the database to an earlier revision.

    What later revisions added is dropped. REV is a revision such as 0003, or “base” for an empty database.
    """
    with options.open_exclusively() as opened:
        _report_migration(
            migrations.downgrade(opened.database, revision, progress=_progress()), opened.database, as_json
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
    if findings:
        count = ngettext("{count} problem found.", "{count} problems found.", len(findings))
        whole = "" if as_json else " ".join(finding.what for finding in findings)
        if any(finding.kind == "revision" for finding in findings):
            do = _("Run “benchboard db upgrade”, or ask the server administrator to.")
        elif file is not None and any(finding.kind == "damage" for finding in findings):
            do = restore_sentence(file)
        elif file is not None and {finding.kind for finding in findings} == {"disk"}:
            obstacle = disk_obstacle(file)
            do = "" if obstacle is None else obstacle.do  # meanwhile there is none
        else:
            do = _("Restore the newest backup, or save the log and report this.")
        raise AppError("db.check", count.format(count=len(findings)), why=whole, do=do)


@db.command()
@click.option("--admin", metavar="EMAIL", help="Email address of the first admin, on a server without organisations.")
@click.option("--organisation", metavar="NAME", help="Name of the first organisation, on that server.")
@_AS_JSON
@database_options
def seed(options: DatabaseOptions, /, *, admin: str | None, organisation: str | None, as_json: bool) -> None:
    """Create or update permissions, scopes and roles, and a server's first organisation.

    Running it again changes nothing. A database on this computer gets its organisation by itself. An empty server
    needs --organisation and --admin; the command asks for the admin's password.

    \b
    Example:
      benchboard db seed --organisation "North Lab" --admin ines@example.com
    """
    if (admin is None) != (organisation is None):
        raise click.UsageError(_("Use --admin and --organisation together."))
    with options.open_exclusively() as opened:
        if admin is not None and organisation is not None:
            _create_first_organisation(opened, admin, organisation)
        workspace.seed(opened)
        with opened.database.system("seed").read() as session:
            slugs = organisations.slugs(session)
    if as_json:
        write_json({"seeded": True, "organisations": slugs})
        return
    if admin is not None:
        sentence = _("Created organisation {name} with admin {email}. To sign in, run “benchboard login {email}”.")
        click.echo(printable(sentence.format(name=organisation, email=admin)))
    click.echo(_("Permissions, scopes and roles are up to date."))
    if not slugs:
        click.echo(_("No organisations yet. Create the first one with --organisation and --admin."))


def _create_first_organisation(workspace_: Workspace, admin: str, organisation: str) -> None:
    workspace.require_current(workspace_)
    if workspace_.location.kind != "server":
        raise Invalid(
            "db.local",
            _("A database on this computer gets its first organisation by itself."),
            do=_("Leave out --organisation and --admin, and add people with “benchboard user add”."),
        )
    with workspace_.database.system("seed").read() as session:
        organisations.require_first(session, name=organisation, email=admin)
    password = ask_password(confirm=True)
    with workspace_.database.system("seed").change() as session:
        organisations.create_first(session, workspace_.data_keys, name=organisation, email=admin, password=password)


def _report_migration(migration: Moved, database: Database, as_json: bool) -> None:
    if as_json:
        backup = None if migration.backup is None else str(migration.backup)
        write_json({"before": migration.before, "after": migration.after, "backup": backup})
        return
    before, after = (revision or migrations.BASE for revision in (migration.before, migration.after))
    if before == after:
        click.echo(_("The database is already at {revision}.").format(revision=after))
        return
    click.echo(_("Migrated the database from {before} to {after}.").format(after=after, before=before))
    if migration.backup is not None:
        click.echo(_("Backup saved to {file}.").format(file=migration.backup))
    elif database.dialect == "postgresql":
        click.echo(_("No backup was made. Back up the server yourself."))


def _progress() -> Progress | None:
    if not sys.stderr.isatty():
        return None
    return lambda done, total: click.echo(_("{done} of {total} steps").format(done=done, total=total), err=True)
