"""Texts that are filled in: `*.tmpl` beside this file, with `$name` where a value goes and `$$` for a dollar sign."""

from __future__ import annotations

from importlib.resources import files
from string import Template

__all__ = ["TemplateError", "fill"]


class TemplateError(ValueError):
    """The template is not there, or its values do not fit: our own mistake, not the user's."""


def fill(name: str, **values: str) -> str:
    """The text of `name`.tmpl with `values` in their places; lines end by `\\n`.

    Args:
        name: `rules.md` for `rules.md.tmpl`.
        **values: exactly the names that stand in the template.

    Raises:
        TemplateError: there is no such template, or a value is missing, or one has no place in it.
    """
    template = Template(_read(name))
    if not template.is_valid():
        raise TemplateError(f"{name}: a $ that starts no name; write $$ for a dollar sign")
    wanted = set(template.get_identifiers())
    if missing := sorted(wanted - values.keys()):
        raise TemplateError(f"{name}: no value for {', '.join(missing)}")
    if unknown := sorted(values.keys() - wanted):
        raise TemplateError(f"{name}: has no place for {', '.join(unknown)}")
    return template.substitute(values)


def _read(name: str) -> str:
    if "/" in name or "\\" in name:
        raise TemplateError(f"{name}: a name, not a path")
    try:
        return (files(__name__) / f"{name}.tmpl").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TemplateError(f"{name}: there is no such template") from None
