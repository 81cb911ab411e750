"""Find memories by words and by meaning."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, checked_limit, moment
from mnemon_server.errors import ModelBroken, ModelMissing
from mnemon_server.kinds import kind_named
from mnemon_server.memory import age_in_days, snippet
from mnemon_server.recall.search import Found, Hit, QueryVector, embed_query, search
from mnemon_server.vault.filters import Filters


def run(
    context: ActionContext,
    query: str,
    limit: int | None = None,
    content_type: str | None = None,
    since: str | None = None,
    client: str | None = None,
    pinned: bool | None = None,
    explain: bool = False,
    words_only: bool = False,
) -> dict[str, Any]:
    """The best `limit` memories for `query`, best first, with a snippet each.

    `since` keeps memories changed at or after a date, a time, or a span back such as `7d`. `explain` adds
    per result what its score is made of, and the terms that were searched for.

    Returns:
        `{"mode": "hybrid" | "words", "reason": str, "memories": [...]}`; `reason` says why words alone.

    Raises:
        UsageError: unknown type, limit out of range, or a time that is none.
    """
    size = checked_limit(int(context.settings.value("search_limit")) if limit is None else limit)
    now = context.clock()
    filters = Filters(
        type=kind_named(content_type).name if content_type else None,
        since=moment(since, now) if since else None,
        client=client,
        pinned=pinned,
    )
    vector, reason = (None, "asked for words only") if words_only else _vector(context, query)
    found = search(context.vault, query, vector, filters, size, now)
    result: dict[str, Any] = {
        "mode": found.mode,
        "reason": "" if found.mode == "hybrid" else reason or found.reason,
        "memories": [_brief(hit, found, now, explain) for hit in found.hits],
    }
    if explain:
        result["terms"] = list(found.terms)
        result["candidates"] = found.candidates
    return result


def _vector(context: ActionContext, query: str) -> tuple[QueryVector | None, str]:
    if not query.strip():
        return None, "nothing was asked for"
    try:
        return embed_query(context.models.load(), query), ""
    except (ModelMissing, ModelBroken) as trouble:
        return None, trouble.message


def _brief(hit: Hit, found: Found, now: int, explain: bool) -> dict[str, Any]:
    memory = hit.memory
    brief = {
        "id": memory.id,
        "uid": memory.uid,
        "title": memory.title,
        "type": memory.type,
        "snippet": _telling_snippet(memory.content, found.terms),
        "score": round(hit.score.total, 4),
        "age_days": round(age_in_days(memory.updated_at, now), 1),
        "confidence": round(memory.confidence, 4),
        "pinned": memory.pinned,
        "source_client": memory.source_client,
        "captured": memory.captured,
        "created_at": memory.to_json_without_text()["created_at"],
    }
    if explain:
        brief["explain"] = hit.score.to_json()
    return brief


def _telling_snippet(content: str, terms: tuple[str, ...]) -> str:
    """From a little before the first term that occurs late in the content, else from its beginning."""
    lowered = content.lower()
    places = [place for place in (lowered.find(term) for term in terms) if place >= 0]
    first = min(places, default=0)
    if first < 150:
        return snippet(content)
    start = content.rfind(" ", 0, max(0, first - 60)) + 1
    return "…" + snippet(content[start:])
