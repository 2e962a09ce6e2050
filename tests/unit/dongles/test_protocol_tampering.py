"""Claims with messages changed, swapped, replayed or reflected on their way."""

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dongles.protocol import (
    DeviceSide,
    ErrorCode,
    PersistentState,
    ProtocolCommand,
    ProtocolError,
    crypto,
    messages,
)
from benchboard.dongles.protocol.framing import Body
from benchboard.dongles.simulator.node import DESCRIPTION, FACTORY_CONFIG
from support.cable import seeded
from support.claims import TOKEN, ask, begun, claim_for, device, flipped, pressed
from support.examples import examples
from support.memory_host import ORGANISATION_KEY


@examples(200)
@given(st.data())
def test_claim_with_any_bit_changed_on_the_way_is_refused(data: st.DataObject) -> None:
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
        answer = ask(dongle, ProtocolCommand.CLAIM_BEGIN, harmed("begin", claim.begin_request()))
        claim.accept_begin(messages.validate(harmed("begun", answer), messages.ANSWERS[ProtocolCommand.CLAIM_BEGIN]))
        ask(dongle, ProtocolCommand.CLAIM_PROVE, harmed("prove", claim.prove_request(ORGANISATION_KEY.sign)))
        dongle.press(0.0)
        answer = ask(dongle, ProtocolCommand.CLAIM_COMMIT, harmed("commit", claim.commit_request(TOKEN)))
        claim.accept_commit(harmed("committed", answer))

    with pytest.raises(ProtocolError):
        whole_claim()
    assert (dongle.persistent.token is None) == (target != "committed")


def test_claim_with_swapped_keys_is_refused_by_both_sides() -> None:
    """A man in the middle puts his own ephemeral, or his own dongle, or his own organisation in place."""
    dongle, mallory = device(), claim_for(device(), seed=66)
    claim = claim_for(dongle)
    for name in ("host_ephemeral", "host_nonce", "organisation_key", "organisation"):
        answer = ask(
            dongle, ProtocolCommand.CLAIM_BEGIN, {**claim.begin_request(), name: mallory.begin_request()[name][::-1]}
        )
        with pytest.raises(ProtocolError) as refused:
            claim.accept_begin(answer)
        assert refused.value.code == ErrorCode.BAD_SIGNATURE
    other = device(seed=2)
    answer = ask(
        other, ProtocolCommand.CLAIM_BEGIN, {**claim.begin_request(), "device_id": bytes.fromhex(other.device_id)}
    )
    with pytest.raises(ProtocolError) as refused:
        claim.accept_begin(answer)
    assert refused.value.code == ErrorCode.WRONG_DEVICE
    with pytest.raises(ProtocolError):
        claim.accept_begin({**answer, "device_key": dongle.device_key})
    begun(dongle)
    with pytest.raises(ProtocolError) as refused:  # another organisation's signature over the right transcript
        ask(
            dongle,
            ProtocolCommand.CLAIM_PROVE,
            claim_for(dongle).prove_request(Ed25519PrivateKey.from_private_bytes(b"m" * 32).sign),
        )
    assert refused.value.code == ErrorCode.BAD_SIGNATURE


def test_transcript_message_differs_between_roles() -> None:
    digest = bytes(32)
    assert crypto.transcript_message(crypto.HOST, digest) != crypto.transcript_message(crypto.DEVICE, digest)


def test_commit_replayed_or_reordered_is_refused() -> None:
    dongle = device()
    claim = pressed(dongle)
    first, second = claim.commit_request(TOKEN), claim.commit_request(TOKEN)
    answer = ask(dongle, ProtocolCommand.CLAIM_COMMIT, second)
    for late in (first, second):
        with pytest.raises(ProtocolError) as refused:
            ask(dongle, ProtocolCommand.CLAIM_COMMIT, late)
        assert refused.value.code == ErrorCode.NOT_AUTHENTIC
    claim.accept_commit(answer)
    with pytest.raises(ProtocolError):
        claim.accept_commit(answer)


def test_claim_replayed_after_a_restart_is_refused() -> None:
    dongle = device()
    claim = claim_for(dongle)
    recorded = [claim.begin_request()]
    claim.accept_begin(ask(dongle, ProtocolCommand.CLAIM_BEGIN, recorded[0]))
    recorded += [claim.prove_request(ORGANISATION_KEY.sign), claim.commit_request(TOKEN)]
    dongle = DeviceSide(  # the same dongle after a loss of power, with fresh randomness
        Ed25519PrivateKey.from_private_bytes(seeded(1)(32)), PersistentState(FACTORY_CONFIG), lambda _new: None,
        description=DESCRIPTION, factory_config=FACTORY_CONFIG, random=random.Random(5).randbytes,
    )  # fmt: skip
    ask(dongle, ProtocolCommand.CLAIM_BEGIN, recorded[0])
    for command, body in ((ProtocolCommand.CLAIM_PROVE, recorded[1]), (ProtocolCommand.CLAIM_COMMIT, recorded[2])):
        with pytest.raises(ProtocolError):
            ask(dongle, command, body)
    assert dongle.persistent.token is None


def test_commit_with_the_dongles_own_answer_is_refused() -> None:
    dongle = device()
    claim = pressed(dongle)
    answer = ask(dongle, ProtocolCommand.CLAIM_COMMIT, claim.commit_request(TOKEN))
    with pytest.raises(ProtocolError) as refused:
        ask(dongle, ProtocolCommand.CLAIM_COMMIT, {"claim_id": b"c" * 16, **answer, "counter": 1})
    assert refused.value.code == ErrorCode.NOT_AUTHENTIC


def test_claim_begin_with_a_low_order_ephemeral_is_refused() -> None:
    dongle = device()
    with pytest.raises(ProtocolError) as refused:
        ask(dongle, ProtocolCommand.CLAIM_BEGIN, {**claim_for(dongle).begin_request(), "host_ephemeral": bytes(32)})
    assert refused.value.code == ErrorCode.NOT_AUTHENTIC
