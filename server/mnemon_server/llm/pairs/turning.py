"""Words of change in the newer memory, and whether what they speak of stands in the older one."""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_server.llm.pairs.evidence import Evidence, part, quoted, stems_of
from mnemon_server.llm.pairs.reading import Change, Line, Memory
from mnemon_server.llm.pairs.stems import SMALL, stem
from mnemon_server.llm.pairs.stems import common as common_words

_REACH = 8  # words to either side that a phrase may speak of
_TURNING = ("strong", "move", "weak")  # say that something is otherwise now; the others, what else it may be
# What stands behind these is what was left: `no longer in the hall`, `dropped the cache`.
_LEAVES = frozenset(
    "no not instead in rather replaces replacing superseded supersedes dropped removed stopped scrapped ditched"
    " retired used gave abandoned deleted left from got getting statt anstatt anstelle ersetzt nicht kein keine ne"
    " n'est n'utilisons n'utilise au à remplace remplacé supprimé ya en sustituye reemplaza dejamos já deixamos deixou"
    " em substitui substituiu non invece al sostituisce".split()
)
_MOST = 3  # words of a thing: `the old billing service`
_REPLACED = frozenset("replaced swapped exchanged superseded succeeded supplanted displaced ersetzt abgelöst".split())
_BY = frozenset("by with durch".split())
_LEADING = frozenset("no not instead in rather nicht kein keine non ya já ne".split())  # what is gone stands behind
_BE = frozenset("was were is are been be got gets being has have had wurde wurden".split())
_ONWARD = frozenset(
    "to into onto from for with by in on at of since because so and but or that which who as until when while if zu"
    " nach von aus für mit bei auf an seit weil und aber dass sondern de du des pour avec par dans sur depuis et mais"
    " que para con desde y pero em do da com e mas di del della per su ma che".split()
)
_OLDER_GROUPS = ("pending", "plan", "else", "strong", "move")


def changes(n: Memory, o: Memory, best: Line) -> Iterator[Evidence]:
    """`best` is the sentence nearest to the older memory: a word of change in the others speaks of something else."""
    common = n.title.stems & o.title.stems
    for number, line in enumerate((n.title, *n.lines)):
        where = "title" if number == 0 else "first" if number == 1 else "best" if line is best else "rest"
        for change in line.changes:
            if change.group not in _TURNING or where == "rest":
                yield Evidence(f"{change.group} in {where}", 1.0)
                continue
            is_unknown = _leaves_what_is_unknown(line, change, o)
            yield Evidence("left unknown", float(is_unknown))
            reason = "" if is_unknown else _reason(line, change, n, o)
            context = line.stems | n.title.stems if where == "first" else line.stems
            yield Evidence(f"{change.group} in {where}", 1.0, reason)
            yield Evidence(f"{change.group} count", min(4, len(context & o.stems)) / 4, reason)
            yield from _named(line, change, o, common, reason)
    for where, line in zip(("title", "first", "second"), (o.title, *o.lines), strict=False):
        for change in line.changes:
            if change.group in _OLDER_GROUPS:
                yield Evidence(f"older {change.group}", 1.0)
                yield Evidence(f"older {change.group} in {where}", 1.0)


def _named(line: Line, change: Change, o: Memory, common: frozenset[str], reason: str) -> Iterator[Evidence]:
    before = stems_of(line.words[max(0, change.start - _REACH) : change.start])
    after = stems_of(line.words[change.end : change.end + _REACH])
    yield Evidence(f"{change.group} named", max(part(before, o.stems), part(after, o.stems)), reason)
    gone = gone_in(line, change) - common_words()
    yield Evidence("gone in title", float(bool(gone & o.title.stems)), reason)
    yield Evidence("gone in first", float(bool(gone & o.lines[0].stems)), reason)
    yield Evidence(f"{change.group} value named", float(bool(((before | after) & o.stems) - common)), reason)
    if "from" in line.words[change.start : change.end + _REACH]:
        at = line.words.index("from", change.start) + 1
        is_named = any(word not in SMALL and stem(word) in o.words for word in line.words[at : at + 3])
        yield Evidence("from named", float(is_named), reason)


def _leaves_what_is_unknown(line: Line, change: Change, o: Memory) -> bool:
    """`No longer in the hall`, and the older memory knows of no hall: it is another thing that changed."""
    if change.words.partition(" ")[0] not in _LEAVES:
        return False
    left = _thing(line, change.end)
    return bool(left) and left.isdisjoint(o.words)


def gone_in(line: Line, change: Change) -> frozenset[str]:
    """What a phrase says is no more, as far as its place tells: `A was dropped`, `A replaced by B`, `no longer A`,
    `moved from A`."""
    words, start, end = line.words, change.start, change.end
    first, follows = change.words.partition(" ")[0], words[end] if end < len(words) else ""
    is_replaced = first in _REPLACED
    if is_replaced and (follows in _BY or change.words.endswith(" by")):
        return _thing_before(line, start)
    if change.group == "strong" and start and words[start - 1] in _BE and first not in _LEADING:
        return _thing_before(line, start)
    if is_replaced or first in _LEAVES:
        return _thing(line, end)
    if "from" in words[start : end + _REACH]:
        return _thing(line, words.index("from", start) + 1)
    return frozenset()


def _thing_before(line: Line, end: int) -> frozenset[str]:
    """The last few words before a phrase, up to a comma."""
    found = list[str]()
    for at in range(end - 1, max(-1, end - 1 - _REACH), -1):
        if line.clauses[at] != line.clauses[end] or len(found) == _MOST:
            break
        if line.words[at] not in SMALL:
            found.append(line.words[at])
    return stems_of(found)


def _thing(line: Line, start: int) -> frozenset[str]:
    """What is named behind a phrase: the first few words up to a comma or a word that leads on."""
    found = list[str]()
    for at in range(start, min(len(line.words), start + _REACH)):
        if line.clauses[at] != line.clauses[start] or (found and line.words[at] in _ONWARD) or len(found) == _MOST:
            break
        if line.words[at] not in SMALL and stem(line.words[at]) not in common_words():  # `no longer runs on X`
            found.append(line.words[at])
    return stems_of(found)


def _reason(line: Line, change: Change, n: Memory, o: Memory) -> str:
    """With what was left ("from X"), or else the word nearest to the phrase, or a word of the title, that the older
    memory has as well. Empty without such a word: of what changed there, the older memory does not speak."""
    after = range(change.end, min(len(line.words), change.end + _REACH))
    before = range(change.start - 1, max(-1, change.start - 1 - _REACH), -1)
    known = [at for at in (*after, *before) if line.words[at] not in SMALL and stem(line.words[at]) in o.words]
    known.sort(key=lambda at: stem(line.words[at]) in common_words())  # what tells most first, the nearest among it
    left = next((at for at in known if at in after and line.words[at - 1] == "from"), None)
    if left is not None:
        words = quoted(change.words.removesuffix(" from"))
        return f"says {words} from {quoted(line.spelled[left])}, which the older one names"
    named = zip(n.title.words, n.title.spelled, strict=True)
    told = (
        line.spelled[known[0]]
        if known
        else next((shown for word, shown in named if word not in SMALL and stem(word) in o.words), None)
    )
    return "" if told is None else f"says {quoted(change.words)} about {quoted(told)}, which the older one names"
