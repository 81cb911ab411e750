"""Signs of a sentence that will still be of use weeks later: English, German, Spanish.

Of a kind that several signs show the first one counts.
"""

from __future__ import annotations

from mnemon_server.llm.sign import CONCRETE, Sign, words

SIGNS_FOR: tuple[Sign, ...] = (
    words(
        "decision",
        r"""
decided | we (have )?settled | settled on | we (all )?agreed | agreed (on|to|that|with) | signed off | going with
(we'?re|we are) (moving|going|using|dropping|switching|sticking|staying|keeping|migrating)
(we'?re|we are) (standardi[sz]ing|phasing|replacing|getting rid) | we'?ll (use|go|keep|stick|stay|drop|switch|move)
we (went|chose|picked|moved|switched|dropped|standardi[sz]ed|replaced|killed|ditched|retired|froze|adopted)
(is|are) (out|dead|gone|legacy|deprecated|frozen|final|history|not coming back) | stays?( at| on| in| as|,)
from now on | going forward | from here on | as of | no longer | not .{0,30}any ?more | the plan is | the deal is
(gets?|will be) (deleted|removed|replaced|dropped|retired|killed) | replaces? (it|them|the) | supersedes?
survives in | instead of | moved? (from|away from|off) | lands? in | wins? (on|over) | for good | entschieden
beschlossen | festgelegt | geeinigt | abgesegnet | ab (jetzt|sofort|heute) | künftig | zukünftig | in zukunft
bleib(t|en)( bei)? | wir (nehmen|gehen|steigen|setzen|bleiben) | fliegt raus | wird abgelöst | ist gestorben
nicht mehr | (hemos|habemos|se ha) (decidido|acordado|quedado) | quedamos en | a partir de (ahora|hoy)
de ahora en adelante | ya no | nos quedamos con | se queda | pasamos a | descartad[oa] | sustituye | en vez de
en lugar de
""",
        "decision",
    ),
    words(
        "failure",
        r"""
tried | attempted | gave up | didn'?t (work|help|fix|scale|survive) | went to hell | bit us | bites us | burned us
burnt | blew up | threw (it|them|that) out | backfired | ate (half|all|our) | (cost|costs) us | hid the problem
made (it|things) worse | back in \w+ | last (time|year|month|spring|summer|autumn|fall|winter|week) | a year ago
once (in|and|we|it) | years? ago | used to (use|have|do|run) | dead end | not worth it | rolled (it )?back
had to (revert|roll|rewrite|undo) | triggered | regretted
doesn'?t (render|scale|support|play|survive|handle|respect) | still (diverged|failed|leaked|crashed|broke)
the last (guy|person|one|team|time) | learned the hard way | been there | schon mal | probiert | versucht
letztes (jahr|mal) | damals | ging (nicht|schief|in die hose) | hat (nicht|nie) (funktioniert|geklappt) | hölle heiß
bringt nichts | gehen nicht | hatten wir | ya (lo )?(intentamos|probamos|hicimos) | lo intentamos
el (a[ñn]o|mes) pasado | no funcion[oó] | nos cost[oó] | se nos col[oó] | fue un (desastre|error) | acab[oó] en
nos pas[oó] | en (verano|primavera|oto[ñn]o|invierno)
""",
        "failed-approach",
    ),
    words(
        "preference",
        r"""
i (really |much |strongly |personally )?(prefer|like|hate|don'?t (like|want|need)|want|can'?t stand)
i (dislike|love it when|care about|never want|always want) | prefer(ably|red)? | rather
please (never|don'?t|do not|always|keep|stop|no) | keep (the|it|your|pr|commits?|comments?|answers?|them|things)
(no|without) (emojis?|fluff|filler|toasts?|comments?|boilerplate|jargon)
(less|more|short(er)?|terse|brief|concise|plain) (answers?|words|text|comments?|english|messages?) | nitpick
pet peeve | my (style|taste|preference) | annoy(s|ing|ed) | ugly | gloves | in (english|german|spanish|french)
over \w+, please | lieber | bevorzuge | bitte (nie|niemals|kein\w*|immer|weiter|nur|nicht) | mag (ich|kein\w*)
ich (will|möchte|hasse|mag|hätte gern) | auf (deutsch|englisch) | stört mich | prefiero | mejor (que|si)
por favor (no|nunca|siempre) | no quiero | no me gusta | me gusta | odio | en (espa[ñn]ol|ingl[eé]s) | me molesta
quiero que
""",
        "preference",
    ),
    words(
        "prohibition",
        r"""
(don'?t|do not|never|stop|avoid|no need to) (ever |even |just |please )?(?!know|think|see|have|worry|mind|want|need)\w+
no (?!i |it|that|we|the|problem|idea|worries|rush|wait|one|need)\w+[\w -]{0,30}(please|pls|in|at|here|ever|anywhere)
no (?!i |it|that|we|the|problem|idea|worries|rush|wait|one|need)\w+[\w -]{0,30}(anymore|for|on|after|before|,)
leave \w+.* alone | is out( for)? | is off limits
(nicht|nie|kein\w*) \w+.*(anfassen|ändern|benutzen|verwenden|verschicken|löschen|nutzen|einbauen|machen|schreiben)
bloß nicht | finger weg | daran darf sich nichts
no (metas?|uses?|toques?|toca|pongas?|hagas?|cambies?|subas?|llames?|borres?|mezcles?|actives?|quites?|a[ñn]adas?)
nada de | ni se te ocurra | no se (toca|puede|debe|permite|usa)
""",
        "convention",
    ),
    words(
        "norm",
        r"""
always | never | nobody | no ?one | nothing | everywhere | nowhere | every | each | all (our|the|of our) | only
must(n'?t| not)? | ha(s|ve) to | ha(s|ve) no | need(s)? to be | required | mandatory | forbidden | prohibited
(not|never) allowed | off[- ]limits | hands off | at (most|least) | max(imum)? | no exceptions? | without exception
under no circumstances | by convention | as a rule | by default | policy | supposed to | reserved for | ever
exactly one | one per | one line each | immer | nie | niemals | niemand | nur | ausschließlich | grundsätzlich
überall | jede[rnms]? | kein(e|en|er|em)? | muss | müssen | darf | dürfen | nichts | verboten | pflicht | siempre
nunca | jam[aá]s | nadie | solo | s[oó]lo | [uú]nicamente | todos? (los|las) | cada | ning[uú]n\w* | nada | hay que
debe[n]? | tiene[n]? que | prohibido | obligatorio
""",
        "convention",
    ),
    words(
        "habit",
        r"""
we (?!could|should|might|were|can\b|would|may|will see|need (a|an|to)\b|have an? \w*(bug|issue|problem))\w+ | here
in this (repo|codebase|project|firmware|app|team|company|module|package|one) | (in|on) our | across (the|our)
around here | on this team | our (?!users? (see|report|complain))\w+ | (lives?|live) (in|on|under|at)
goes? (in|into|to|through|under) | belongs? (in|to|on)
(is|are) (named|called|written|stored|kept|done|built|generated|managed|owned|handled)
(is|are) (deployed|released|tagged|pinned|versioned|prefixed)
wir (?!könnten|sollten|müssten|haben (ein|das) problem)\w+ | bei uns | hier (nie|immer|nur) | unser\w*
in (diesem|unserem) (repo|projekt|code)\w* | machen wir | aqu[ií] | nosotros | nuestr[oa]s?
en este (repo|proyecto|equipo)
(usamos|ponemos|hacemos|guardamos|llevamos|tenemos|trabajamos|dejamos|seguimos|vamos con)
""",
        "convention",
    ),
    words(
        "correction",
        r"""
(is|are|was) wrong | actually | no wait | not [`\w./-]+[,.] | , not (the )?[`\w] | isn'?t (the|a|in|on)
(that|this|it) (was|is) (outdated|old|stale|obsolete) | out of date | not true | mixing (that|it|them) up | misread
the other way (a)?round | even if the \w+ (says|pretends|claims) | is the \w+ (app|one|name|port|team) | the real
used to be | stimmt (nicht|so nicht) | falsch | inzwischen | veraltet | seit dem umbau | andersrum
nicht mehr aktuell | in wirklichkeit | eigentlich | verwechsel\w* | en realidad | ojo | ya no vale | est[aá] mal
al rev[eé]s | no es (el|la|un|una|as[ií]) | desactualizad[oa] | equivocad[oa] | ahora es
""",
        "correction",
    ),
    words(
        "fact",
        r"""
(is|are|has|have)
(runs?|comes?|counts?|reports?|contains?|means?|sends?|needs?|takes?|points?|stores?|starts?|shows?)
(dips?|hangs?|returns?|lands?|syncs?|rotates?|lists?|expects?|ships?|sits?|expires?|listens?|speaks?)
(requires?|supports?|accepts?|treats?|purges?|hand|wear|hate|carry|lives?|uses?|belongs?|gets?|works?)
(fails?|breaks?) | ist | sind | hat | haben | liegt | liegen | läuft | laufen | steht | sitzt | hängt | sendet | kommt
kommen | heißt | braucht | beginnt | gilt | gelten | werden | wird | es | son | est[aá]n? | tiene[n]? | llega[n]?
viene[n]? | significa | usa[n]? | corre[n]? | vive[n]? | manda[n]? | guarda[n]? | tarda[n]?
se (redondea|regenera|guarda|usa|ponen?|pierde)\w*
""",
        "fact",
    ),
    words(
        "attempt",
        r"""
(first|second|earlier|initial|previous|other) (attempt|try|approach|version|idea)
(didn'?t|did not) (work|help|hold|fix) | i tried | tried
still (diverged|failed|leaked|crashed|broke|hung|deadlocked) | made (it|things) worse | dead end | doesn'?t help
ruled out | abandoned | reverted | (erster|zweiter|mein) versuch | hat nicht (funktioniert|geholfen|gereicht)
bringt nichts | sackgasse | verworfen | (mi primer|el primer) intento | no (funcion[oó]|sirvi[oó]|ayud[oó]|bast[oó])
lo intent[eé] | descartad[oa]
""",
        "failed-approach",
    ),
    words(
        "cause",
        r"""
because | since | due to | caused by | came from | comes from | root cause
so (that |it|any|the|a|an|every|no|nothing|with|unless) | , so | which (means|makes|is why) | unless | otherwise
whereas | even (if|though|when) | as soon as | whenever | as long as | on every | every time | therefore | hence
means that | the reason | that is why | depends on | relies on | instead of | rather than | or (memory|it|the)
despite | although | without any | weil | da | sobald | deshalb | dadurch | wodurch | sodass | deswegen | führt dazu
entsteh(t|en) | verursacht | obwohl | immer wenn | solange | liegt daran | hängt .* ab | statt | porque | ya que
por eso | as[ií] que | de modo que | por lo que | debido a | cada vez que | en cuanto | aunque | hay que | depende de
en vez de | salvo que | a menos que
""",
        "fact",
    ),
    words(
        "surprise",
        r"""
silently | never | only | no longer | not [^.]{1,40} but | contrary | actually | significant | different(ly)?
never(theless)? | still | undocumented | stale | twice | wrong(ly)? | unseeded | ignores? | swallow(s|ed) | drops?
loses? | leaks? | duplicates? | overwrites? | rejects? | truncates? | caps? | skips? | counts? | requires? | must
can(not|'t) | may (not )?\w+ | isn'?t | doesn'?t | aren'?t | won'?t | don'?t | nothing | no \w+ (at all|whatsoever)
by design | at most | at least | exactly | permanently | stillschweigend | nur | nie | niemals | nicht mehr | immer
doppelt | ohne | kein\w* | erwartet | muss | darf | nicht | sin (que|avisar|error) | nunca | solo | s[oó]lo | siempre
ya no | ning[uú]n\w* | no tiene | no \w+ | tiene que | debe
""",
        "fact",
    ),
    words(
        "reason",
        r"""
because | cuz | 'cause | so that | otherwise | or else | that'?s why | due to | ever since
since (?!the (update|last))\w+ | unless | or (it|they|we|you)(?:'ll| will)?
so (it|we|they|you|whatever|the|a|an|any|nothing|no|real|ranking|rollback|there)
for (legal|historical|compliance|performance|security) reasons | even (if|though) | whereas | no matter | in case
by design | on purpose | thanks to | , as \w+ | weil | sonst | deshalb | deswegen | daher | damit | denn | sodass
da (es|gibt'?s|wir|die|der|das|ist|sie) | obwohl | egal | sobald | wegen | porque | ya que | por eso | as[ií] que
si no | de modo que | para que | debido a | puesto que | que (el|la|los|las) \w+ | pues | aunque | por culpa de
""",
    ),
    words(
        "told",
        r"""
fyi | btw | by the way | heads[- ]up | note( that)? | keep in mind | bear in mind | remember | careful | beware
watch out | for the record | one more thing | just so you know | important | ps | for (future )?reference
for context | in general | generally | also | oh and | mind you | worth knowing | so you know | reminder | ground rule
rule | übrigens | achso | nur damit du | was mir noch einfällt | wichtig | zur info | noch was | vorsicht | achtung
merk dir | denk dran | generell | fürs protokoll | wobei | und | por cierto | ojo | que sepas | recuerda | importante
para que (lo )?sepas | ten en cuenta | cuidado | en general | lo que s[ií] | otra cosa | ah y
""",
    ),
    words(
        "finding",
        r"""
turns? out | turned out | (one|another) (finding|detail|surprise|caveat|gotcha|catch|thing|more thing)
i (noticed|found|discovered|learned) | found (that|out) | noticed | worth (knowing|noting|mentioning|remembering)
careful( with)? | beware | by the way | note( that)? | side note | heads[- ]up | finding | result | gotcha | caveat
lesson | explanation | reason | verified | confirmed | measured | proved | the (actual|real|underlying|root) \w+
culprit | important | ergebnis | noch ein fund | aufgefallen | stellt sich heraus | hat sich gezeigt | herausgefunden
ursache | grund | achtung | wichtig | nebenbei | hinweis | übrigens | festgestellt | gefunden | resulta que
un detalle | he (visto|encontrado|descubierto|comprobado) | encontr[eé] | la causa | el motivo | ojo | cuidado
por cierto | importante | descubr[ií] | el cuello de botella
""",
    ),
    CONCRETE,
)
