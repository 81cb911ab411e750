"""What uninstall says of a vault on the web: how one gets back to it, and what stays there."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from mnemon_installer.facts.local_vault import counted
from mnemon_installer.facts.web_leftovers import WebLeftovers


def web_lines(found: WebLeftovers, keep_vault: bool) -> Iterator[str]:
    """Before it begins: that the vault there stays, and what is needed to reach it again."""
    if found.url and keep_vault:
        yield f"The vault stays {_there(found)}. Its address and this machine's token for it stay here, too."
    elif found.url:
        yield f"The vault stays {_there(found)}. What this machine reaches it by goes."
        if found.passphrase is not None:
            yield f"To come back you need the owner's passphrase; keep it first: {found.passphrase}"
        if found.app:
            yield f"Without it, the login at Fly is a way back in: mnemon token rotate --app-name {quote(found.app)}"
    if found.keys_of and not keep_vault:
        copy = f"cp {quote(str(found.keys_path))} {quote(f'keys-of-{found.keys_of}.json')}"
        yield f"The keys of the bucket {found.keys_of} go, and Fly shows them only once. To keep them, first: {copy}"


def left_on_the_web(found: WebLeftovers) -> Iterator[tuple[str, str, str | None]]:
    """What, why, and the command for it where there is one."""
    if found.url:
        why = "uninstall never touches it; this machine's token for it stays valid until it is revoked there"
        back = f"mnemon setup --remote-url {quote(found.url)} --token-stdin"
        yield f"the vault on the web {_there(found)}", why, back
    if found.app:
        why = "they have the vault, and cost money while they are there"
        yield f"the Fly app {found.app} and its volume", why, None
    for app in found.other_apps:
        why = "nothing on this machine uses them any more, and they cost money while they are there"
        yield f"the Fly app {app} and its volume", why, f"fly apps destroy {quote(app)}"
    if found.url or found.app or found.other_apps or found.bucket:
        of = f" in the bucket {found.bucket}" if found.bucket else ""
        yield f"the copies in S3{of}", "uninstall never touches them", None
    for role in found.roles:
        yield f"the role {role} at AWS", "it costs nothing, and only its app can take it", None


def _there(found: WebLeftovers) -> str:
    if found.memories is not None:
        return f"at {found.url} with {counted(found.memories)}"
    return f"at {found.url}" + (" (which does not say just now how many memories it has)" if found.was_asked else "")
