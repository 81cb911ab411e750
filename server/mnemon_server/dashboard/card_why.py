"""Why a memory stands where it stands among results: what its score is made of, as bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import streamlit as st

Explained = Mapping[str, float | None]
_COLOURS = {"score": "#2a7f62", "relevance": "#2f8fa3", "words": "#3f6fb5", "meaning": "#7d5ba6"}
_GRID = "display:grid;grid-template-columns:repeat(auto-fill,minmax(7rem,1fr));gap:.3rem 1rem;font-size:.78rem"
_PRIOR = "#8a7f72"  # recency and confidence only break ties


def draw_why(explained: Explained, best: float) -> None:
    """`best` is the largest BM25 value among the results: words have no scale of their own."""
    bars = "".join(_bar(*part) for part in parts(explained, best))
    st.html(f'<div style="{_GRID}">{bars}</div>')


def parts(explained: Explained, best: float) -> Iterator[tuple[str, float, str]]:
    """(name, share of the bar from 0 to 1, figure)."""
    yield "score", explained["score"] or 0.0, f"{explained['score']:.2f}"
    yield "relevance", explained["relevance"] or 0.0, f"{explained['relevance']:.2f}"
    words = explained["bm25"] or 0.0
    yield "words", words / best if best else 0.0, f"BM25 {words:.2f}"
    cosine = explained["cosine"]
    if cosine is not None:
        yield "meaning", cosine, f"cosine {cosine:.2f}"
    yield "recency", explained["recency"] or 0.0, f"{explained['recency']:.2f}"
    yield "confidence", explained["confidence"] or 0.0, f"{explained['confidence']:.0%}"


def _bar(name: str, share: float, figure: str) -> str:
    """Only names and numbers of ours: nothing that is stored becomes HTML."""
    width = max(0.0, min(1.0, share))
    return (
        "<div>"
        f'<div style="display:flex;justify-content:space-between;opacity:.75"><span>{name}</span><span>{figure}</span>'
        '</div><div style="height:5px;border-radius:3px;background:rgba(128,128,128,.25)">'
        f'<div style="height:5px;border-radius:3px;width:{width:.1%};background:{_COLOURS.get(name, _PRIOR)}"></div>'
        "</div></div>"
    )
