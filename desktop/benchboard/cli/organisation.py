"""`benchboard organisation …`: what an organisation asks of its people when they sign in."""

from dataclasses import asdict, replace

import click

from benchboard.cli.command_context import CommandContext, with_context, write_json
from benchboard.cli.options import Choice, CliGroup, WholeNumber
from benchboard.cli.table import print_lines
from benchboard.cli.terminal import printable
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext, number
from benchboard.identity import passwords, sessions, sign_in_policy
from benchboard.identity.sign_in_policy import (
    LONGEST_SHORTEST,
    TWO_STEP_FOR,
    PolicyEffects,
    SignInPolicy,
    TwoStepFor,
    two_step_title,
)


@click.group(cls=CliGroup)
def organisation() -> None:
    """Show and change what your organisation asks of its people when they sign in."""


@organisation.command("show")
@with_context
def show(context: CommandContext) -> None:
    """Show whom two-step sign-in is required for, and how long passwords are."""
    with context.database.read() as session:
        policy = sign_in_policy.get_policy(session, context.actor)
        effects = sign_in_policy.count_effects(session, context.actor, policy)
    if context.as_json:
        write_json({"organisation": context.actor.organisation, **asdict(policy), **_counts(effects)})
        return
    without = _("{count} of {total}").format(count=number(effects.without), total=number(effects.people))
    print_lines(
        (
            (_("Organisation"), context.actor.organisation),
            (_("Two-step sign-in is required for"), two_step_title(policy.two_step)),
            *(((_("Haven't set it up yet"), without),) if policy.two_step != "nobody" else ()),
            (_("Shortest password"), number(policy.shortest_password)),
        )
    )


@organisation.command("set")
@click.option(
    "--two-step",
    type=Choice(TWO_STEP_FOR),
    help="Whom two-step sign-in is required for; admins: everyone who can open Admin.",
)
@click.option(
    "--password-length",
    type=WholeNumber(passwords.SHORTEST, LONGEST_SHORTEST),
    metavar="N",
    help="How many characters new passwords have at least.",
)
@click.option(
    "--revoke-sessions",
    is_flag=True,
    help="End the sessions of those who haven't set up two-step sign-in and now have to.",
)
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@with_context
def set_rules(
    context: CommandContext,
    two_step: TwoStepFor | None,
    password_length: int | None,
    revoke_sessions: bool,
    yes: bool,
) -> None:
    """Change what is asked of people when they sign in to a shared server.

    Before two-step sign-in is required of more people, the command says how many that concerns, and asks. Who hasn't
    set it up does so at the next sign-in, which --revoke-sessions makes now. You can require it once you use it
    yourself.

    \b
    Example:
      benchboard organisation set --two-step admins --url postgresql://role@server/database
    """
    if two_step is None and password_length is None and not revoke_sessions:
        raise click.UsageError(_("Use --two-step, --password-length or --revoke-sessions."))
    if context.workspace.location.kind != "server":
        raise Invalid(
            "cli.organisation-local",
            _("Nobody signs in with a password to a database on this computer."),
            do=_("Use --url to name a shared server."),
        )
    with context.database.read() as session:
        before = sign_in_policy.get_policy(session, context.actor)
        wanted = replace(
            before,
            two_step=two_step if two_step is not None else before.two_step,
            shortest_password=password_length if password_length is not None else before.shortest_password,
        )
        effects = sign_in_policy.count_effects(session, context.actor, wanted)
    if not yes and (revoke_sessions or TWO_STEP_FOR.index(wanted.two_step) > TWO_STEP_FOR.index(before.two_step)):
        click.confirm(printable(_question(before, wanted, effects, revoking=revoke_sessions)), abort=True, err=True)
    with context.database.change() as session:
        if wanted != before or not revoke_sessions:
            sign_in_policy.change_policy(session, context.actor, wanted, seen=before)
        revoked = sessions.end_without_two_step(session, context.actor) if revoke_sessions else 0
    told = [_done(before, wanted, effects)] if wanted != before or not revoke_sessions else []
    if revoke_sessions:
        told.append(
            ngettext("Revoked {count} session.", "Revoked {count} sessions.", revoked).format(count=number(revoked))
        )
    context.report(" ".join(told), **asdict(wanted), **_counts(effects), revoked=revoked)


def _question(before: SignInPolicy, wanted: SignInPolicy, effects: PolicyEffects, *, revoking: bool) -> str:
    signed_in = ngettext(
        "{count} person without two-step sign-in is signed in. Revoke their sessions?",
        "{count} people without two-step sign-in are signed in. Revoke their sessions?",
        effects.signed_in,
    ).format(count=number(effects.signed_in))
    if TWO_STEP_FOR.index(wanted.two_step) <= TWO_STEP_FOR.index(before.two_step):
        return signed_in
    text = ngettext(
        "This concerns {total} person, {without} of whom without two-step sign-in. Require it?",
        "This concerns {total} people, {without} of whom without two-step sign-in. Require it?",
        effects.people,
    ).format(total=number(effects.people), without=number(effects.without))
    return f"{text} {signed_in}" if revoking else text


def _done(before: SignInPolicy, now: SignInPolicy, effects: PolicyEffects) -> str:
    if before == now:
        return _("Nothing changed.")
    told = []
    if before.shortest_password != now.shortest_password:
        length = ngettext(
            "New passwords now have at least {count} character. Those that are set stay as they are.",
            "New passwords now have at least {count} characters. Those that are set stay as they are.",
            now.shortest_password,
        )
        told.append(length.format(count=number(now.shortest_password)))
    if before.two_step != now.two_step:
        told.append(_two_step_done(now, effects))
    return " ".join(told)


def _two_step_done(now: SignInPolicy, effects: PolicyEffects) -> str:
    if now.two_step == "nobody":
        return _("Two-step sign-in isn't required any more.")
    required = _("Two-step sign-in is required for: {whom}.").format(whom=two_step_title(now.two_step))
    if not effects.without:
        return required
    text = ngettext(
        "{count} person sets it up at the next sign-in.",
        "{count} people set it up at their next sign-in.",
        effects.without,
    )
    return f"{required} {text.format(count=number(effects.without))}"


def _counts(effects: PolicyEffects) -> dict[str, int]:
    return {"people": effects.people, "without_two_step": effects.without, "signed_in_without": effects.signed_in}
