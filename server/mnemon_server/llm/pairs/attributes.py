"""What is said of a thing, as far as single words tell: its owner, its price, its place, a limit, a cause."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

_WORDS = """
owner: owner owns owned own ownership responsible responsibility lead leads led charge contact maintainer maintains
owner: maintained belongs ask who whom answers carries reports
owner: zuständig ansprechpartner betreut betreuung verantwortlich responsable gère responsável cuida responsabile
owner: segue encarga dueño
price: price prices cost costs pay pays paid bill billed fee tariff rent rate eur euro euros usd dollar dollars kostet
price: preis prix coûte precio cuesta preço custa custo prezzo costa costo paghiamo
place: where lives live located sits stands room office address floor home bucket region repository repo folder
place: directory under path host city town country building dove lavora où wo wohnt liegt dónde vive onde fica
date: deadline due date ships ship goes launch release released delivery delivered opens begins ends runs until by
date: when entrega entregamos consegna livraison livré termin abgabe frist fecha data
time: standup daily meeting weekly retro meets retrospective call riunione réunion reunión reunião besprechung
version: version runs running on upgraded upgrade installed built builds requires toolchain runtime läuft tourne corre
version: gira roda funciona
count: seats count number size many tenants customers rows documents users people coverage percent full of
status: done finished merged fixed open broken works working waits waiting started ready live closed progress migrated
status: ordered arrived hired signed filled down up rolled copied
wish: prefer like likes want love hate dislike please favourite enjoy rather annoy annoys mag möchte lieber bitte
wish: préfère veux aime prefiero quiero gusta prefiro gosto quero preferisco voglio piace
limit: most least max maximum min minimum limit limited cap capped up timeout timeouts retries length longest gate
limit: quota höchstens maximal mindestens maximum maximal máximo mínimo massimo limite límite
cause: cause caused because came reason root why guilty fault due schuld ursache grund causa culpa motivo parce
default: default defaults standardmäßig défaut defecto padrão predefinito
licence: licence license licensed gpl mit apache agpl bsd
rule: must never always every required mandatory forbidden allowed optional only may needs rule
claim: faster slower supports support works fails safe measured benchmark smaller larger result compared conclusion
"""


@cache
def attributes() -> Mapping[str, tuple[str, ...]]:
    """Word -> the attributes it hints at."""
    found: dict[str, list[str]] = {}
    for line in _WORDS.strip().split("\n"):
        name, _, words = line.partition(":")
        for word in words.split():
            if name not in found.setdefault(word, []):
                found[word].append(name)
    return {word: tuple(names) for word, names in found.items()}
