"""Signs in a sentence that it will still be of use weeks later, or that it will not: English, German, Spanish.

Each sign has a weight that counts once, however often it occurs. The weights were set by hand on one half of the golden
set (tests/fixtures/transcripts/seen); the other half only measures them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Sign:
    """`kind` is what a sentence is when this sign is its strongest; empty: the sign says nothing of that."""

    name: str
    weight: float
    pattern: re.Pattern[str]
    kind: str = ""


def _sign(name: str, weight: float, words: str, kind: str = "") -> Sign:
    return Sign(name, weight, re.compile(words, re.IGNORECASE), kind)


def _words(name: str, weight: float, words: str, kind: str = "") -> Sign:
    """`words`: alternatives, each at word boundaries; a line break counts for nothing."""
    joined = "|".join(part.strip() for part in words.strip().split("\n"))
    return _sign(name, weight, rf"(?<!\w)(?:{joined})(?!\w)", kind)


REASON = _words(
    "reason",
    0.7,
    r"""
    because|cuz|'cause|so that|otherwise|or else|that'?s why|due to|ever since|since (?!the (update|last))\w+|unless|or (it|they|we|you)(?:'ll| will)?
    so (it|we|they|you|whatever|the|a|an|any|nothing|no|real|ranking|rollback|there)|for (legal|historical|compliance|performance|security) reasons
    even (if|though)|whereas|no matter|in case|by design|on purpose|thanks to|, as \w+
    weil|sonst|deshalb|deswegen|daher|damit|denn|sodass|da (es|gibt'?s|wir|die|der|das|ist|sie)|obwohl|egal|sobald|wegen
    porque|ya que|por eso|as[ií] que|si no|de modo que|para que|debido a|puesto que|que (el|la|los|las) \w+|pues|aunque|por culpa de
    """,
)
NORM = _words(
    "norm",
    0.7,
    r"""
    always|never|nobody|no ?one|nothing|everywhere|nowhere|every|each|all (our|the|of our)|only|must(n'?t| not)?|ha(s|ve) to|ha(s|ve) no
    need(s)? to be|required|mandatory|forbidden|prohibited|(not|never) allowed|off[- ]limits|hands off|at (most|least)|max(imum)?|no exceptions?
    without exception|under no circumstances|by convention|as a rule|by default|policy|supposed to|reserved for|ever|exactly one|one per|one line each
    immer|nie|niemals|niemand|nur|ausschließlich|grundsätzlich|überall|jede[rnms]?|kein(e|en|er|em)?|muss|müssen|darf|dürfen|nichts|verboten|pflicht
    siempre|nunca|jam[aá]s|nadie|solo|s[oó]lo|[uú]nicamente|todos? (los|las)|cada|ning[uú]n\w*|nada|hay que|debe[n]?|tiene[n]? que|prohibido|obligatorio
    """,
    "convention",
)
HABIT = _words(
    "habit",
    0.7,
    r"""
    we (?!could|should|might|were|can\b|would|may|will see|need (a|an|to (fix|find|check))|have (a|an) (bug|problem|issue))(do not|don'?t|always|never|only|all|also|still|actually|now)? ?\w+
    (here|in this (repo|codebase|project|firmware|app|team|company|house|module|package)|in our|on our|across (the|our)|around here|on this team|in this one)
    our (?!users? (see|report|complain))\w+|(lives?|live) (in|on|under|at)|goes? (in|into|to|through|under)|belongs? (in|to|on)
    (is|are) (named|called|written|stored|kept|done|built|generated|managed|owned|handled|deployed|released|tagged|pinned|versioned|prefixed)
    wir (?!könnten|sollten|müssten|haben (ein|das) problem)\w+|bei uns|hier (nie|immer|nur)|unser\w*|in (diesem|unserem) (repo|projekt|code)\w*|machen wir
    aqu[ií]|nosotros|nuestr[oa]s?|en este (repo|proyecto|equipo)|(usamos|ponemos|hacemos|guardamos|llevamos|tenemos|trabajamos|dejamos|seguimos|vamos con)
    """,
    "convention",
)
PROHIBITION = _words(
    "prohibition",
    0.8,
    r"""
    (don'?t|do not|dont|never|stop|avoid|no need to) (ever |even |just |please |trust|touch|use|sort|go|dedupe|suggest|commit|push|merge|add|put|rely|run|call|edit|change|write|import|log|mock|bump|assume|let|make|remove|rename|correct|mix|hard-?code|store|keep|expose|send|return|depend|reach|try|start|deploy|format|reformat|upgrade|install|open|apply|wrap|catch|skip|squash|rebase|force|delete|cache|create|copy|inline|ask|invent|guess|round|show|display|introduce|bring|propose|offer|translate|shorten|generate|test)\w*
    no (?!i |it|that|we|the|problem|idea|worries|rush|wait|one|need)\w+[\w -]{0,30}(please|pls|in|at|here|ever|anywhere|anymore|for|on|after|before|,)|leave \w+.* alone|is out( for)?|is off limits
    (nicht|nie|kein\w*) \w+.*(anfassen|ändern|benutzen|verwenden|verschicken|löschen|nutzen|einbauen|machen|schreiben)|bloß nicht|finger weg|daran darf sich nichts
    no (metas?|uses?|toques?|toca|pongas?|hagas?|cambies?|subas?|llames?|borres?|mezcles?|actives?|quites?|a[ñn]adas?)|nada de|ni se te ocurra|no se (toca|puede|debe|permite|usa)
    """,
    "convention",
)
DECISION = _words(
    "decision",
    1.0,
    r"""
    decided|we (have )?settled|settled on|we (all )?agreed|agreed (on|to|that|with)|signed off|going with|(we'?re|we are) (moving|going|using|dropping|switching|sticking|staying|keeping|migrating|standardi[sz]ing|phasing|replacing|getting rid)
    we'?ll (use|go|keep|stick|stay|drop|switch|move)|we (went|chose|picked|moved|switched|dropped|standardi[sz]ed|replaced|killed|ditched|retired|froze|adopted)|(is|are) (out|dead|gone|legacy|deprecated|frozen|final|history|not coming back)
    stays?( at| on| in| as|,)|from now on|going forward|from here on|as of|no longer|not .{0,30}any ?more|the plan is|the deal is|(gets?|will be) (deleted|removed|replaced|dropped|retired|killed)|replaces? (it|them|the)|supersedes?|survives in|instead of|moved? (from|away from|off)|lands? in|wins? (on|over)|for good
    entschieden|beschlossen|festgelegt|geeinigt|abgesegnet|ab (jetzt|sofort|heute)|künftig|zukünftig|in zukunft|bleib(t|en)( bei)?|wir (nehmen|gehen|steigen|setzen|bleiben)|fliegt raus|wird abgelöst|ist gestorben|nicht mehr
    (hemos|habemos|se ha) (decidido|acordado|quedado)|quedamos en|a partir de (ahora|hoy)|de ahora en adelante|ya no|nos quedamos con|se queda|pasamos a|descartad[oa]|sustituye|en vez de|en lugar de
    """,
    "decision",
)
PREFERENCE = _words(
    "preference",
    0.8,
    r"""
    i (really |much |strongly |personally )?(prefer|like|hate|don'?t (like|want|need)|want|can'?t stand|dislike|love it when|care about|never want|always want)|prefer(ably|red)?|rather|please (never|don'?t|do not|always|keep|stop|no)|keep (the|it|your|pr|commits?|comments?|answers?|them|things)
    (no|without) (emojis?|fluff|filler|toasts?|comments?|boilerplate|jargon)|(less|more|short(er)?|terse|brief|concise|plain) (answers?|words|text|comments?|english|messages?)|nitpick|pet peeve|my (style|taste|preference)|annoy(s|ing|ed)|ugly|gloves|in (english|german|spanish|french)|over \w+, please
    lieber|bevorzuge|bitte (nie|niemals|kein\w*|immer|weiter|nur|nicht)|mag (ich|kein\w*)|ich (will|möchte|hasse|mag|hätte gern)|auf (deutsch|englisch)|stört mich
    prefiero|mejor (que|si)|por favor (no|nunca|siempre)|no quiero|no me gusta|me gusta|odio|en (espa[ñn]ol|ingl[eé]s)|me molesta|quiero que
    """,
    "preference",
)
CORRECTION = _words(
    "correction",
    0.7,
    r"""
    (is|are|was) wrong|actually|no wait|not [`\w./-]+[,.]|, not (the )?[`\w]|isn'?t (the|a|in|on)|(that|this|it) (was|is) (outdated|old|stale|obsolete)|out of date|not true|mixing (that|it|them) up|misread|the other way (a)?round|even if the \w+ (says|pretends|claims)|is the \w+ (app|one|name|port|team)|the real|used to be
    stimmt (nicht|so nicht)|falsch|inzwischen|veraltet|seit dem umbau|andersrum|nicht mehr aktuell|in wirklichkeit|eigentlich|verwechsel\w*
    en realidad|ojo|ya no vale|est[aá] mal|al rev[eé]s|no es (el|la|un|una|as[ií])|desactualizad[oa]|equivocad[oa]|ahora es
    """,
    "correction",
)
FAILURE = _words(
    "failure",
    0.9,
    r"""
    tried|attempted|gave up|didn'?t (work|help|fix|scale|survive)|went to hell|bit us|bites us|burned us|burnt|blew up|threw (it|them|that) out|backfired|ate (half|all|our)|(cost|costs) us|hid the problem|made (it|things) worse|back in \w+|last (time|year|month|spring|summer|autumn|fall|winter|week)|a year ago|once (in|and|we|it)|years? ago|used to (use|have|do|run)|dead end|not worth it|rolled (it )?back|had to (revert|roll|rewrite|undo)|triggered|regretted|doesn'?t (render|scale|support|play|survive|handle|respect)|still (diverged|failed|leaked|crashed|broke)|the last (guy|person|one|team|time)|learned the hard way|been there
    schon mal|probiert|versucht|letztes (jahr|mal)|damals|ging (nicht|schief|in die hose)|hat (nicht|nie) (funktioniert|geklappt)|hölle heiß|bringt nichts|gehen nicht|hatten wir
    ya (lo )?(intentamos|probamos|hicimos)|lo intentamos|el (a[ñn]o|mes) pasado|no funcion[oó]|nos cost[oó]|se nos col[oó]|fue un (desastre|error)|acab[oó] en|nos pas[oó]|en (verano|primavera|oto[ñn]o|invierno)
    """,
    "failed-approach",
)
FACT = _words(
    "fact",
    0.4,
    r"""
    (is|are|has|have|runs?|comes?|counts?|reports?|contains?|means?|sends?|needs?|takes?|points?|stores?|starts?|shows?|dips?|hangs?|returns?|lands?|syncs?|rotates?|lists?|expects?|ships?|sits?|expires?|listens?|speaks?|requires?|supports?|accepts?|treats?|purges?|hand|wear|hate|carry|lives?|uses?|belongs?|gets?|works?|fails?|breaks?)
    ist|sind|hat|haben|liegt|liegen|läuft|laufen|steht|sitzt|hängt|sendet|kommt|kommen|heißt|braucht|beginnt|gilt|gelten|werden|wird
    es|son|est[aá]n?|tiene[n]?|llega[n]?|viene[n]?|significa|usa[n]?|corre[n]?|vive[n]?|manda[n]?|guarda[n]?|tarda[n]?|se (redondea|regenera|guarda|usa|ponen?|pierde)\w*
    """,
    "fact",
)
TOLD = _words(
    "told",
    0.5,
    r"""
    fyi|btw|by the way|heads[- ]up|note( that)?|keep in mind|bear in mind|remember|careful|beware|watch out|for the record|one more thing|just so you know|important|ps|for (future )?reference|for context|in general|generally|also|oh and|mind you|worth knowing|so you know|reminder|ground rule|rule
    übrigens|achso|nur damit du|was mir noch einfällt|wichtig|zur info|noch was|vorsicht|achtung|merk dir|denk dran|generell|fürs protokoll|wobei|und
    por cierto|ojo|que sepas|recuerda|importante|para que (lo )?sepas|ten en cuenta|cuidado|en general|lo que s[ií]|otra cosa|ah y
    """,
)
# Case tells here: a name, an abbreviation, a number, a path.
CONCRETE = Sign(
    "concrete",
    0.3,
    re.compile(r"`[^`]+`|\b\w+[_./]\w+|\b[a-z]+[A-Z]\w+|\b[A-Z]{2,}\w*\b|\b\d[\d.,]*\b|--\w+|<\w+>|[~&]\w"),
)
# Against keeping it.
HEDGE = _words(
    "hedge",
    -1.2,
    r"""
    maybe|perhaps|might|(could|would|should) (also |just |even |then |be |use |go |try |help|have|like|we|i|it)|should (we|i)|what if|i (think|guess|believe|suppose|wonder|assume)|not sure|no idea|dunno|probably|possibly|it seems|seems (like|to)|apparently|supposedly|if we ever|let'?s see|thinking (about|of)|in theory|imagine|pretend|say we|some ?day|i'?d (also|love|like|replace|say|go|suggest|list)|most likely|almost certainly|presumably
    vielleicht|evtl|eventuell|könnte(n)?|sollte(n)? (wir|man)|wäre(n)?|würde(n)?|glaub(e)?|denke|vermutlich|wahrscheinlich|keine ahnung|mal sehen|überlege|angeblich|mögliche?
    quiz[aá]s?|tal vez|igual (lo|la|ni|es|no)|a lo mejor|podr[ií]a\w*|deber[ií]a\w*|creo|supongo|no s[eé] (si|qu[eé]|c[oó]mo)|ser[ií]a|estoy pensando|me parece|propongo|probablemente|parece que
    """,
)
UNDECIDED = _words(
    "undecided",
    -3.0,
    r"""
    (haven'?t|have not|hasn'?t|not) (yet )?(decided|settled|agreed|made up)|undecided|back and forth|/s|dont do anything about it|up in the air|still (thinking|debating|discussing)|none of that was|not (decided|final) yet|remind me|(ignore|forget) (it|that|this|all|everything)|just kidding|jk|as if|yeah right|great idea|thinking out loud|hypothetically
    (noch )?nicht (entschieden|beschlossen|final)|überlege noch|steht noch nicht fest|ironie|scherz|spaß beiseite
    no (he|hemos|lo he|tengo|lo tengo) (decidido|claro|nada claro)|todav[ií]a no s[eé]|est[aá] por decidir|es broma|ni idea
    """,
)
LOCAL = _words(
    "local",
    -0.6,
    r"""
    today|tomorrow|tmrw|yesterday|right now|for now|just now|this time|next time|tonight|this (morning|afternoon|week|branch|pr|commit|file|test|function|one)|in a (sec|minute|bit)|yet|again|over the weekend|before i|until i|at the moment|the (failing|broken|second|first|last) (test|one|commit)|while you('re| are) at it|then|first
    heute|morgen|gestern|gerade|jetzt( mal)?|erstmal|erst|später|diesmal|seit dem update|noch (nicht|mal)|gleich
    hoy|ma[ñn]ana|ayer|ahora mismo|luego|de momento|por ahora|todav[ií]a|esta (vez|tarde|noche)|el lunes
    """,
)
SYMPTOM = _words(
    "symptom",
    -0.7,
    r"""
    (doesn'?t|does not|isn'?t|not) (work|start|build|compile|load|show|run)\w*|fail(s|ed|ing)?|crash(es|ed|ing)?|panics?|broken|vanish(es)?|jitters?|freez(es|ing)|complain(s|ing)?|climbing|paged|wants to|keeps? (failing|crashing)|(throws|gives|says|shows|get|getting|got) (me )?(an? )?(error|exception|warning|404|500|nothing)|is (slow|down|red|behind|empty|off)|too good|reboot|stuck|timeouts?|why
    läuft .*nicht|geht nicht|funktioniert nicht|schlägt fehl|kaputt|leere[rn]?|hängt( sich)?|fehler|abgestürzt|doppelte nummern vergeben
    no (funciona|arranca|carga|sale|aparece)|falla|fallan|se (cuelga|cae|queja|quejan)|salen? (mal|con)|tarda \d+|est[aá] (roto|ca[ií]do)|error
    """,
)
ORDER = _sign(
    "order",
    -0.9,
    r"^(?:(?:ok(?:ay)?|yes|yeah|yep|sure|now|then|and|but|so|good|nice|great|cool|perfect|alright|no|nope|please|pls|just|also|next|first"
    r"|ja|ok|gut|dann|und|aber|bitte|s[ií]|vale|bien|pero|y)[,.!]?\s+)*"
    r"(?:fix|add|rename|write|make|run|check|look|find|show|open|create|update|put|do|move|delete|remove|implement|refactor|review|explain"
    r"|can (?:you|u)|could (?:you|u)|would you|will you|let'?s|go|give|tell|try|build|figure|start|grep|search|change|replace|convert|commit|push|merge"
    r"|bump|prep|prepare|set|turn|generate|draft|test|verify|debug|investigate|list|print|read|see|help|scale|apply|revert|flash|split|extract"
    r"|separate|clean|port|port it|wire|hook|bring|pull|rebase|ship|deploy|release|summari[sz]e|describe|pick|call it|drop"
    r"|schau|mach|bau|schreib|füg|änder|prüf|zeig|lösch|pass|such|erklär|kannst|könntest|nimm|leg|teste|starte|räum|benenn"
    r"|mira|haz|hazlo|a[ñn]ade|agrega|cambia|arregla|escribe|busca|revisa|corre|ejecuta|crea|borra|quita|mueve|pon|ens[eé][ñn]ame|explica|puedes|dale|sube|prueba)\b",
)
DANGLING = _sign(
    "dangling",
    -0.8,
    r"^(?:it|it'?s|that|that'?s|this|they|they'?re|he (?:is|was|has|said|wants)|she (?:is|was|has|said|wants)|those|these|there|both|same|which|den|das|dies\w*|sie|er|es|eso|esto|ese|esa|lo|both of them|the (?:first|second|latter|former) one)\b",
)
FEEDBACK = _words(
    "feedback",
    -0.8,
    r"""
    thanks|thx|thank you|lol|omg|awesome|perfect|makes sense|love it|good (catch|job|point)|well done|looks (good|right|fine)|works( now)?|got it|understood|sweet|you (put|wrote|added|made|broke|forgot|changed|missed|said)|your (test|fix|change|code|patch|version|last)
    danke|super|passt|stimmt|du hast|dein\w*|gracias|perfecto|genial|has (puesto|hecho|roto)|tu (c[oó]digo|cambio)
    """,
)
USER_SIGNS: tuple[Sign, ...] = (
    DECISION,
    FAILURE,
    PREFERENCE,
    PROHIBITION,
    NORM,
    HABIT,
    REASON,
    CORRECTION,
    FACT,
    TOLD,
    CONCRETE,
    HEDGE,
    UNDECIDED,
    LOCAL,
    SYMPTOM,
    ORDER,
    DANGLING,
    FEEDBACK,
)

# What a model found out, as opposed to what it did, offers or plans.
CAUSE = _words(
    "cause",
    0.9,
    r"""
    because|since|due to|caused by|came from|comes from|root cause|so (that |it|any|the|a|an|every|no|nothing|with|unless)|, so|which (means|makes|is why)|unless|otherwise|whereas|even (if|though|when)|as soon as|whenever|as long as|on every|every time|therefore|hence|means that|the reason|that is why|depends on|relies on|instead of|rather than|or (memory|it|the)|despite|although|without any
    weil|da |sobald|deshalb|dadurch|wodurch|sodass|deswegen|führt dazu|entsteh(t|en)|verursacht|obwohl|immer wenn|solange|liegt daran|hängt .* ab|statt
    porque|ya que|por eso|as[ií] que|de modo que|por lo que|debido a|cada vez que|en cuanto|aunque|hay que|depende de|en vez de|salvo que|a menos que
    """,
    "fact",
)
SURPRISE = _words(
    "surprise",
    0.6,
    r"""
    silently|never|only|no longer|not [^.]{1,40} but|contrary|actually|significant|different(ly)?|never(theless)?|still|undocumented|stale|twice|wrong(ly)?|unseeded|ignores?|swallow(s|ed)|drops?|loses?|leaks?|duplicates?|overwrites?|rejects?|truncates?|caps?|skips?|counts?|requires?|must|can(not|'t)|may (not )?\w+|isn'?t|doesn'?t|aren'?t|won'?t|don'?t|nothing|no \w+ (at all|whatsoever)|by design|at most|at least|exactly|permanently
    stillschweigend|nur|nie|niemals|nicht mehr|immer|doppelt|ohne|kein\w*|erwartet|muss|darf|nicht
    sin (que|avisar|error)|nunca|solo|s[oó]lo|siempre|ya no|ning[uú]n\w*|no tiene|no \w+|tiene que|debe
    """,
    "fact",
)
FINDING = _words(
    "finding",
    0.8,
    r"""
    turns? out|turned out|(one|another) (finding|detail|surprise|caveat|gotcha|catch|thing|more thing)|i (noticed|found|discovered|learned)|found (that|out)|noticed|worth (knowing|noting|mentioning|remembering)|careful( with)?|beware|by the way|note( that)?|side note|heads[- ]up|finding|result|gotcha|caveat|lesson|explanation|reason|verified|confirmed|measured|proved|the (actual|real|underlying|root) \w+|culprit|important
    ergebnis|noch ein fund|aufgefallen|stellt sich heraus|hat sich gezeigt|herausgefunden|ursache|grund|achtung|wichtig|nebenbei|hinweis|übrigens|festgestellt|gefunden
    resulta que|un detalle|he (visto|encontrado|descubierto|comprobado)|encontr[eé]|la causa|el motivo|ojo|cuidado|por cierto|importante|descubr[ií]|el cuello de botella
    """,
)
ATTEMPT = _words(
    "attempt",
    0.9,
    r"""
    (first|second|earlier|initial|previous|other) (attempt|try|approach|version|idea)|(didn'?t|did not) (work|help|hold|fix)|i tried|tried|still (diverged|failed|leaked|crashed|broke|hung|deadlocked)|made (it|things) worse|dead end|doesn'?t help|ruled out|abandoned|reverted
    (erster|zweiter|mein) versuch|hat nicht (funktioniert|geholfen|gereicht)|bringt nichts|sackgasse|verworfen
    (mi primer|el primer) intento|no (funcion[oó]|sirvi[oó]|ayud[oó]|bast[oó])|lo intent[eé]|descartad[oa]
    """,
    "failed-approach",
)
WORK = _sign(
    "work",
    -1.8,
    r"^(?:i|i'?m|i'?ve|i'?ll|i'?d|let me|let'?s|now|next|done|fixed|applied|added|masked|deleted|published|flashed|understood|noted|shall|should|want|would you|do you"
    r"|options?|one moment|here|all (?:\d+ )?tests|your?|plan|remaining|todo|open|follow-up|still open|up next|to finish|what remains|not done|running|updated|changed|created|removed|renamed|moved|implemented|the (?:build|test|tests|diff|page|text|ticket|pr|patch|change|changes|commit|commits) (?:is|are|now|has|have|pass|were)"
    r"|ich|jetzt|als nächstes|fertig|erledigt|umgesetzt|angepasst|soll|möchtest|alles klar|offen|nächster|vorschlag|dein|alle"
    r"|he|hecho|listo|corregido|subido|siguiente|queda|quieres|de acuerdo|propongo|ahora|voy|pendiente|todo)\b",
)
OWN_WORK = _words(
    "own work",
    -1.2,
    r"""
    i (added|changed|left|removed|haven'?t|have|moved|replaced|dropped|switched|ignored|can|could|will|would|rendered|set|kept|also|only|also added|wrote|put|made|ran|checked whether|fixed|updated|created|didn'?t|did not|used|capped)|i'(ll|ve|m|d)|is (in place|green|clean|written|done|up|ready|through|nullable|gone now|fixed)|are (green|done|in place|on `?main)|pass(es|ed)?( now)?|tests? (pass|green)|went from|now (runs|uses|points|returns|throws|handles|logs|prints)|shall i|should i|want me|let me know|would you
    ich (habe|hab|werde|kann|könnte|rühre)|sind grün|ist grün|soll ich|habe ich|läuft jetzt|bricht .* jetzt|funktioniert
    he (a[ñn]adido|cambiado|movido|quitado|dejado|puesto)|voy a|puedo|pasan los|en verde|lo dej[eé]|quieres que
    """,
)
OFFER = _words(
    "offer",
    -1.0,
    r"""
    would (fix|be|need|help|work|make|also)|could|we could|you could|you can|can be|might|alternatively|option|options|candidates|either|recommend|suggest|propose|pros?|cons?|trade-?off|at the price|if you (want|like|prefer)|ideally|please|one (way|possibility)|always a good idea|good practice|in general
    könnte\w*|man (kann|könnte|sollte)|alternativ|möglich\w*|vorschlag|empfehle|variante
    podr[ií]a\w*|se puede|alternativa|opci[oó]n|recomiendo|sugiero|si quieres|posible
    """,
)
PLACE = _words(
    "place",
    -0.5,
    r"lines? \d+\S*|line \d+|both (orders|tests|places)|the (failing|new|first|second|diff|stack ?trace)|zeile \d+|l[ií]nea \d+|two (suspects|places|things)|this (case|run|commit|branch|pr)",
)
ASSISTANT_SIGNS: tuple[Sign, ...] = (
    ATTEMPT,
    CAUSE,
    SURPRISE,
    FINDING,
    CONCRETE,
    WORK,
    OWN_WORK,
    OFFER,
    PLACE,
    HEDGE,
    DANGLING,
)
