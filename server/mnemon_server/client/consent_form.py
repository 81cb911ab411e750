"""The form on a consent page, read and filled in the way a browser would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

_NO = ("deny", "no", "cancel", "refuse", "decline", "reject")


@dataclass
class ConsentForm:
    """`address` is where it goes; `fields` what it carries already; `secret` the name of the passphrase's field."""

    address: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    secret: str = ""

    def filled(self, passphrase: str) -> dict[str, str]:
        return {**self.fields, self.secret: passphrase}


def read_form(html: str, page: str) -> ConsentForm | None:
    """The first form with a field for a passphrase on the page at the address `page`; None where there is none."""
    reader = _Reader(page)
    reader.feed(html)
    return next((form for form in reader.forms if form.secret), None)


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[ConsentForm] = []
        self._page = page
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(ConsentForm(urljoin(self._page, found.get("action", ""))))
            self._is_inside = True
        elif self._is_inside and tag in ("input", "button") and found.get("name"):
            self._take(tag, found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False

    def _take(self, tag: str, found: dict[str, str]) -> None:
        form, kind = self.forms[-1], found.get("type", "submit" if tag == "button" else "text")
        name, value = found["name"], found.get("value", "")
        if kind == "password":
            form.secret = name
        elif kind == "submit" and (value.lower() in _NO or name in form.fields):
            return  # the other button
        elif kind not in ("checkbox", "radio") or "checked" in found:
            form.fields[name] = value
