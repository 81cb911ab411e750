"""The hooks that setup registers, run by the real clients: what they put before the model, what they keep of a turn."""

from __future__ import annotations

import pytest
from tests.npm.hooked import MEMORY, PROMPT, Hooked, set_up
from tests.npm.kinds import KINDS
from tests.npm.machine import Machine

pytestmark = pytest.mark.npm

UNRELATED = "Please write a short poem about autumn leaves in the park."
DECISION = "From now on we deploy from the release branch, because main is never frozen."
FINDING = "the staging bucket only accepts uploads under 5 MB, because its proxy truncates larger bodies."


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def client(request: pytest.FixtureRequest, machine: Machine) -> Hooked:
    """Each client that has hooks, after setup."""
    return set_up(request.param, machine)


def test_a_memory_reaches_the_model_once_and_only_with_a_prompt_it_bears_on(client: Hooked) -> None:
    memory = client.save(*MEMORY, type="research")  # of no type that every session starts with

    [heard] = client.ask(UNRELATED).heard
    assert client.kind.fence not in heard

    told = client.ask(PROMPT, closing="It is 6544.")
    [heard] = told.heard
    assert (told.status, "It is 6544." in told.output) == (0, True)
    assert PROMPT in heard.splitlines()
    _, words, given = heard.partition(client.kind.lead + "Memories from mnemon")
    assert words, heard[-3000:]
    assert client.kind.fence in given
    assert all(part in given for part in MEMORY)

    [heard] = client.ask(PROMPT, goes_on=True).heard
    assert heard.splitlines().count(PROMPT) == 2, "the session goes on"
    assert heard.count(MEMORY[1]) == 1, "only what the first prompt was given"

    [recalled] = client.machine.result("why", str(memory))["recalled"]
    assert (recalled["title"], recalled["client"], recalled["event"]) == (MEMORY[0], client.kind.name, "surface")
    [session] = [text for text in client.transcripts() if PROMPT in text]
    assert recalled["session"] in session
    client.wait_for("handoff", 3)
    client.wait_for("extract", 3)


def test_what_was_said_is_kept_and_the_next_session_knows_of_it(client: Hooked) -> None:
    told = client.ask(DECISION, closing=f"The deploy job uses the release branch now. Note that {FINDING}")
    assert told.status == 0, told.output
    client.wait_for("extract", 1)
    client.wait_for("handoff", 1)

    inbox = client.machine.result("inbox")["memories"]
    kept = {memory["role"]: memory["snippet"] for memory in inbox}
    assert kept.keys() == {"user", "assistant"}, client.logged("extract")
    assert kept["user"] == DECISION
    assert FINDING in kept["assistant"], "perhaps without the words that lead up to it"
    assert {memory["source_client"] for memory in inbox} == {f"{client.kind.name}-hook"}
    [session] = {memory["source_session"] for memory in inbox}
    assert session in client.transcripts()[0]

    [heard] = client.ask(UNRELATED).heard
    _, words, given = heard.partition("From mnemon: what earlier sessions left for this one.")
    assert words, heard[-3000:]
    assert client.kind.fence in given
    assert "Handoff harbour: " in given
    assert f"Goal: {DECISION}" in given

    client.wait_for("handoff", 2)
    client.wait_for("extract", 2)
    assert client.machine.result("inbox")["total"] == 2, "what a hook gave the model is not captured again"
