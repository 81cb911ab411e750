"""Keys, tokens and passwords out of a text before anything is stored.

Every repetition in the patterns has an end, or can begin in one place only: a text of any shape takes linear time.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable

from mnemon_server.llm.sign import either

HIDDEN = "[secret removed]"

# Shapes that issuers give their keys, and whole blocks of a key.
_ISSUED = r"""
gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|sk-(?:ant-|proj-|live-)?[\w-]{16,}
[srp]k_(?:live|test)_\w{10,}|whsec_\w{10,}|A(?:KIA|SIA|ROA|IDA)[A-Z0-9]{12,}|AIza[\w-]{30,}|ya29\.[\w-]{20,}|npm_\w{20,}
pypi-[\w-]{20,}|hf_\w{20,}|dop_v1_\w{20,}|fo1_[\w-]{20,}|FlyV1 \S{20,}|SG\.[\w-]{10,100}\.[\w-]{10,}|EAA\w{20,}
shp(?:at|ss|ca|pa)_\w{16,}|AGE-SECRET-KEY-\w+|hv[sb]\.\w{16,}|eyJ[\w-]{8,1000}+\.[\w-]{8,}(?:\.[\w-]*)?
sntry[su]_[\w+/=.-]{8,}|figd_[\w-]{16,}|lin_api_\w{20,}|gsk_\w{20,}|r8_\w{30,}|sq0[a-z]{3}-[\w-]{20,}
dckr_pat_[\w-]{20,}|key-[0-9a-f]{32}|s\.[A-Za-z0-9]{24}|(?:SK|AC)[0-9a-f]{32}|\d{8,10}:AA[\w-]{30,}
"""
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]{0,40}(?:PRIVATE KEY|CERTIFICATE)[A-Z ]{0,40}-----.*?(?:-----END [A-Z ]{0,60}-----|\Z)"
    rf"|\b(?:{either(_ISSUED)})"
    r"|\bhttps://hooks\.slack\.com/\S+|\bhttps://discord(?:app)?\.com/api/webhooks/\S+",
    re.DOTALL,
)
# A slash may belong to a password, but what begins like a port is one.
_IN_ADDRESS = re.compile(
    r"(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}+://[^\s:/@]{0,80}+):(?:[^\s/]{1,200}|(?!\d{1,5}/)[^\s@]{1,200})@",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\b(authorization[\"']?[^\S\n]{0,3}[:=][^\S\n]{0,3}[\"']?"
    r"(?:bearer|basic|token|digest|apikey)[ ]{1,3})[^\s\"'`,;]{6,}"
    r"|\b(basic[ ]{1,3})(?=[a-z+/]{0,60}[\d=])[a-z0-9+/=]{12,}",
    re.IGNORECASE,
)
_COOKIE = re.compile(
    r"\b((?:set-)?cookie[\"']?[^\S\n]{0,3}[:=][^\S\n]{0,3}[\"']?[\w.-]{1,60}=)[^\s\"';]{4,4000}"
    r"(?:;[ ]?[\w.-]{1,60}=[^\s\"';]{1,4000}){0,30}",
    re.IGNORECASE,
)
# `curl -u name:password`; `mysql -pHunter22`; `sshpass -p word`.
_OPTION = re.compile(
    r"(?<!\S)((?:-u|--user)[ =]?[\"']?(?!\d{1,6}:\d)[^\s:\"']{1,80}:)[^\s\"']{4,200}"
    r"|(?<!\S)(-p[\"']?)(?!\d{1,5}:)(?=[a-z_-]{0,60}[A-Z\d!$%&#@?+*~^])(?=[\d!$%&#@?+*~^_-]{0,60}[A-Za-z])"
    r"[^\s\"']{6,200}"
    r"|\b(sshpass[ ]{1,3}-p[ ]?)(?:'[^'\n]{1,200}'|\"[^\"\n]{1,200}\"|[^\s\"']{1,200})"
)
_SIGNED = re.compile(r"([?&](?:x-amz-signature|sig|signature)=)[^\s&\"'<>]{8,}", re.IGNORECASE)

# A telling word stands alone or is a part of a name: `DB_PASSWORD`, `api-key`, `clientSecret`; not `mapping`.
_TELLING = r"""
secret(?:[_ -]?(?:access[_ -]?)?keys?)?|token|(?:api|access|private|account|master|signing|encryption|auth)[_ -]?keys?
secrets|pwd|pw|pass(?:code|key)s?|credentials?|creds?|pin[ -]?code|(?:backup|recovery)[ -]code|bearer|login
geheimnis|geheimzahl|zugangs(?:daten|code)|schlüssel|claves?|secretos?|credencial(?:es)?
"""
_PART = r"(?:(?<![^\W_])|(?-i:(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])))"
_WORD = re.compile(
    r"(?!(?<=\[)secret removed\])"
    rf"(?:passwor[dt]s?|passwd|passphrase|passwörter|kennw[oö]rt(?:er)?|contrase[ñn]as?|{_PART}(?:{either(_TELLING)})"
    rf"|(?P<weak>{_PART}(?:pass|authorization))|(?P<pin>(?<![\w-])pin(?![\w-])))"
    r"(?P<rest>\d{0,2}(?:[_-][\w-]{0,40}+|(?-i:[A-Z])\w{0,30}+)?+)(?!\w)",
    re.IGNORECASE,
)
# `token_count` and `secret-manager` speak of something else; after `secret-sharing` only a sign of equality tells.
_HARMLESS = re.compile(
    r"(?:count|limit|type|name|length|size|ttl|polic(?:y|ie)|file|path|field|ur[li]|endpoint|manager|rotation|expiry|store"
    r"|expir(?:es|ation)|prefix|reset|bucket|budget|based|protected|provider|service|scope|usage|version|column|label)s?$",
    re.IGNORECASE,
)
_OF_A_VALUE = re.compile(r"^\d*$|key|token|secret|pass|val", re.IGNORECASE)
_SCOPE = r"[^\S\n]{1,3}(?:for|of|on|to|in|at|für|von|vom|zu[mr]?|im|am|auf|bei|del?|para|en)(?:[ ][\w.'-]{1,24}+){1,5}?"
_BETWEEN = r"""
is|are|was|were|be|been|has|had|now|currently|still|got|set|changed|reset|updated|rotated|to|as|ist|sind|war|wurde|lautet
heißt|jetzt|nun|aktuell|auf|als|zu|geändert|gesetzt|es|son|era|fue|ha|sido|se|ahora|cambió|cambiad[oa]|a|como
"""
_EQUALS = re.compile(
    rf"[\"'`*_)\]]{{0,3}}+(?P<scope>{_SCOPE})??[^\S\n]{{0,3}}"
    r"(?P<sign>:[ ]?(?:str|string|SecretStr)[ ]?=|:=|={1,3}>?|->|[:：])[*_]{0,2}+[^\S\n]{0,3}",
    re.IGNORECASE,
)
_SAYS = re.compile(
    rf"[\"'`*_)\]]{{0,3}}+(?:{_SCOPE})?(?:[^\S\n]{{1,3}}(?:{either(_BETWEEN)})(?=\s)){{1,5}}+[^\S\n]{{1,3}}",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[^\S\n]{1,3}")
# `admin / Hunter22` after `login` or `credentials`.
_NAME_BEFORE = re.compile(r"[\w.@-]{1,40}[ ]{0,2}[/:|][ ]{1,2}")
_QUOTED = re.compile(r"[(*]{0,2}([\"'`])(?P<value>[^\n]{4,200}?)\1")
_RUN = re.compile(r"[(\"'`*]{0,2}(?P<value>[^\s\"'`,;]{4,})")
_DIGITS = re.compile(r"\d{4,12}(?![\w/-]|\.\d)")
_SECOND = re.compile(
    rf"(?<={re.escape(HIDDEN)})[\"'`]?[^\S\n]{{0,2}}(?:,|/|\b(?:or|and|then|oder|und|o|u|y)\b)[^\S\n]{{1,2}}(?=[^\s,;]{{6}})",
    re.IGNORECASE,
)
_NEXT = re.compile(r"[^\S\n]{1,3}([a-zà-ÿ]+)")
_FOLLOWS = frozenset(
    "for on in at and is as which from to but or then with by that it please now"
    " für auf ist und oder im am bitte para en es y o".split()
)

# What stands where a value would, and is none: a reference, a call, a place, the name of a type.
_REFERENCE = re.compile(
    r"\[secret|https?://|\$[{(]|\$[A-Z][A-Z0-9_]{0,80}$|\{\{|<|%\(|(?:self|this|settings|config|env|req|request)\."
    r"|process\.env|os\.(?:environ|getenv)|import\.meta|[A-Za-z_.]{1,60}+\(|[*•x.…_-]{1,60}+$"
    r"|(?:~|\.\.?)?(?:/[\w.-]{1,60}+){1,20}+/?$"
    r"|(?:string|boolean|number|object|undefined|required|optional|missing|invalid|expired|inherit|SecretStr)$"
)
_ORDINARY = re.compile(
    r"(?:base-?\d\d|sha-?\d|md5|argon2|utf-?\d|[hr]s256|es256|aes-?\d|oauth2?|x509|ipv[46]|(?:us|eu|ap|sa|ca)-[a-z]{1,20}-\d"
    r"|v?\d{1,6}+(?:\.\d{1,6}+){1,5}+(?![\w!]))|[\w.+-]{1,60}+@[\w-]{1,60}+\.[\w.-]{1,60}+$|[a-z_-]{1,60}v\d{1,3}$"
    r"|\d{1,6}+[a-z]{3,20}s$|[\w./-]{1,60}\.(?:ya?ml|json|py|ts|js|md|txt|toml|env|pem|key|go|rs|sh|tf)$",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LONG = re.compile(r"(?<![\w/.-])[A-Za-z0-9+/_=-]{28,}(?![\w/.-])")
_RANDOM = 3.7  # bits per character; words joined by signs stay below


def redacted(text: str) -> str:
    """`text` with every secret replaced by a note that one was there."""
    text = _SHAPES.sub(HIDDEN, text)
    text = _IN_ADDRESS.sub(rf"\1:{HIDDEN}@", text)
    for pattern in (_HEADER, _COOKIE, _OPTION, _SIGNED):
        text = pattern.sub(_hide_rest, text)
    text = _without(text, _WORD, _named)
    text = _without(text, _SECOND, _another)
    return _LONG.sub(lambda found: HIDDEN if _is_random(found[0]) else found[0], text)


def _hide_rest(found: re.Match[str]) -> str:
    kept = next(filter(None, found.groups()))
    return found[0] if found[0].startswith("[secret", len(kept)) else kept + HIDDEN


Span = tuple[int, int]


def _without(text: str, pattern: re.Pattern[str], value: Callable[[str, re.Match[str]], Span | None]) -> str:
    """`text` without the values that a place in it leads to; what lies within a value leads nowhere."""
    parts, done = [], 0
    for place in pattern.finditer(text):
        span = value(text, place) if place.start() >= done else None
        if span:
            is_shown = _REFERENCE.match(text[slice(*span)])
            parts += [text[done : span[0]], text[slice(*span)] if is_shown else HIDDEN]
            done = span[1]
    return "".join((*parts, text[done:]))


def _named(text: str, word: re.Match[str]) -> Span | None:
    """`password: ...`, `the token for staging is ...`, `pin 4711`: where the value stands, if one does."""
    if _HARMLESS.search(word["rest"]):
        return None
    equals = _EQUALS.match(text, word.end())
    if equals:
        is_certain = not (word["weak"] or word["pin"] or equals["scope"])
        return _value(text, equals.end(), word, sign=equals["sign"] if is_certain else "")
    if not _OF_A_VALUE.search(word["rest"]) or word["weak"]:
        return None
    says = _SAYS.match(text, word.end())
    if says:
        return _value(text, says.end(), word)
    space = _SPACE.match(text, word.end())
    return _value(text, space.end(), word, fewest_digits=6) if space else None


def _another(text: str, place: re.Match[str]) -> Span | None:
    span = _run(text, place.end())
    return span if span and _is_strong(text[slice(*span)]) else None


def _value(text: str, start: int, word: re.Match[str], sign: str = "", fewest_digits: int = 4) -> Span | None:
    """`sign` is what set word and value equal: then anything but prose is a value."""
    quoted = _QUOTED.match(text, start)
    if quoted and not word["pin"]:
        return quoted.span("value") if sign or len(quoted["value"]) >= 6 else None
    span = _run(text, start)
    if not span:
        return None
    value = text[slice(*span)]
    if _DIGITS.fullmatch(value):
        return span if _DIGITS.match(text, span[0]) and (word["pin"] or len(value) >= fewest_digits) else None
    if word["pin"]:
        return None
    if _is_strong(value) or (sign and len(value) >= 6 and not (sign == ":" and _is_prose(text, value, span[1]))):
        return span
    before = _NAME_BEFORE.match(text, start)
    return _another(text, before) if before else None


def _run(text: str, start: int) -> Span | None:
    found = _RUN.match(text, start)
    if not found:
        return None
    begin, value = found.start("value"), found["value"].rstrip(".:)]}>*?")
    return (begin, begin + len(value)) if len(value) >= 4 else None


def _is_prose(text: str, value: str, end: int) -> bool:
    """`password: ask the platform team` is; `password: sunshine for the guests` is not."""
    follows = _NEXT.match(text, end)
    return bool(follows and follows[1] not in _FOLLOWS and _PLAIN.fullmatch(value))


def _is_strong(value: str) -> bool:
    """Letters with digits or signs among them, as no word has them; or more letters than a word has."""
    value = value.strip("*_")
    if len(value) < 6 or _ORDINARY.match(value):
        return False
    if re.fullmatch(r"[A-Za-z]{21,}", value):
        return True
    return bool(re.search(r"[^\W\d_]", value) and re.search(r"\d|[!$%&#@?+*~^=].", value))


def _is_random(word: str) -> bool:
    """A commit hash is no secret; a mix of digits and letters without a pattern is one."""
    if (
        re.fullmatch(r"[0-9a-f]{7,40}|[0-9a-f-]{36}|[0-9a-f]{64}", word)
        or not re.search(r"\d", word)
        or not re.search(r"[A-Za-z]", word)
    ):
        return False
    counts = Counter(word)
    bits = -sum(count / len(word) * math.log2(count / len(word)) for count in counts.values())
    return bits >= _RANDOM
