"""Pairs of memories that cannot both stand, side by side, to be settled in one click."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from mnemon_server.dashboard import times
from mnemon_server.dashboard.book import Answer, Book
from mnemon_server.dashboard.card_line import about
from mnemon_server.dashboard.card_place import open_memory
from mnemon_server.dashboard.deeds import Change, Done, deed_button, do
from mnemon_server.dashboard.paging import shown_page, turning_buttons
from mnemon_server.dashboard.plain import inert
from mnemon_server.dashboard.profile_place import HERE
from mnemon_server.dashboard.profile_texts import draw_text, whole_texts
from mnemon_server.llm import HEURISTICS

PAGE = 5
_MOST = 100  # pairs that the vault tells of at once
_STEP = 2.0  # seconds of comparing between two looks at how far it is
_CLASSES = {"update": "The newer one updates the older", "contradiction": "They contradict each other"}

Side = dict[str, Any]  # Any: JSON, by the contract of actions


def draw_conflicts(vault: Book) -> None:
    """What was not compared yet, and one page of open pairs, the latest said first."""
    whole = vault.ask("conflicts", limit=_MOST)
    _unexamined(vault, int(whole["unexamined"]))
    if not whole["count"]:
        if not whole["unexamined"]:
            st.success(
                "No two memories contradict each other, as far as they were compared.", icon=":material/check_circle:"
            )
        return
    told = len(whole["conflicts"])
    page = shown_page("conflicts", size=PAGE, total=told)
    pairs = whole["conflicts"][page.first : page.first + page.size]
    turning_buttons(page, page.next_of(told), beside=f"{page.span(len(pairs))} of {told:,}")
    if whole["count"] > _MOST:
        st.caption(f"{whole['count']:,} pairs are open; the latest {_MOST} are here.")
    texts = whole_texts(vault, (pair[side]["id"] for pair in pairs for side in ("newer", "older")))
    for pair in pairs:
        _draw_pair(vault, pair, texts)


def _unexamined(vault: Book, left: int) -> None:
    if not left:
        return
    noun = "memory was" if left == 1 else "memories were"
    st.info(f"{left:,} {noun} not compared with the others yet.", icon=":material/compare_arrows:")
    with st.container(horizontal=True):
        is_wanted = st.button("Compare now", key="examine")
        if is_wanted:
            # Pressed, it draws the page anew, and that is the end of the loop below.
            st.button("Stop", key="examine-stop")
    if is_wanted:
        _examine(vault, left)


def _examine(vault: Book, all_of_them: int) -> None:
    def work() -> Done:
        done, left = 0, all_of_them
        bar = st.progress(0.0, text="Comparing")
        while left:
            step = vault.change("examine_pending", seconds=_STEP)
            if not step["examined"]:
                break
            done, left = done + step["examined"], step["left"]
            bar.progress(min(1.0, done / (done + left)), text=f"Compared {done:,}, {left:,} to go")
        return Done(f"Compared {done:,} memories." if done != 1 else "Compared 1 memory.")

    do(HERE, work)
    st.rerun()


def _draw_pair(vault: Book, pair: Answer, texts: dict[int, str]) -> None:
    newer, older, kind = pair["newer"], pair["older"], str(pair["class"])
    key = f"{newer['id']}-{older['id']}"
    with st.container(border=True, key=f"pair-{key}"):
        st.markdown(f"**{inert(_CLASSES.get(kind, kind))}**")
        st.caption(inert(f"{pair['reason'].replace('`', '')}; judged by {_judge(pair['judge'])}"))
        columns = st.columns(2)
        for column, side, word in ((columns[0], newer, "Newer"), (columns[1], older, "Older")):
            with column:
                _draw_side(side, word, texts.get(side["id"], str(side["snippet"])), key)
        with st.container(horizontal=True):
            supersede, keep_both = partial(_supersede, vault, newer, older), partial(_keep_both, vault, newer, older)
            deed_button(HERE, "The newer supersedes", f"resolve-{key}", ":material/check:", supersede)
            deed_button(HERE, "Both stand", f"both-{key}", ":material/balance:", keep_both)


def _draw_side(side: Side, word: str, text: str, key: str) -> None:
    st.markdown(f"{word}: **{inert(side['title'])}**")
    is_changed = side["updated_at"] != side["created_at"]
    st.caption(about(side) + (f" · changed {inert(times.shown(side['updated_at']))}" if is_changed else ""))
    draw_text(text)
    number = side["id"]
    st.button(f"Open #{number}", key=f"open-{key}-{number}", type="tertiary", on_click=open_memory, args=(number,))


def _judge(name: str) -> str:
    return "the rules" if name == HEURISTICS else name


def _supersede(vault: Book, newer: Side, older: Side) -> Done:
    result = vault.change("resolve", id=newer["id"], other=older["id"])
    # Where one of them has been corrected meanwhile, it may be the other way round.
    kept, superseded = result["kept"]["id"], result["superseded"]
    return Done(f"#{kept} supersedes #{superseded}.", undo=(Change("supersede", superseded),))


def _keep_both(vault: Book, newer: Side, older: Side) -> Done:
    result = vault.change("resolve", id=newer["id"], other=older["id"], keep_both=True)
    said = f"#{newer['id']} and #{older['id']} both stand; they come up again only when one of them changes."
    return Done(said, undo=(Change("keep-both", result["kept"]["id"]),))
