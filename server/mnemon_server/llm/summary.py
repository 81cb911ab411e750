"""What a session leaves for the next one: goal, done, decisions, files, open ends, next step. By signs, without a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mnemon_server.llm import Said, Statement
from mnemon_server.llm.secrets import redacted
from mnemon_server.llm.sentences import Sentence, sentences
from mnemon_server.llm.wording import trimmed

GOAL_LENGTH = 240
LINE_LENGTH = 160
MOST_LINES = 5
MOST_FILES = 12
_SUBSTANTIAL_WORDS = 6
_LONG_ANSWER = 1_500  # characters of answers that make a session of one prompt worth a note

_DONE = re.compile(
    r"^(?:done|fixed|added|applied|implemented|updated|changed|removed|deleted|renamed|moved|created|published|merged|deployed|masked|corrected|refactored"
    r"|i(?:'ve| have)? (?:also )?(?:added|fixed|changed|updated|removed|moved|replaced|created|wrote|switched|dropped|implemented|renamed|split|extracted|refactored)"
    r"|umgesetzt|angepasst|behoben|erledigt|hinzugefügt|ich habe|corregido|subido|listo|hecho|a[ñn]adido|cambiado|he (?:a[ñn]adido|cambiado|corregido|movido|quitado))\b"
    r"|\b(?:tests? (?:pass|are green|is green)|is (?:in place|green|written|nullable now|fixed)|now (?:runs|uses|returns|points|handles|throws)"
    r"|sind grün|ist grün|pasan los|en verde)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:still open|remaining|remains|to ?do|not done( yet)?|left to do|follow-up|open:|open question|up next|next step|next:|next up|what'?s left|to finish"
    r"|haven'?t (?:touched|tagged|done|changed)|left (?:that|it|them|those) (?:alone|unchanged)|unresolved|pending|blocked (?:on|by)|needs? (?:a )?(?:decision|review)"
    r"|offen|ausstehend|nächster schritt|noch nicht|als nächstes|fehlt noch|queda pendiente|pendiente|siguiente paso|falta(?:n)? (?:por )?)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:still open|remaining|to ?do|not done yet|follow-up(?: for [\w ]+)?|open|up next|next step(?: is yours)?|next|next up|what remains(?: is)?|to finish[\w ]*"
    r"|offen(?: ist noch)?|nächster schritt|als nächstes|queda pendiente|pendiente|siguiente paso)\s*[:–-]\s*",
    re.IGNORECASE,
)
_ASKED = re.compile(r"[?？]\s*$")


@dataclass(frozen=True)
class Summary:
    """Each part in the session's own words, cut to a line; empty where nothing was said."""

    goal: str
    done: tuple[str, ...]
    decisions: tuple[str, ...]
    files: tuple[str, ...]
    open: tuple[str, ...]
    next: str

    def text(self) -> str:
        """The parts that there are, as Markdown."""
        parts = [f"Goal: {self.goal}"] if self.goal else []
        parts += _listed("Done", self.done)
        parts += _listed("Decided", self.decisions)
        parts += [f"Files: {', '.join(self.files)}"] if self.files else []
        parts += _listed("Open", self.open)
        parts += [f"Next: {self.next}"] if self.next else []
        return "\n".join(parts)


def summarize(said: Sequence[Said], statements: Sequence[Statement], files: Sequence[str]) -> Summary | None:
    """The summary of a whole session; None for one that left nothing: small talk, a question, a one-line fix."""
    prompts = [text for each in said if each.role == "user" and (text := _substance(each.text))]
    answers = [each.text for each in said if each.role == "assistant"]
    if not prompts or not _is_worth_it(prompts, answers, statements, files):
        return None
    spoken = [sentence for answer in answers for sentence in sentences(answer)]
    still_open = _open_ends(spoken)
    return Summary(
        goal=_cut(prompts[0], GOAL_LENGTH),
        done=_last(sentence.text for sentence in spoken if _DONE.search(sentence.text) and not _is_asked(sentence)),
        decisions=_last(each.text for each in statements if each.role == "user"),
        files=tuple(files[-MOST_FILES:]),
        open=_last(still_open),
        next=_next_step(answers, still_open),
    )


def _is_worth_it(
    prompts: Sequence[str], answers: Sequence[str], statements: Sequence[Statement], files: Sequence[str]
) -> bool:
    if len(prompts) >= 2:
        return bool(files or statements) or sum(map(len, answers)) >= _LONG_ANSWER // 2
    return len(files) >= 2 or bool(statements) or sum(map(len, answers)) >= _LONG_ANSWER


def _substance(text: str) -> str:
    """A prompt in its own words, when it has enough of them."""
    own = " ".join(sentence.text for sentence in sentences(text))
    return own if len(own.split()) >= _SUBSTANTIAL_WORDS else ""


def _open_ends(spoken: Sequence[Sentence]) -> list[str]:
    """Sentences that say what is left, and the items under a heading that says so."""
    found = [each for each in spoken if _OPEN.search(each.text) or (each.is_item and _OPEN.search(each.heading))]
    return [_LABEL.sub("", each.text) for each in found if not _is_asked(each)]


def _next_step(answers: Sequence[str], still_open: Sequence[str]) -> str:
    """What the last answer leaves: an open end, else its question."""
    last = sentences(answers[-1]) if answers else []
    in_last = [each for each in _open_ends(last)]
    if in_last:
        return _cut(in_last[-1], LINE_LENGTH)
    asked = [each.text for each in last if _is_asked(each) and len(each.text.split()) >= 4]
    if asked:
        return _cut(f"to be answered: {asked[-1]}", LINE_LENGTH)
    return _cut(still_open[-1], LINE_LENGTH) if still_open else ""


def _is_asked(sentence: Sentence) -> bool:
    return _ASKED.search(sentence.text) is not None


def _last(texts: Iterable[str]) -> tuple[str, ...]:
    """The last few different ones, in their order."""
    unique = list(dict.fromkeys(_cut(trimmed(text), LINE_LENGTH) for text in texts))
    return tuple(unique[-MOST_LINES:])


def _cut(text: str, length: int) -> str:
    plain = " ".join(redacted(text).split())
    if len(plain) <= length:
        return plain
    cut = plain[:length]
    return cut[: max(cut.rfind(" "), length // 2)].rstrip(",;:") + "…"


def _listed(name: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    return [f"{name}: {lines[0]}"] if len(lines) == 1 else [f"{name}:", *(f"- {line}" for line in lines)]
