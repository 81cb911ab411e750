"""Words that say that something changed, by language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

# What was so is so no more.
_STRONG = """
no longer|not any more|not anymore|no more|any more|anymore|instead of|in place of|took the place of
takes the place of
replaced|replaces|replacing|replaced by|superseded|supersedes|deprecated|retired|removed|dropped|gave up|given up
abandoned
stopped|discontinued|decommissioned|shut down|switched off|turned off|taken down|thrown out|threw out|got rid of
getting rid of
is gone|are gone|gone|is over|ended|lifted|cancelled|canceled|revoked|withdrawn|reverted|rolled back|undone|obsolete
outdated|used to|formerly|previously|until now|so far|gone back|went back|back to|goodbye|phased out|deleted|ditched
scrapped|swapped|swapped out|successor|succeeded|took over|takes over|taken over|hands over|handed over
in favour of
in favor of|rather than|changed|has changed|changes from|moved off|moved away|moved out|left the|stands down
axed|sunset|sunsetted|ceased|ceases|pulled the plug|binned|wound down|closed down|supplanted|displaced|in lieu of
called off|expired|lapsed|resigned
quit|left us|has left|bought out|broke with|parted with|not the case any|than before|unlike before|was wrong
were wrong|mistaken|corrected|amended|revised|overruled
overturned|withdrew|withdraws|take back|took back|reversed|undid|the old|the former|the earlier|the previous
earlier factor|went away|goes away|disappeared|vanished|cleared
nicht mehr|kein mehr|keine mehr|statt|anstatt|anstelle|abgelöst|ersetzt|löst|ersetzen|abgeschaltet|abgeschafft
entfällt|aufgehoben
eingestellt|verworfen|veraltet|abgekündigt|entfernt|gestrichen|früher|bisher|bislang
ne plus|n'est plus|n'utilisons plus|n'utilise plus|plus jamais|au lieu de|à la place|remplace|remplacé|remplacée
abandonné|abandonnée
supprimé|supprimée|retiré|retirée|arrêté|arrêtée|fini|levé|levée|obsolète|changé|avis|déprécié
ya no|en lugar de|en vez de|sustituye|sustituido|sustituida|reemplaza|reemplazado|reemplazada|abandonado|retirado
eliminado
eliminada|dejamos de|dejó de|obsoleto|obsoleta|descartado|anulado|cancelado|antes
já não|deixamos de|deixou de|deixámos de|em vez de|em lugar de|substitui|substituído|substituída|substituiu|removido
removida|obsoleto
descontinuado|abandonámos|abandonamos|antigamente
non più|invece di|al posto di|sostituisce|sostituito|sostituita|abbandonato|rimosso|rimossa|dismesso|dismessa
eliminato|non usiamo più
deprecato|obsoleto|annullato
"""
# A value, a place, a state is another now.
_MOVE = """
moved|moves|move to|moved to|migrated|switched|switches|switching|upgraded|upgrades|upgrade|updated|bumped|downgraded
raised|lowered
increased|reduced|decreased|extended|extend|shortened|were shortened|reversed|sold|settled on|went for|came round
take back|taken back|handed|after all|abolished|swapped for|uninstalled|scrapped|
overturned|postponed|delayed|pushed back|brought forward|rescheduled|renamed|merged|split
transferred|relocated|converted|ported|rewritten|rewrote|went from|goes from|grew from|went up|went down|up from
down from
rose|rose to|fell to|climbed|grown to|shrank|shrunk|tripled|quadrupled|slipped|prolonged|renewed|joins|joined|hired
appointed|elected
graduated|generally available|cut over|cutover|landed|rolled out|moved over|moved to|comes from now|relicensed
repriced|renegotiated|turned into|went over to|go over to|gone over to
doubled|halved|cut to|cut from|cut down|tightened|relaxed|loosened|promoted|became|has become|filled|closed|finished
completed|resolved|fixed
solved|shipped|released|launched|went live|is live|arrived|signed|approved|rejected
umgezogen|gewechselt|wechseln|umgestellt|verschoben|verlegt|erhöht|gesenkt|angehoben|aktualisiert|migriert|umbenannt
erledigt|übernommen|macht seit|behoben|verlängert
déplacé|déplacée|migré|migrée|passé de|passons|passe de|passée|passé à|sommes passés|reporté|reportée|augmenté|réduit
renommé|mis à jour|relevé|repoussé|repoussée
migramos|pasamos|movimos|cambiamos|cambió|movido|movida|trasladado|trasladada|aplazado|aplazada|retrasado|subimos|sube
bajó|aumentado|renombrado|actualizado|actualizamos|se mudó|pasa
migrámos|mudou|mudámos|mudamos|passou|passámos|passamos|movido|adiado|adiada|atualizado|aumentado|renomeado
subiu
spostato|spostata|spostati|migrato|migrata|passati|passato|passata|passiamo|rinviato|rinviata|aumentato|ridotto
rinominato|aggiornato|aggiornata|cambiato
"""
# Likely a change, and often none.
_WEAK = """
since monday|since tuesday|since wednesday|since thursday|since friday|since january|since february|since march
since april|since may|since june
since july|since august|since september|since october|since november|since december|since last|since version
since release|as from|with effect from|from today|from tomorrow
from monday|from january|from july|in the end|on second thoughts|contrary to|the new|this replaces|by now
now|these days|lately|eventually|nowadays|as of|since|from now on|from here on|going forward|starting|effective|by now
meanwhile|currently|today|this week|this morning|last week|recently|finally
at last|after the|new|newly|again|already|turns out|correction|changed our mind|decided|for good
jetzt|nun|seit|ab sofort|künftig|inzwischen|mittlerweile|neu|neuerdings|ab
désormais|maintenant|depuis|dorénavant|à partir|nouveau|nouvelle
ahora|desde|a partir de|actualmente|de ahora|nuevo|nueva
agora|desde|a partir|atualmente|passa|novo|nova
ora|adesso|da ora|d'ora in poi|dal|attualmente|nuovo|nuova
"""
# The older memory tells of something that was to end.
_PENDING = """
until|for now|for the time being|temporarily|temporary|not yet|waiting|wait for|looking for|in progress|pending
planned|plan to|planning|still|open|todo|to do
broken|is frozen|frozen|blocked|will be|trial|pilot|experiment|candidates|under way|currently|beta|workaround|being
vorläufig|vorerst|noch nicht|gesucht|geplant|bis|derzeit|provisoirement|pas encore|en cours|prévu|pour l'instant
en attente
todavía no|de momento|pendiente|en curso|previsto|hasta|por agora|ainda não|pendente|em curso|per ora|non ancora
in corso|previsto
"""
# A plan, a wish, a question: what is told is not so yet.
_PLAN = """
might|maybe|perhaps|proposal|proposed|proposes|propose|suggested|suggests|suggestion|idea|ideas|considering|consider
could|would|not decided|undecided
open question|whether|discussed|draft|plan|plans|planned|planning|we want|want to|would like|think about
thinking about|thinking of|next year|some day
one day|if we|rfc|wish|dreams|hope|hopes|will be|roadmap|rehearsal|is being|are being|being rewritten
wants us
vielleicht|vorschlag|könnte|könnten|plan|geplant|wollen|möchten|überlegen|idee|würde|peut-être|proposition|projet
aimerait|voudrait|envisage|idée|pourrait
quizás|propuesta|plan|queremos|pensamos|idea|podría|talvez|proposta|plano|queremos|ideia|pensamos|forse|proposta
vorremmo|pensiamo|potrebbe
"""
# Another case beside the rule, which stands.
_EXCEPT = """
exception|exceptions|except|only for|only in|only when|unless|apart from|other than|besides|in addition|additionally
also|as well|deputy|away|on holiday
hotfix|hotfixes|may skip|one-off|left out|own|of its own|on my laptop|locally|in tests|for tests|when|while|during
beyond|otherwise
ausnahme|außer|zusätzlich|auch|vertretung|exception|sauf|aussi|excepción|salvo|excepto|también|exceção|exceto|também
eccezione|tranne|anche
"""
# Another time, another house, the story behind.
_ELSE = """
at the meetup|heard|they|their|talk|article|blog|conference|back in|in 2015|in 2016|in 2017|in 2018|in 2019|in 2020
in 2021|in 2022|in 2023|in 2024
years ago|at the time|once|first version|why we|this is why|that is why|how we|history|in the old days|had looked
had been|effect of|the reason|reason for|cause of
damals|warum|geschichte|erste version|pourquoi|voilà pourquoi|historique|première version|por qué|historia
primera versión|por que|história|primeira versão|perché|storia|prima versione
another|other team|somebody|someone|competitor|competitors|vendor|customer|step|after|before|next
"""
GROUPS = ("strong", "move", "weak", "pending", "plan", "except", "else")


@cache
def phrases() -> Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """First word -> the phrases that begin with it, the longest first: group, and the words after the first."""
    found: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for group, table in zip(GROUPS, (_STRONG, _MOVE, _WEAK, _PENDING, _PLAN, _EXCEPT, _ELSE), strict=True):
        for phrase in table.replace("\n", "|").split("|"):
            if phrase:
                first, *rest = phrase.split()
                found.setdefault(first, set()).add((group, tuple(rest)))
    return {first: tuple(sorted(each, key=lambda one: (-len(one[1]), one))) for first, each in found.items()}
