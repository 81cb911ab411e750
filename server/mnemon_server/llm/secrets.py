"""Keys, tokens and passwords out of a text before anything is stored."""

from __future__ import annotations

import math
import re
from collections import Counter

from mnemon_server.llm.sign import either

HIDDEN = "[secret removed]"

# Shapes that issuers give their keys, and whole blocks of a key.
_ISSUED = """
gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\\w{20,}|glpat-[\\w-]{16,}|xox[abeprs]-[\\w-]{10,}|sk-(?:ant-|proj-|live-)?[\\w-]{16,}
[srp]k_(?:live|test)_\\w{10,}|whsec_\\w{10,}|A(?:KIA|SIA|ROA|IDA)[A-Z0-9]{12,}|AIza[\\w-]{30,}|ya29\\.[\\w-]{20,}|npm_\\w{20,}
pypi-[\\w-]{20,}|hf_\\w{20,}|dop_v1_\\w{20,}|fo1_[\\w-]{20,}|FlyV1 \\S{20,}|SG\\.[\\w-]{10,}\\.[\\w-]{10,}|EAA\\w{20,}
shp(?:at|ss|ca|pa)_\\w{16,}|AGE-SECRET-KEY-\\w+|hvs\\.\\w{16,}|eyJ[\\w-]{8,}\\.[\\w-]{8,}(?:\\.[\\w-]*)?
"""
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)[A-Z ]*-----.*?(?:-----END [A-Z ]*-----|\Z)"
    rf"|\b(?:{either(_ISSUED)})"
    r"|\bhttps://hooks\.slack\.com/\S+|\bhttps://discord(?:app)?\.com/api/webhooks/\S+",
    re.DOTALL,
)
_IN_ADDRESS = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*):([^\s@/]+)@", re.IGNORECASE)
_HEADER = re.compile(
    r"\b((?:authorization\s*[:=]\s*)?(?:bearer|basic|token)\s+)([A-Za-z0-9+/=._~-]{12,})", re.IGNORECASE
)
# `password is ...`, `token: ...`: a telling word, words between, and a value that looks like one.
_TELLING = r"""
pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_ -]?key|access[_ -]?key|private[_ -]?key|credentials?|pin|kennwort
passwort|geheimnis|schlüssel|contrase[ñn]a|clave|secreto
"""
_BETWEEN = r"is|are|was|for [\w .-]{1,30} is|ist|lautet|es|de [\w .-]{1,30} es|now|jetzt|ahora"
_NAMED = re.compile(
    rf"(\b(?:[\w-]*(?:{either(_TELLING)})[\w-]*)\b(?:\s+(?:{_BETWEEN}))*\s*(?:[:=]|=>)?\s*[\"'`]?)"
    r"((?=[^\s\"'`,;]*[\d!$%&#@?+*~^_-])(?=[^\s\"'`,;]*[A-Za-z])[^\s\"'`,;]{6,}"
    r"|(?<=[:=]|[\"'`])[^\s\"'`,;]{6,}|\d{4,})",
    re.IGNORECASE,
)
_LONG = re.compile(r"(?<![\w/.-])[A-Za-z0-9+/_=-]{28,}(?![\w/.-])")
_RANDOM = 3.7  # bits per character; words joined by signs stay below


def redacted(text: str) -> str:
    """`text` with every secret replaced by a note that one was there."""
    text = _SHAPES.sub(HIDDEN, text)
    text = _IN_ADDRESS.sub(rf"\1:{HIDDEN}@", text)
    text = _HEADER.sub(rf"\1{HIDDEN}", text)
    text = _NAMED.sub(_hide_named, text)
    return _LONG.sub(lambda found: HIDDEN if _is_random(found[0]) else found[0], text)


def _hide_named(found: re.Match[str]) -> str:
    value = found[2]
    is_known = value.startswith(("[secret", "http", "${", "$(", "<", "process.env", "os.environ"))
    return found[0] if is_known else f"{found[1]}{HIDDEN}"


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
