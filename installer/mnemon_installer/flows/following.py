"""The clients of a machine follow its vault, to the web or home: no entry that starts our command has to change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mnemon_installer.facts.survey import Facts
from mnemon_installer.flows.choices import Choices
from mnemon_installer.flows.setup import hooking, registration, takes_hooks
from mnemon_installer.plan.step import Step


def following(facts: Facts) -> Iterator[Step]:
    """For a vault that will be where `facts` say: hooks that are of use there, and no address of a web that it has
    left. What cannot be done to a client is a warning: doctor says how to mend it, and the vault has moved."""
    for found in facts.clients:
        if found.state.standing == "direct" and not facts.settings.remote:
            yield replace(registration(facts, found), is_optional=True)
        if found.hooks != "none" and takes_hooks(facts, Choices(), found):
            yield replace(hooking(facts, found), needs=(), is_extra=True)
