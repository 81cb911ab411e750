"""What setup asks: questions as data, each with what its answer fills, and only those that are still open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from mnemon_installer.clients.hook_table import is_too_old
from mnemon_installer.facts.survey import ClientFacts, Facts
from mnemon_installer.flows.choices import Choices
from mnemon_installer.flows.setup import chosen_clients, is_new, takes_hooks, takes_rules, with_rules
from mnemon_installer.ui.console import tidy
from mnemon_installer.ui.questions import Option
from mnemon_installer.ui.survey_lines import client_label
from mnemon_installer.wizard.question import Answer, Question
from mnemon_server.embed import embedder_source
from mnemon_server.settable import DEFAULT_MODEL
from mnemon_server.settings import Settings

Fill = Callable[[Choices, Answer], Choices]

_SIZES = {DEFAULT_MODEL: "67 MB"}  # of the download


def questions(facts: Facts, choices: Choices, key: str) -> Iterator[Question[Choices]]:
    """The open questions of one kind, given the choices that the answers before have made."""
    return _KINDS[key](facts, choices)


def folder_problem(folder: str) -> str:
    """Why no model can be used from there; empty when one can."""
    path = Path(folder).expanduser().absolute()
    state = embedder_source(Settings(path, {"model_path": str(path)})).state()
    return state.problem or ("" if state.is_present else f"there is no model in {path}")


def _send(facts: Facts, choices: Choices) -> Iterator[Question[Choices]]:
    if choices.send_memories is not None or not facts.memories_here:
        return

    def fill(choices: Choices, answer: Answer) -> Choices:
        return replace(choices, send_memories=bool(answer))

    has = "1 memory of its own. Send it"
    if facts.memories_here > 1:
        has = f"{facts.memories_here:,} memories of its own. Send them"
    text = f"This machine has {has} to {facts.settings.remote}? A copy stays in the archive."
    yield Question("send", "--send-memories", "yes-no", text, fill, default=True)


def _clients(facts: Facts, choices: Choices) -> Iterator[Question[Choices]]:
    found = [client for client in facts.clients if client.is_installed]
    if choices.clients is not None or not found:
        return
    width = max(len(each.client.title) for each in found)
    options = [Option(each.client.name, client_label(each, width), is_ticked=True) for each in found]

    def fill(choices: Choices, answer: Answer) -> Choices:
        return replace(choices, clients=_names(answer))

    yield Question("clients", "CLIENT...", "tick", "Which clients shall use mnemon?", fill, options)


def _foreign(facts: Facts, choices: Choices) -> Iterator[Question[Choices]]:
    if choices.replace_foreign is not None:
        return
    for found in chosen_clients(facts, choices):
        if found.state.standing == "foreign":
            yield Question("foreign", "--replace-foreign", "yes-no", _foreign_text(found), _fill_foreign(facts, found))


def _foreign_text(found: ClientFacts) -> str:
    where = f"{found.client.title} has another server called mnemon: {found.state.detail}"
    return f"{where}\n  Replace it? A copy of {tidy(found.config_path)} is kept."


def _fill_foreign(facts: Facts, found: ClientFacts) -> Fill:
    name = found.client.name

    def fill(choices: Choices, answer: Answer) -> Choices:
        if answer:
            return replace(choices, replace_foreign=(choices.replace_foreign or frozenset()) | {name})
        # It stays as it is, and that is no failure.
        others = tuple(other.client.name for other in chosen_clients(facts, choices) if other is not found)
        return replace(choices, clients=others)

    return fill


def _model(facts: Facts, choices: Choices) -> Iterator[Question[Choices]]:
    settings = facts.settings
    is_here = facts.model.is_present and not facts.model.problem
    if choices.wants_model is not None or settings.model_path is not None or is_here or settings.remote:
        return
    size = f", {_SIZES[settings.model]}" if settings.model in _SIZES else ""
    options = [
        Option("download", f"download {settings.model}{size}, into {tidy(settings.models_folder)}"),
        Option("folder", "use a model that is in a folder of this machine"),
        Option("none", "no model: memories are found by their words only"),
    ]

    def fill(choices: Choices, answer: Answer) -> Choices:
        # A folder is asked for next; until then the model is wanted, and its folder open.
        return replace(choices, wants_model=answer != "none", model_path=Path() if answer == "folder" else None)

    text = "Search by meaning needs an embedding model, which runs on this machine."
    yield Question("model", "--no-model", "pick", text, fill, options)


def _folder(facts: Facts, choices: Choices) -> Iterator[Question[Choices]]:
    if choices.model_path != Path():
        return

    def fill(choices: Choices, answer: Answer) -> Choices:
        return replace(choices, model_path=Path(str(answer)).expanduser().absolute())

    yield Question("folder", "--model-path", "folder", "The model's folder:", fill, problem_of=folder_problem)


def _rules(facts: Facts, choices: Choices) -> Iterator[Question[Choices]]:
    chosen = chosen_clients(facts, choices)
    able = [found for found in chosen if takes_rules(facts, choices, found)]
    # Asked once: a client that was registered before has had its answer.
    if choices.rules is not None or not any(is_new(facts, found) for found in able):
        return
    ticked, width = with_rules(facts, choices), max(len(found.client.title) for found in able)
    options = [
        Option(
            found.client.name,
            f"{found.client.title:{width}}  {tidy(str(found.rules_path))}",
            found.client.name in ticked,
        )
        for found in able
    ]

    def fill(choices: Choices, answer: Answer) -> Choices:
        # Whoever was not on the list keeps what he has.
        unasked = (found.client.name for found in chosen if found not in able)
        return replace(choices, rules=frozenset([*_names(answer), *unasked]))

    text = "Which clients get a block of rules: when to search, when to save?"
    yield Question("rules", "--rules", "tick", text, fill, options)


def _hooks(facts: Facts, choices: Choices) -> Iterator[Question[Choices]]:
    able = [found for found in chosen_clients(facts, choices) if takes_hooks(facts, choices, found)]
    able = [found for found in able if found.client.hooks and not is_too_old(found.client.hooks, found.version)]
    if choices.hooks is not None or all(found.hooks == "as wanted" for found in able):
        return
    titles = ", ".join(found.client.title for found in able)

    def fill(choices: Choices, answer: Answer) -> Choices:
        return replace(choices, hooks=bool(answer))

    text = f"Add hooks to {titles}: memories for each prompt, what matters of each session?"
    yield Question("hooks", "--hooks", "yes-no", text, fill, default=True)


def _names(answer: Answer) -> tuple[str, ...]:
    assert isinstance(answer, tuple)  # the answer to a question of the form `tick`
    return answer


# In the order in which they are asked.
_KINDS: dict[str, Callable[[Facts, Choices], Iterator[Question[Choices]]]] = {
    "send": _send,
    "clients": _clients,
    "foreign": _foreign,
    "model": _model,
    "folder": _folder,
    "rules": _rules,
    "hooks": _hooks,
}
KEYS = tuple(_KINDS)
