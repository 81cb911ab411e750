"""Things of which one is usually chosen, and the sides that a thing is often told apart by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mnemon_server.llm.pairs.rivals import RIVALS
from mnemon_server.llm.pairs.stems import stem

# Two of a line, one in each memory, tell that they speak of two things.
_SIDES = """
production staging test testing dev development sandbox preview qa demo prod canary uat
laptop laptops ci server servers desktop workstation runner runners
client clients server servers
linux windows macos android ios web mobile tablet watch tv wsl
firefox chrome safari edge opera
frontend backend gateway worker workers scheduler proxy client api cli ui sdk
admin storefront checkout shop warehouse kiosk till dashboard
read reads reading write writes writing
internal external public private
user users tenant tenants account accounts organisation team teams customer customers guest guests partner staff
free paid pro enterprise trial basic premium plus
soft hard
warm cold hot
p50 p90 p95 p99 median mean average percentile
europe eu asia us usa america africa apac emea uk
germany austria switzerland france italy spain portugal poland japan canada norway sweden denmark finland belgium
german french italian spanish portuguese english japanese dutch polish
oslo berlin munich hamburg vienna zurich paris lyon madrid lisbon porto milan rome london dublin amsterdam warsaw
before after
alpha beta launch support maintenance
cpu disk memory ram gpu network storage
script scripts library libraries tests docs documentation examples generated
author reviewer approver
first second third fourth last
old older legacy original early
inbound outbound incoming outgoing ingress egress
upload uploads download downloads
input output
request requests response responses
minimum maximum min max recommended
start end
replica replicas primary master secondary standby
weekday weekdays weekend weekends
summer winter spring autumn
january february march april june july august september october november december
daily weekly monthly quarterly yearly annual nightly
hotfix hotfixes feature features bugfix
upper lower top bottom left right front rear upstairs downstairs
sender receiver publisher subscriber producer consumer consumers
parent child inner outer
unit integration e2e end-to-end smoke load
commit commits merge push pull rebase
build builds deploy deploys release releases
refresh access session
header footer body sidebar
source target origin destination
http https tcp udp ipv4 ipv6 grpc websocket websockets
sms email mail push webhook webhooks
x86 arm arm64 amd64
debug info warning error
python rust go java kotlin typescript javascript ruby swift php scala elixir bash sql
yaml json toml xml csv markdown html css
image images video videos audio pdf text
orders order invoices invoice refunds refund payouts payout payments payment receipts
sales marketing finance legal design research operations hr security support
manager developer developers designer designers tester testers intern interns
gross net
import imports importer export exports exporter
buyer seller supplier
car bike train bus flight
kitchen bathroom bedroom living study garage garden
breakfast lunch dinner
wife husband son daughter mother father brother sister
small medium large
index table column row
latency throughput
password passwords key keys token tokens certificate certificates
compile runtime
kernel driver firmware bootloader
produktion produktiv testsystem entwicklung staging
prova produzione sviluppo
produção teste homologação
producción pruebas desarrollo
préproduction recette développement
kunden lieferanten mitarbeiter
vormittags nachmittags abends
"""


@cache
def choices() -> Mapping[str, tuple[int, ...]]:
    """Stem -> numbers of its kinds."""
    return _numbered(RIVALS)


@cache
def sides() -> Mapping[str, tuple[int, ...]]:
    """Stem -> numbers of its kinds."""
    return _numbered(_SIDES)


def _numbered(table: str) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    number = -1
    for line in table.strip().split("\n"):
        number += not line.startswith(" ")
        for word in line.split():
            key = stem(word)
            if number not in found.get(key, ()):
                found[key] = (*found.get(key, ()), number)
    return found
