"""What a session leaves for the next one: goal, done, decisions, files, open ends, next step. By signs, no model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mnemon_server.llm import Said, Statement
from mnemon_server.llm.secrets import redacted
from mnemon_server.llm.sentences import Sentence, sentences
from mnemon_server.llm.sign import either
from mnemon_server.llm.wording import trimmed

GOAL_LENGTH = 240
LINE_LENGTH = 160
LONGEST = 600  # characters of a sentence that is looked at
_MARGIN = 300
MOST_LINES = 5
MOST_FILES = 12
_SUBSTANTIAL_WORDS = 6
_LONG_ANSWER = 1_500  # characters of answers that make a session of one prompt worth a note

_FINISHED = """
fixed|added|applied|implemented|updated|changed|removed|deleted|renamed|moved|created|published|merged|deployed|masked
corrected|refactored|umgesetzt|angepasst|behoben|erledigt|hinzugefügt|ich habe|corregido|subido|a[ñn]adido|cambiado
he (?:a[ñn]adido|cambiado|corregido|movido|quitado)|i(?:'ve| have)? (?:also )?(?:\\w+ed|wrote|split)
"""
_STANDS = """
tests? (?:pass|are green|is green)|is (?:in place|green|written|nullable now|fixed)|sind grün|ist grün
pasan los|en verde|now (?:runs|uses|returns|points|handles|throws)
"""
_LEFT = """
open points?|next i(?:'d|'ll| would| could| will)?|next(?= *[.,!]|$)|next thing|still to \\w+|still (?:needs?|missing)
for later|tomorrow|on (?:monday|tuesday|wednesday|thursday|friday)|let me know (?:once|when)
once (?:that|this|it|ci|the)|morgen|mañana
still open|remaining|remains|to ?do|not done(?: yet)?|left to do|follow-up|open:|open question|up next|next step|next:
next up|what'?s left|to finish|haven'?t (?:touched|tagged|done|changed)|left (?:that|it|them|those) (?:alone|unchanged)
unresolved|pending|blocked (?:on|by)|needs? (?:a )?(?:decision|review)|offen|ausstehend|nächster schritt|noch nicht
als nächstes|fehlt noch|queda pendiente|pendiente|siguiente paso|faltan? (?:por )?
"""
# What a person puts off, in their own last words.
_PUT_OFF = """
later|next (?:week|time|sprint|session|step|up)|i'?ll|still (?:have|need|want) to|(?:have|need|has|needs) to|remember to
don'?t forget|remind me|park(?:ed)?|postponed?|afterwards|after that|when i'?m back|what'?s left|later on|some ?day
später|danach|nächste\\w*|noch (?:zu|offen|machen)|muss noch|müssen noch|vergiss nicht|luego|después|pr[oó]xim[oa]|falta
hay que
"""
_LAST_WORDS = 2  # messages of the user
_NAMED_SO = """
still open|remaining|to ?do|not done yet|follow-up(?: for [\\w ]+)?|open|up next|next step(?: is yours)?|next|next up
what remains(?: is)?|to finish[\\w ]*|offen(?: ist noch)?|nächster schritt|als nächstes|queda pendiente|pendiente
siguiente paso
"""


_DONE = re.compile(rf"^(?:{either(_FINISHED)})\b|\b(?:{either(_STANDS)})\b", re.IGNORECASE)
_OPEN = re.compile(rf"\b(?:{either(_LEFT)})", re.IGNORECASE)
_PUTS_OFF = re.compile(rf"\b(?:{either(_PUT_OFF)})\b", re.IGNORECASE)
_LABEL = re.compile(rf"^(?:{either(_NAMED_SO)})\s*[:–-]\s*", re.IGNORECASE)
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
    spoken = [sentence for answer in answers for sentence in _spoken(answer)]
    still_open = [*_open_ends(spoken), *_put_off(said)]
    return Summary(
        goal=_cut(prompts[0], GOAL_LENGTH),
        done=_last(sentence.text for sentence in spoken if _DONE.search(sentence.text) and not _is_asked(sentence)),
        decisions=_last(each.text for each in statements if each.role == "user"),
        files=tuple(files[-MOST_FILES:]),
        open=_last(still_open),
        next=_next_step(answers, _put_off(said), still_open),
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


def _spoken(text: str) -> list[Sentence]:
    """The sentences that somebody would read again."""
    return [sentence for sentence in sentences(text) if len(sentence.text) <= LONGEST]


def _open_ends(spoken: Sequence[Sentence]) -> list[str]:
    """Sentences that say what is left, and the items under a heading that says so."""
    found = [each for each in spoken if _OPEN.search(each.text) or (each.is_item and _OPEN.search(each.heading))]
    return [_LABEL.sub("", each.text) for each in found if not _is_asked(each)]


def _put_off(said: Sequence[Said]) -> list[str]:
    """What the user means to do, or have done, another time."""
    last = [each.text for each in said if each.role == "user"][-_LAST_WORDS:]
    spoken = [sentence for text in last for sentence in _spoken(text)]
    found = [each.text for each in spoken if _OPEN.search(each.text) or _PUTS_OFF.search(each.text)]
    return [text for text in found if len(text.split()) >= _SUBSTANTIAL_WORDS - 1 and not _ASKED.search(text)]


def _next_step(answers: Sequence[str], put_off: Sequence[str], still_open: Sequence[str]) -> str:
    """What the user has put off, else what the last answer leaves: an open end, or its question."""
    last = _spoken(answers[-1]) if answers else []
    asked = [f"to be answered: {each.text}" for each in last if _is_asked(each) and len(each.text.split()) >= 4]
    found = put_off[-1:] or _open_ends(last)[-1:] or asked[-1:] or still_open[-1:]
    return _cut(found[0], LINE_LENGTH) if found else ""


def _is_asked(sentence: Sentence) -> bool:
    return _ASKED.search(sentence.text) is not None


def _last(texts: Iterable[str]) -> tuple[str, ...]:
    """The last few different ones, in their order."""
    unique = list(dict.fromkeys(_cut(trimmed(text), LINE_LENGTH) for text in texts))
    return tuple(unique[-MOST_LINES:])


def _cut(text: str, length: int) -> str:
    # A little more than is shown, so that no secret is cut in two before it is seen.
    plain = " ".join(redacted(text[: length + _MARGIN]).split())
    if len(plain) <= length:
        return plain
    cut = plain[:length]
    return cut[: max(cut.rfind(" "), length // 2)].rstrip(",;:") + "…"


def _listed(name: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    return [f"{name}: {lines[0]}"] if len(lines) == 1 else [f"{name}:", *(f"- {line}" for line in lines)]
