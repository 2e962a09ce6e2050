"""Somebody in the middle of a claim: whatever is changed, swapped, replayed or reflected is refused."""

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from benchboard.dongles.protocol import (
    Code,
    Command,
    DeviceSide,
    Durable,
    Refused,
    messages,
    session,
)
from benchboard.dongles.protocol.framing import Body
from benchboard.dongles.simulator.node import FACTORY_CONFIG, FACTS
from support.cable import seeded
from support.claiming import TOKEN, ask, begun, claim_for, device, flipped, pressed
from support.pairing import ORGANISATION_KEY


@settings(max_examples=200)
@given(st.data())
def test_any_change_on_the_way_is_refused_and_claims_nothing(data: st.DataObject) -> None:
    """One bit of one member of one message, or a member cut short; either end must notice before anything
    is stored."""
    target = data.draw(st.sampled_from(["begin", "begun", "prove", "commit", "committed"]))
    place, bit = data.draw(st.integers(0, 500)), data.draw(st.integers(0, 7))
    cut = data.draw(st.booleans())

    def harmed(kind: str, body: Body) -> Body:
        if kind != target:
            return body
        name = data.draw(st.sampled_from(sorted(name for name in body if name != "version")))
        value = body[name]
        if isinstance(value, int):
            return {**body, name: value + 1}
        return {**body, name: value[:-1] if cut else flipped(value, place, bit)}

    dongle = device()
    claim = claim_for(dongle)

    def whole_claim() -> None:
        answer = ask(dongle, Command.CLAIM_BEGIN, harmed("begin", claim.begin()))
        claim.begun(messages.checked(harmed("begun", answer), messages.ANSWERS[Command.CLAIM_BEGIN]))
        ask(dongle, Command.CLAIM_PROVE, harmed("prove", claim.prove(ORGANISATION_KEY.sign)))
        dongle.press(0.0)
        answer = ask(dongle, Command.CLAIM_COMMIT, harmed("commit", claim.commit(TOKEN)))
        claim.committed(harmed("committed", answer))

    with pytest.raises(Refused):
        whole_claim()
    assert (dongle.durable.token is None) == (target != "committed")


def test_swapped_keys_are_refused_by_both() -> None:
    """A man in the middle puts his own ephemeral, or his own dongle, or his own organisation in place."""
    dongle, mallory = device(), claim_for(device(), seed=66)
    claim = claim_for(dongle)
    for name in ("host_ephemeral", "host_nonce", "organisation_key", "organisation"):
        answer = ask(dongle, Command.CLAIM_BEGIN, {**claim.begin(), name: mallory.begin()[name][::-1]})
        with pytest.raises(Refused) as refused:
            claim.begun(answer)
        assert refused.value.code == Code.BAD_SIGNATURE
    other = device(seed=2)
    answer = ask(other, Command.CLAIM_BEGIN, {**claim.begin(), "device_id": bytes.fromhex(other.device_id)})
    with pytest.raises(Refused) as refused:
        claim.begun(answer)
    assert refused.value.code == Code.WRONG_DEVICE
    with pytest.raises(Refused):
        claim.begun({**answer, "device_key": dongle.device_key})
    begun(dongle)
    with pytest.raises(Refused) as refused:  # another organisation's signature over the right transcript
        ask(
            dongle,
            Command.CLAIM_PROVE,
            claim_for(dongle).prove(Ed25519PrivateKey.from_private_bytes(b"m" * 32).sign),
        )
    assert refused.value.code == Code.BAD_SIGNATURE


def test_the_hosts_signature_never_passes_as_the_dongles() -> None:
    digest = bytes(32)
    assert session.signed_by(session.HOST, digest) != session.signed_by(session.DEVICE, digest)


def test_replayed_and_reordered_commits_are_refused() -> None:
    dongle = device()
    claim = pressed(dongle)
    first, second = claim.commit(TOKEN), claim.commit(TOKEN)
    answer = ask(dongle, Command.CLAIM_COMMIT, second)
    for late in (first, second):
        with pytest.raises(Refused) as refused:
            ask(dongle, Command.CLAIM_COMMIT, late)
        assert refused.value.code == Code.NOT_AUTHENTIC
    claim.committed(answer)
    with pytest.raises(Refused):
        claim.committed(answer)


def test_a_recorded_claim_is_worth_nothing_later() -> None:
    dongle = device()
    claim = claim_for(dongle)
    recorded = [claim.begin()]
    claim.begun(ask(dongle, Command.CLAIM_BEGIN, recorded[0]))
    recorded += [claim.prove(ORGANISATION_KEY.sign), claim.commit(TOKEN)]
    dongle = DeviceSide(  # the same dongle after a loss of power, with fresh randomness
        Ed25519PrivateKey.from_private_bytes(seeded(1)(32)), Durable(FACTORY_CONFIG), lambda _new: None,
        facts=FACTS, random=random.Random(5).randbytes,
    )  # fmt: skip
    ask(dongle, Command.CLAIM_BEGIN, recorded[0])
    for command, body in ((Command.CLAIM_PROVE, recorded[1]), (Command.CLAIM_COMMIT, recorded[2])):
        with pytest.raises(Refused):
            ask(dongle, command, body)
    assert dongle.durable.token is None


def test_a_sealed_answer_reflected_as_a_request_is_refused() -> None:
    dongle = device()
    claim = pressed(dongle)
    answer = ask(dongle, Command.CLAIM_COMMIT, claim.commit(TOKEN))
    with pytest.raises(Refused) as refused:
        ask(dongle, Command.CLAIM_COMMIT, {"claim_id": b"c" * 16, **answer, "counter": 1})
    assert refused.value.code == Code.NOT_AUTHENTIC


def test_an_ephemeral_that_gives_no_secret_is_refused() -> None:
    dongle = device()
    with pytest.raises(Refused) as refused:
        ask(dongle, Command.CLAIM_BEGIN, {**claim_for(dongle).begin(), "host_ephemeral": bytes(32)})
    assert refused.value.code == Code.NOT_AUTHENTIC
