"""What kind of note a text is: one that tells how things are, one that says who somebody is, or neither.

English, German and Spanish, and a little of the scripts without spaces; a text in another language is neither, and
stays out of a profile until somebody pins it. Single words are looked up before any pattern is tried: hundreds of
notes are asked at once.
"""

from __future__ import annotations

import re
from functools import lru_cache

# A note says early what it is; what follows tells how that came about.
_MOST_CHARACTERS = 300
_WORD = re.compile(r"\w+")
_STATE = frozenset(
    """
    is are has have use uses run runs live lives sit sits store stores need needs require requires work works support
    supports expect expects listen listens contain contains belong belongs mean means point points depend depends come
    comes go goes speak speaks hold holds keep keeps must deploy deploys build builds own owns take takes accept accepts
    stand stands ist sind hat haben nutzt nutzen verwendet verwenden läuft laufen liegt liegen braucht brauchen heißt
    gehört steht muss müssen gilt kommt es son está están tiene tienen usa usamos usan corre necesita necesitan vive
    guarda debe significa
    """.split()
)
_EVENT = frozenset(
    """
    today yesterday tomorrow tonight fixed added changed removed merged released finished started tried deployed
    investigated investigating debugged debugging renamed refactored implemented rebased reverted reproduced todo wip
    will heute gestern morgen gerade eben behoben hinzugefügt geändert entfernt erledigt versucht hoy ayer mañana
    arreglado arreglada añadido añadida cambiado cambiada eliminado eliminada terminado terminada pendiente
    """.split()
)
_UNDER_WAY = re.compile(r"\b(?:am|is|are|was|were) (?!n)\w{3,}ing\b|\b(?:just now|in progress|next step)\b|\?(?:\s|$)")
_STATE_UNSPACED = re.compile("です|ます|である|ている|是|位于|使用|负责")
_EVENT_UNSPACED = re.compile("ました|でした|昨日|今日|明日|昨天|今天|明天|了[。！]")

_ROLES = """
manager|boss|lead|head|colleague|coworker|teammate|client|customer|wife|husband|spouse|partner|son|daughter|brother
sister|mother|father|friend|mentor|designer|engineer|developer|owner|maintainer|founder|accountant|lawyer|director
analyst|architect|admin|reviewer|doctor|teacher|assistant|contact|ceo|cto|cfo|pm
chef|chefin|kollege|kollegin|teamleiter|teamleiterin|frau|mann|sohn|tochter|bruder|schwester|mutter|vater|freund
freundin|kunde|kundin|ansprechpartner|ansprechpartnerin|entwickler|entwicklerin
jefe|jefa|compañero|compañera|esposo|esposa|marido|mujer|hijo|hija|hermano|hermana|madre|padre|amigo|amiga|cliente
diseñador|diseñadora
""".strip().replace("\n", "|")
_DUTIES = "leads|reports|responsible|charge|works|leitet|arbeitet|zuständig|trabaja|lidera|encarga"
_OF_PEOPLE = frozenset(f"{_ROLES}|{_DUTIES}".split("|"))
_NAME = r"[A-ZÄÖÜÁÉÍÓÚÑ][\w'’-]+(?: [A-ZÄÖÜÁÉÍÓÚÑ][\w'’-]+){0,2}"
_ROLE = rf"(?i:{_ROLES})"
_WHOSE = "(?i:my|our|the user's|user's|meine?|unsere?|mi|nuestr[oa])"
_PERSON = re.compile(
    rf"\b{_NAME}(?: is | was | ist | es |, | \()(?:(?i:an?|my|our|the|their|user's|meine?|unsere?|der|die|eine?|mi"
    rf"|nuestr[oa]|el|la|una?) )?(?:\w+ ){{0,2}}{_ROLE}\b"
    rf"|\b{_WHOSE} (?:\w+ ){{0,2}}{_ROLE}(?: is called| is named| is| heißt| ist| es| se llama|,|:)? {_NAME}"
    rf"|\b{_NAME} (?:leads|reports to|is responsible for|is in charge of|works (?:at|for)|leitet|arbeitet bei"
    r"|ist zuständig|trabaja (?:en|para)|lidera|se encarga)\b"
)
_PERSON_UNSPACED = re.compile("(?:さん|先生|先輩|部長)")


def tells_how_things_are(title: str, content: str) -> bool:
    """Whether the beginning speaks of a lasting state, and not of what happened or of what is to be done."""
    return _is_state(f"{title}\n{_beginning(content)}".lower())


def names_a_person(title: str, content: str) -> bool:
    """Whether the beginning says who somebody is: a name beside what that person is to the user or does."""
    return _is_of_people(f"{title}\n{_beginning(content)}")


@lru_cache(maxsize=2_000)
def _is_state(text: str) -> bool:
    words = set(_WORD.findall(text))
    if not _EVENT.isdisjoint(words) or _EVENT_UNSPACED.search(text):
        return False
    is_state = not _STATE.isdisjoint(words) or _STATE_UNSPACED.search(text) is not None
    return is_state and _UNDER_WAY.search(text) is None


@lru_cache(maxsize=2_000)
def _is_of_people(text: str) -> bool:
    if _OF_PEOPLE.isdisjoint(_WORD.findall(text.lower())):
        return not text.isascii() and _PERSON_UNSPACED.search(text) is not None
    return _PERSON.search(text) is not None


def _beginning(content: str) -> str:
    return " ".join(content[: 2 * _MOST_CHARACTERS].split())[:_MOST_CHARACTERS]
