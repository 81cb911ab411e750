"""Words that prompts about anything share: a match of one of them says little about what a memory is about.

The vault's own frequencies say so too, once it is large; in a small one every word is rare.
"""

from __future__ import annotations

import unicodedata

_WORDS = """
able accept access account across action actual add address advice again ago agree ahead allow already alright also
alternative although always amount annoying another answer anybody anymore anyone anything anyway api app appear
application apply approach argument around article ask asked aspect assume attempt available avoid away awesome back
background bad base basic basically become before begin behave behavior behaviour behind believe best better big
bigger bit blank block blog body book boss both bottom box branch break brief bring broken browser bug build built
bunch button buy call came cannot care case cat catch cause center certain chance change character chart chat check
choice choose class clean clear click client close code coffee collect color colour column com combine come command
comment commit common community company compare complete completely compress computer concept config configuration
configure confirm connect connection consider contact contain content context continue convert cool copy correct cost
could count couple course cover crash create current currently custom customer cut dark data database date day days
deal debug decide decision deep default define delete deploy depend describe description design desk detail details
dev develop developer device diagram didn difference different difficult direct directly directory discuss display doc
docs document documentation doesn doing domain double download draft draw drop dumb duplicate early easier easily easy
edge edit editor either element else email empty enable end english enough ensure entire entry environment equal error
especially etc even event ever every everyone everything exactly example except exist exit expect expected explain
explanation export extra fail failed failing fails false familiar family far fast faster feature feel fetch few field
figure file files fill filter final finally fine finish first fit fix fixed flag flow focus folder follow following
font foo footer forget form format forward found free fresh friday friend friendly front full fun func function
further future game general generally generate generic german github git give given glad go goal goes going gone good
google got great green ground group grow guess guide half hand handle handy happen happens happy hard hash hate header
hear hello help helper here hey hi hide high hint hit hold home honest hope host hour hours house how html http https
huge hundred icon idea ideally ignore image imagine implement implementation import important improve include
including increase index individual info information initial input inside install instance instead int interesting
interface internal internet into invoice involve issue item items java javascript job join json judge jump keep kernel
key kind kinda kindly know label language laptop large last later latest launch layer layout lead learn least leave
left length less let letter level library life light like likely limit line lines link linux list little live load
local locale log logic login logo long longer look looking looks lose lot lots love low mac machine mail main maintain
major manage manager many map mark markdown match matter max maybe mean means measure meeting memory mention menu
merge message method middle might min mind minor minute minutes miss missing mobile mode model modern module moment
monday money month morning most mostly mouse move much multiple music must name named names near nearly necessary need
needed needs network never new next nice night nobody node none normal normally note notes nothing notice now null
number numbers object obvious occur odd of offer office often okay old once one ones online open operation opinion
option options order original others otherwise output over overview own package page pages paragraph parameter parse
part particular parts party pass password past paste path pattern pay people perfect perhaps period person phone photo
phrase pick picture piece pin place plain plan platform play plus point points polite poor popular port position
possible post pr practice prefer prepare present presentation press pretty prevent previous price print probably
problem problems process produce product profile program programming progress project proper properly property provide
public publish pull pure purpose push put python quality query question quick quickly quite random range rather raw
read reader readme ready real really reason recent recommend record red reduce refactor refer reference related
relevant reliable remember remote remove rename render repeat replace reply repo report repository request require
required research reset resize resource response rest restart result results retention return review rewrite rid right
role root round row rows rule run running safe said sale sales same sample sane save saw say saying says scale scan
schedule school screen screenshot script scroll search second seconds section see seem seems seen select send sense
sensible sent sentence separate series serious server service session set setting settings setup several shape share
shell shift short shorten shorter should show shown side sign similar simple simply since single site situation size
sizes skip sleep slide slow small smaller smart snippet social soft software some someone something sometimes
somewhere soon sorry sort sorted sound source space speak special specific speed spell spend split spot sql stage
stand standard start started starts state statement static statistics status stay step steps still stop stopped store
story straight strange stretch string strings strip strong structure stuff stupid style subject suddenly suggest
suggestion suitable summarize summary sunday super support supposed sure swap switch symbol sync syntax system table
tag take taken talk target task team tell template term terminal test tested testing tests text thank thanks theme
thing things think third thought three throw thursday ticket tidy till time times tip title today together told
tomorrow tone tonight too took tool tools top topic total touch toward track translate tree trick tricky tried trip
trouble true try trying tuesday turn tutorial tweak two type typed typing typo typos ubuntu ugly under understand
unique unit unless until unused update updated upgrade upload upper url usage use used useful user users uses using
usual usually valid value values variable variables vendor verify version versions very via video view visible wait
want wanted warn warning warnings watch water way ways weather web webpage website wednesday week weekend weeks weird
well went white whole wide width wifi will window windows wish within without won wonder wondering word wording words
work working works world worry worse worst worth would wrap write writing written wrong wrote xml yaml year years yes
yesterday yet young zero zip whatever whenever wherever coverage android aws azure chrome css docker excel firefox ios
iphone jira mysql outlook postgres postgresql powerpoint react redis sheets slack teams typescript vscode aber ab am
an auf aus bei bin bis das dem den der des die du ein eine er es für hat ich ihr im in ins ist man mit oder sie so um
und uns von war wie wir zu alle allem allen aller alles als andere anderen anders anfrage anlegen antwort antworten
auch aufgabe ausgabe bauen bedeutet beim beispiel bekommen besser bitte brauche brauchen bringt dabei dafür daher
danach dann daran darf darin darum darüber dass datei dateien daten davon dazu deinem denn dessen deshalb dies diese
dieser dieses doch dort durch eben eigentlich einen einem einer eines einfach eingabe einige endlich erklär erklären
erste erstellen erstmal etwas euch euer fehler fertig finde finden firma folgende frage funktion funktioniert ganz gar
geben gegen gehen geht genau genug gerade gerne gibt ging gleich große großen guten habe haben hallo halt hast hatte
heute hier hilf hilfe hinter hinzufügen ihnen ihre immer irgendwie jede jeden jeder jedes jemand jetzt kann kannst
kein keine keinen klasse kleine können könnte könntest kurz kurze kurzen lange lass lassen leider letzte liegt liste
machen macht mache mach mehr mein meine meinen meiner mich mir möchte morgen muss müssen nach nachricht neu neue neuen
neuer neues nichts noch nur ob oben ohne ordner passiert paar projekt prüfen recht richtig sage sagen satz schau
schauen schon schreib schreiben schreibe sehr sehen seite seit sein seine selbst sicher sieht sind skript soll sollen
sollte sonst später spalte statt stehen steht stelle stellen suche teil testen tun über überhaupt übersetze übersicht
uhr unten unter vielen viel viele vielleicht vom vor wann warum was weil weiß weiter welche welchen welcher welches
wenig wenn wer werden werte wert wieder wieso wird wirklich woche wollen worden wurde wurden würde zahl zeig zeige
zeigen zeile zeilen zeit ziemlich zuerst zum zur zurück zwei zwischen a al ademas además de e el en la las los lo le
les que y se su o un una unos unas con para por agrega agregar ahi ahí ahora algo alguien alguna alguno algunos alli
allí ante antes año años añade añadir aparece aplicacion aplicación aqui aquí archivo archivos arregla arreglar asi
así aun aún aunque ayuda ayudar bien boton botón buen buena bueno cada cambia cambiar cambio campo carpeta casi caso
cierto clase cliente código codigo columna comando como cómo completo comprueba correo correos cosa cosas crea crear
creo cual cuál cualquier cuando cuándo cuanto cuenta da dame dar dato datos debe deberia debería decir deja dejar del
dentro desde despues después dia día días dice diferencia dime donde dónde durante ejemplo ellos empezar encontrar
entonces entre era eres errores esa ese eso esos esta está estaba estan están estar este esto estos estoy explica
explicar explícame fallo falta fecha fichero fila fin forma función funcion funciona gracias grande gran guardar gusta
ha hace hacer haces hacia haga hago hasta hay haz hecho hola hoy igual importa informe ir lado leer línea linea lista
listado llama luego lugar mal mañana manda mandar manera mas mayor me mejor menos mensaje mes mi mientras mira mismo
momento mostrar mucho muestra muy nada nadie necesito ni ningun ningún nombre nos nosotros nota nueva nuevas nuevo
nuevos número numero nunca opción opcion otra otras otro otros página pagina palabra palabras parece parte pasa pasar
paso pequeño pero poco podemos poder podría poner pone pongo porque posible prefiero pregunta primera primero problema
programa prueba puede pueden puedes puedo pues punto quién quien quiere quieren quiero quita quitar rápido resultado
sabe saber saca sacar sea según segun seguro semana ser será servidor si sí sido siempre sigue sin sino sistema sobre
solo sólo son soy sus tabla tal también tambien tanto tarde tarea te tema tener tengo texto tiempo tiene tienen tienes
toda todas todavía todo todos trabajo traduce traducir tradúceme tras tres tu tus último usa usar uso usuario usuarios
vale valor vamos varios veces ver versión vez vista volver voy vuelve ya
"""
_ENDINGS = ("ing", "ed", "es", "er", "en", "s", "e", "n")


def is_common(token: str) -> bool:
    """Whether a token of the word index, so without diacritics, is one of these words or an inflection of one."""
    if token in _COMMON:
        return True
    return any(token.endswith(ending) and token[: -len(ending)] in _COMMON for ending in _ENDINGS)


def _folded(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


_COMMON = frozenset(_folded(_WORDS).split())
