"""Words reduced to what their forms share, and the words that say nothing of a topic."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

# Longest first; each leaves at least three letters. The Romance and German endings are those of plurals and verbs.
_ENDINGS = (
    "isations", "izations", "isation", "ization", "ations", "ation", "ingly", "ments", "ment", "ings", "ions", "ing",
    "ied", "ies", "ion", "ers", "ely", "eds", "ed", "er", "es", "ly", "en", "s", "e", "y",
)  # fmt: skip
_SHORTEST = 3
_SMALL = """
mr mrs ms dr herr frau herrn señor señora monsieur madame signor signora senhor senhora
a an the this that these those it its they them their there here he she his her him i me my we us our you your one
ones
and or but so if then than as at by for from in into of off on onto over per to up with within between under via about
is are was were be been being am do does did done has have had having will would shall should could
what which who whom whose when where why how while because also too very more most much many some other others own
same
get gets got getting gotten
just even still yet only such both all any not no nor never always every each must may might can cannot now since
until
s t don doesn isn aren wasn weren won didn hasn haven couldn shouldn ll ve re d m
der die das den dem des ein eine einen einem einer eines und oder aber wenn als auf aus bei bis durch für gegen in im
ins
mit nach ohne über um unter von vom vor zu zum zur ist sind war waren wird werden wurde wurden hat haben hatte sein
sich
es er sie wir ihr ich mir mich uns man nur auch noch schon nicht kein keine keinen nie immer jede jeder jedes dass
weil wie was
le la les l un une des du de d au aux et ou mais si que qui dont où par pour sur sous dans en avec sans est sont était
a ont été être avoir il elle on nous vous ils elles je se ce cette ces son sa ses leur leurs notre nos ne pas plus
jamais
el los las una unos unas y o pero del al lo por para con sin sobre entre es son era fue han ha hay ser estar está
están su
sus nuestro nuestra nuestros nuestras se que como más muy ya no nunca siempre cada nos me te
os as um uma uns umas e ou mas do da dos das no na nos nas ao aos à às pelo pela por com sem é são foi foram tem têm
seu sua
não nunca sempre que se
il lo gli i uno ed ma di da in con su per tra fra è sono era stato stata stati state ha hanno che si non mai sempre
del
della dello dei degli delle al alla allo ai agli alle dal dalla nel nella nei nelle sul sulla sui ogni
"""
SMALL = frozenset(_SMALL.split())
# What most memories of a developer could speak of: two that share only these may have different topics.
_COMMON = """
service services app application system server client team project product user users customer customers people person
data database table file files folder code test tests testing build builds run runs running use uses used using user
make makes made take takes taken keep keeps kept get gets set sets go goes come comes give gives put find found want
need needs work works working start starts stop stops end ends begin begins change changes changed new old first last
next two three four five time times day days week weeks month months year years hour hours minute minutes second seconds
morning night monday tuesday wednesday thursday friday number version name list page line part way thing things case
request requests response error errors message messages log logs job jobs task tasks call calls api web office
production staging main branch release releases deploy deploys commit review merge request config setting settings
value limit size rule rules reason note notes good bad long short small large full empty open closed same different
write writes written read reads say says said tell show shows see look store stores stored send sends sent move moved
update updated add added remove removed create created delete deleted allow allowed small own whole per about without
dienst system projekt kunden daten datei woche tag jahr monat neue neuen läuft steht service système données fichier
semaine jour année nouveau servicio sistema proyecto datos semana día año nuevo nueva serviço dados sistema dia ano novo
servizio dati settimana giorno anno nuovo nuova
"""


@cache
def common() -> frozenset[str]:
    """Stems of the common words."""
    return frozenset(stem(word) for word in _COMMON.split())


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """`word` is in lower case."""
    plain = word if word.isascii() else _without_accents(word)
    if len(plain) <= _SHORTEST or not plain.isalpha():
        return plain
    for ending in _ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= _SHORTEST:
            plain = plain[: -len(ending)]
            break
    if len(plain) > _SHORTEST and plain[-1] == plain[-2] and plain[-1] not in "aeiou":
        return plain[:-1]
    return plain.rstrip("aeiouy") if len(plain) > 4 else plain


def _without_accents(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
