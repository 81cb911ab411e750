"""What a person does to a memory: correct, pin, forget, restore."""

from __future__ import annotations

from typing import Any

import streamlit as st

from mnemon_server.dashboard.card_line import LIVE, Brief
from mnemon_server.dashboard.deeds import Done, do
from mnemon_server.dashboard.frame import book
from mnemon_server.kinds import KIND_NAMES
from mnemon_server.memory import TITLE_LIMIT

CARD = "card"  # where the card says what came of a click


def draw_buttons(memory: Brief, state: str) -> None:
    """What can be done with one click in this state."""
    if state != LIVE:
        _button("Restore", ":material/restore_from_trash:", "restore", memory, "is back")
        return
    if memory["pinned"]:
        _button("Unpin", ":material/keep_off:", "unpin", memory, "is no longer pinned")
    else:
        _button("Pin", ":material/keep:", "pin", memory, "is pinned: more confidence, and no archiving")
    _button("Forget", ":material/delete:", "forget", memory, "is forgotten: no client is shown it any more")


def draw_form(memory: Brief) -> None:
    """Title, type and text, to be corrected."""
    # Under other keys once the memory is another: an old text in a box must not overwrite a newer one.
    version = f"{memory['id']}-{memory['updated_at']}"
    with st.form(f"correct-{version}", border=False):
        st.text_input("Title", memory["title"], max_chars=TITLE_LIMIT, key=f"title-{version}")
        st.selectbox("Type", KIND_NAMES, KIND_NAMES.index(memory["type"]), key=f"content_type-{version}")
        st.text_area("Text", memory["content"], height=240, key=f"content-{version}")
        st.form_submit_button("Save the correction", type="primary", on_click=_correct, args=(memory, version))


def _correct(memory: Brief, version: str) -> None:
    """Only what differs is sent: a browser gives line ends of its own to a text that nobody has touched."""
    seen = {"title": memory["title"], "content_type": memory["type"], "content": memory["content"]}
    new = {name: st.session_state[f"{name}-{version}"] for name in seen}
    changed = {name: value for name, value in new.items() if value != seen[name]}
    if changed:
        _act("edit", {"id": memory["id"], **changed}, f"Memory {memory['id']} is corrected")
    else:
        do(CARD, lambda: Done(f"Memory {memory['id']} is as it was."))


def _button(label: str, icon: str, action: str, memory: Brief, outcome: str) -> None:
    id = memory["id"]
    sentence = f"Memory {id} {outcome}"
    st.button(label, key=f"{action}-{id}", icon=icon, on_click=_act, args=(action, {"id": id}, sentence))


def _act(action: str, parameters: dict[str, Any], sentence: str) -> None:  # Any: JSON
    def work() -> Done:
        book().change(action, **parameters)
        return Done(f"{sentence}.")

    do(CARD, work)
