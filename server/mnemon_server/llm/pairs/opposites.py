"""Words that say the opposite of each other about one thing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

# An axis and words on it: what stands left of the bar is against what stands right of it. A negation swaps the sides.
_AXES = """
always: always immer toujours siempre sempre everywhere | never nie niemals jamais nunca jamás mai nowhere
everybody: anybody everyone everybody anyone any each every freely always | nobody none never
everybody: jeder chaque tous cada todos ogni tutti | niemand personne nadie ninguém nessuno
must: must required mandatory obligatory compulsory muss | optional voluntary freiwillig facultatif opcional
must: müssen pflicht obligatoire doit debe obligatorio | facoltativo needn't unnecessary
must: obbligatorio deve |
allowed: allowed permitted allow allows ok okay fine welcome | forbidden prohibited banned disallowed never
allowed: safe harmless erlaubt darf dürfen permis autorisé | verboten interdit prohibido vietato proibido harmful
allowed: permitido consentito | dangerous unsafe
enabled: enabled enable active activated on aktiviert aktiv | disabled disable inactive deactivated off
enabled: activé activée activado attivo ativo eingeschaltet | deaktiviert désactivé désactivée desactivado
enabled: | disattivato desativado abgeschaltet ausgeschaltet
works: works work working fixed passes passing succeeds | broken fails fail failing crashes crash breaks
works: supported functions fonctionne funciona funziona | unsupported kaputt défectueux
works: funktioniert |
idempotent: idempotent once | twice duplicates duplicated
shared: shared share shares jointly | separate separately dedicated isolated individual
synchronous: synchronous synchronously sync blocking | asynchronous asynchronously async background
synchronous: | nonblocking
online: online connected connection | offline disconnected
ordered: ordered order strictly sorted | unordered unsorted random
stateless: stateless | stateful keeps stores persists
automatic: automatic automatically | manual manually hand
sensitive: sensitive | insensitive
deterministic: deterministic reproducible | nondeterministic different flaky
lossless: lossless | lossy
open: open opened | closed
mutable: mutable | immutable
fast: fast faster fastest quick quickly quicker speeds | slow slower slowest slowly slows
better: better best improves improved gains | worse worst degrades hurts
high: higher highest larger largest bigger biggest | lower lowest smaller smallest
long: longer longest | shorter shortest
helps: helps helped useful worthwhile worth pays | useless pointless worthless harm harms
cheap: cheap cheaper cheapest | expensive dear dearer costlier
possible: possible able capable | impossible unable incapable
enough: enough sufficient suffices | insufficient scarce
complete: complete entire whole full fully | incomplete partial partly missing lacks lack gaps empty
exact: exact exactly precise strictly | roughly approximate approximately
same: same identical equal equals unchanged alike | different differs differ differing
single: single | several multiple many
known: known | unknown
necessary: necessary needed needs requires required | unnecessary unneeded superfluous
local: local locally | remote remotely
inside: inside within | outside
eager: eager eagerly immediately instantly | lazy lazily later deferred
present: present attend attends | absent
clean: clean | dirty
common: common frequent often usually | rare rarely seldom
quiet: quiet silence silent silently | loud noisy
centralised: central centralised centralized | decentralised decentralized distributed
static: static | dynamic
explicit: explicit explicitly | implicit implicitly
installed: installed | uninstalled
native: native | emulated
wins: wins win beats outperforms | loses lose
nullable: nullable null | non-null required
safe: safe safely harmless | unsafe dangerous risky corrupts corrupt
signed: signed | unsigned
early: early earlier | late later
more: more | less fewer
increases: increases increase grows rises | decreases decrease shrinks falls
inclusive: inclusive included includes include | exclusive excluded excludes exclude
like: like likes love loves enjoy | dislike dislikes hate hates
ascending: ascending oldest | descending newest
mock: mock mocks mocked fake fakes stub stubs | real mocked-never
short: short terse concise brief | long detailed verbose
keep: keep keeps kept | delete deletes deleted drop drops dropped remove
keep: | removes
accepts: accepts accepted accept | rejects rejected refuses refused reject
encrypted: encrypted | plaintext unencrypted
public: public | private
merged: merged merge | rebased rebase
free: free gratis | paid
hourly: hourly hour | fixed
thread-safe: thread-safe threadsafe | unsafe
blocked: blocked blocks | nonblocking
strict: strict strictly | lax loose
"""


@cache
def axes() -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Word -> its places: the axis, and 1 or -1 for the side."""
    found: dict[str, list[tuple[str, int]]] = {}
    for line in _AXES.strip().split("\n"):
        axis, _, words = line.partition(":")
        for side, half in zip((1, -1), words.split("|"), strict=True):
            for word in half.split():
                found.setdefault(word, []).append((axis, side))
    return {word: tuple(places) for word, places in found.items()}


NEGATIONS = frozenset(
    "not no never cannot can't don't doesn't isn't aren't won't didn't mustn't shouldn't wasn't hasn't haven't"
    " weren't couldn't wouldn't needn't hadn't nobody"
    " nothing none without neither nor skip avoid"
    " nicht kein keine keinen keinem keiner nie niemals ohne niemand nichts pas jamais"
    " aucun aucune sans rien no nunca jamás ningún ninguna sin nadie nada não nunca sem nenhum nenhuma ninguém non mai"
    " senza nessun nessuna nessuno niente".split()
)
