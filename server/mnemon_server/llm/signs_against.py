"""Signs of a sentence of the moment: doubts, symptoms, orders, progress, offers. English, German, Spanish."""

from __future__ import annotations

from mnemon_server.llm.sign import DANGLING, ORDER, ORDER_WITHIN, WORK, Sign, words

SIGNS_AGAINST: tuple[Sign, ...] = (
    words(
        "hedge",
        r"""
maybe | perhaps | might | (could|would|should) (also |just |even |then |be |use |go |try |help|have|like|we|i|it)
should (we|i) | what if | i (think|guess|believe|suppose|wonder|assume) | not sure | no idea | dunno | probably
possibly | it seems | seems (like|to) | apparently | supposedly | if we ever | let'?s see | thinking (about|of)
in theory | imagine | pretend | say we | some ?day | i'?d (also|love|like|replace|say|go|suggest|list) | most likely
almost certainly | presumably | vielleicht | evtl | eventuell | könnte(n)? | sollte(n)? (wir|man) | wäre(n)?
würde(n)? | glaub(e)? | denke | vermutlich | wahrscheinlich | keine ahnung | mal sehen | überlege | angeblich
mögliche? | quiz[aá]s? | tal vez | igual (lo|la|ni|es|no) | a lo mejor | podr[ií]a\w* | deber[ií]a\w* | creo | supongo
no s[eé] (si|qu[eé]|c[oó]mo) | ser[ií]a | estoy pensando | me parece | propongo | probablemente | parece que
""",
    ),
    words(
        "undecided",
        r"""
(haven'?t|have not|hasn'?t|not) (yet )?(decided|settled|agreed|made up) | undecided | back and forth | /s
dont do anything about it | up in the air | still (thinking|debating|discussing) | none of that was
not (decided|final) yet | remind me | (ignore|forget) (it|that|this|all|everything) | just kidding | jk | as if
yeah right | great idea | thinking out loud | hypothetically | (noch )?nicht (entschieden|beschlossen|final)
überlege noch | steht noch nicht fest | ironie | scherz | spaß beiseite
no (he|hemos|lo he|tengo|lo tengo) (decidido|claro|nada claro) | todav[ií]a no s[eé] | est[aá] por decidir | es broma
ni idea
""",
    ),
    words(
        "local",
        r"""
today | tomorrow | tmrw | yesterday | right now | for now | just now | this time | next time | tonight
this (morning|afternoon|week|branch|pr|commit|file|test|function|one) | in a (sec|minute|bit) | yet | again
over the weekend | before i | until i | at the moment | the (failing|broken|second|first|last) (test|one|commit)
while you('re| are) at it | then | first | heute | morgen | gestern | gerade | jetzt( mal)? | erstmal | erst | später
diesmal | seit dem update | noch (nicht|mal) | gleich | hoy | ma[ñn]ana | ayer | ahora mismo | luego | de momento
por ahora | todav[ií]a | esta (vez|tarde|noche) | el lunes
""",
    ),
    words(
        "symptom",
        r"""
(doesn'?t|does not|isn'?t|not) (work|start|build|compile|load|show|run)\w* | fail(s|ed|ing)? | crash(es|ed|ing)?
panics? | broken | vanish(es)? | jitters? | freez(es|ing) | complain(s|ing)? | climbing | paged | wants to
keeps? (failing|crashing)
(throws|gives|says|shows|get|getting|got) (me )?(an? )?(error|exception|warning|404|500|nothing)
is (slow|down|red|behind|empty|off) | too good | reboot | stuck | timeouts? | why | läuft .*nicht | geht nicht
funktioniert nicht | schlägt fehl | kaputt | leere[rn]? | hängt( sich)? | fehler | abgestürzt
doppelte nummern vergeben | no (funciona|arranca|carga|sale|aparece) | falla | fallan | se (cuelga|cae|queja|quejan)
salen? (mal|con) | tarda \d+ | est[aá] (roto|ca[ií]do) | error
""",
    ),
    words(
        "feedback",
        r"""
thanks | thx | thank you | lol | omg | awesome | perfect | makes sense | love it | good (catch|job|point) | well done
looks (good|right|fine) | works( now)? | got it | understood | sweet
you (put|wrote|added|made|broke|forgot|changed|missed|said) | your (test|fix|change|code|patch|version|last) | danke
super | passt | stimmt | du hast | dein\w* | gracias | perfecto | genial | has (puesto|hecho|roto)
tu (c[oó]digo|cambio)
""",
    ),
    words(
        "own work",
        r"""
i (\w+ed|left|have|haven'?t|didn'?t|did not|can|could|will|would|set|kept|also|only|wrote|put|made|ran)
i'(ll|ve|m|d) | is (in place|green|clean|written|done|up|ready|through|nullable|gone now|fixed)
are (green|done|in place|on `?main) | pass(es|ed)?( now)? | tests? (pass|green) | went from
now (runs|uses|points|returns|throws|handles|logs|prints) | shall i | should i | want me | let me know | would you
ich (habe|hab|werde|kann|könnte|rühre) | sind grün | ist grün | soll ich | habe ich | läuft jetzt | bricht .* jetzt
funktioniert | he (a[ñn]adido|cambiado|movido|quitado|dejado|puesto) | voy a | puedo | pasan los | en verde
lo dej[eé] | quieres que
""",
    ),
    words(
        "offer",
        r"""
would (fix|be|need|help|work|make|also) | could | we could | you could | you can | can be | might | alternatively
option | options | candidates | either | recommend | suggest | propose | pros? | cons? | trade-?off | at the price
if you (want|like|prefer) | ideally | please | one (way|possibility) | always a good idea | good practice | in general
könnte\w* | man (kann|könnte|sollte) | alternativ | möglich\w* | vorschlag | empfehle | variante | podr[ií]a\w*
se puede | alternativa | opci[oó]n | recomiendo | sugiero | si quieres | posible
""",
    ),
    words(
        "place",
        r"""
lines? \d+\S* | both (orders|tests|places) | the (failing|new|first|second|diff|stack ?trace) | zeile \d+
l[ií]nea \d+ | two (suspects|places|things) | this (case|run|commit|branch|pr)
""",
    ),
    ORDER,
    ORDER_WITHIN,
    DANGLING,
    WORK,
)
