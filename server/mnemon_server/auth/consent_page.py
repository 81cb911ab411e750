"""How the page looks on which the owner lets a client in: readable on a phone and by a screen reader, no script."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1b1a; --paper: #fbfaf7; --line: #d9d5cc; --soft: #5c5850; --act: #1f5f4a;
  --on-act: #ffffff; --warn: #9b1c1c; --box: #f1eee7; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece9e2; --paper: #191816; --line: #45413a; --soft: #b3aea3;
  --act: #7cc7a8; --on-act: #10231b; --warn: #ff9d9d; --box: #24221f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
dl { background: var(--box); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem;
  margin: 0 0 1.25rem; }
dt { color: var(--soft); font-size: .9rem; }
dd { margin: 0 0 .6rem; font-weight: 600; overflow-wrap: anywhere; }
dd:last-child { margin-bottom: 0; }
label { display: block; font-weight: 600; margin-bottom: .35rem; }
input { width: 100%; font: inherit; padding: .7rem; border: 1px solid var(--soft); border-radius: .4rem;
  background: var(--paper); color: var(--ink); }
button { font: inherit; font-weight: 600; padding: .7rem 1.2rem; border-radius: .4rem; border: 1px solid var(--soft);
  background: transparent; color: var(--ink); min-height: 2.75rem; }
button.allow { background: var(--act); border-color: var(--act); color: var(--on-act); }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
.row { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1rem; }
.row button { flex: 1 1 9rem; }
.note { color: var(--soft); font-size: .9rem; }
.alert { border: 1px solid var(--warn); color: var(--warn); border-radius: .4rem; padding: .6rem .8rem;
  margin: 0 0 1rem; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")


@dataclass(frozen=True)
class Asking:
    """Who asks, and where a yes leads. `vouched_by` is the host that publishes the client's document; empty for one
    that registered itself and can call itself anything."""

    name: str
    vouched_by: str
    leads_to: str
    ticket: str


def question(asking: Asking, trouble: str = "") -> str:
    """The form. `trouble` says what was wrong with the last try."""
    who = escape(asking.vouched_by) if asking.vouched_by else "nobody: it registered itself under this name"
    alert = f'<p class="alert" role="alert" id="trouble">{escape(trouble)}</p>' if trouble else ""
    described = ' aria-describedby="trouble" aria-invalid="true"' if trouble else ""
    return _page(
        f"Allow {asking.name} to use your memories?",
        f"""{alert}
<dl>
<dt>Who vouches for it</dt><dd>{who}</dd>
<dt>Where you go from here</dt><dd>{escape(asking.leads_to)}</dd>
<dt>What it may do</dt><dd>Search, read, save and forget memories in this vault</dd>
</dl>
<form method="post" action="/consent" autocomplete="on">
<input type="hidden" name="tx" value="{escape(asking.ticket, quote=True)}">
<label for="passphrase">Your passphrase</label>
<input id="passphrase" name="passphrase" type="password" autocomplete="current-password" autofocus required{described}>
<div class="row"><button class="allow" name="answer" value="allow">Allow</button>
<button name="answer" value="deny" formnovalidate>Deny</button></div>
</form>
<p class="note">Only go on if you started this yourself a moment ago. You can end it at any time:
<code>mnemon connections</code></p>""",
    )


def notice(title: str, text: str) -> str:
    """A page that only says something."""
    return _page(title, f'<p role="alert">{escape(text)}</p>')


def headers(way_on: str = "") -> dict[str, str]:
    """Nothing from elsewhere, no frame, no copy kept. The form may lead to us and to the sources in `way_on`: browsers
    check `form-action` for the redirect that answers a form as well."""
    form = f"'self' {way_on}".strip()
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {form}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><main><h1>{escape(title)}</h1>
{body}
</main></body></html>
"""
