"""What the user states about themselves: add a fact, correct it, take it out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from mnemon_server.dashboard.book import Answer, Book
from mnemon_server.dashboard.deeds import Change, Done, deed_button, do
from mnemon_server.dashboard.plain import inert
from mnemon_server.dashboard.profile_place import HERE
from mnemon_server.memory import CONTENT_LIMIT, TITLE_LIMIT

_CORRECTED = "profile-corrected"  # title of the fact whose text is being written anew
_STATED = "profile-stated"  # how many were stated: each begins with an empty form, and a failed one loses no text
_CUT = "…"
# By outcome: the sentence, and the action that the history has.
_SAID = {
    "new": ("Added to the profile: {}.", "save"),
    "updated": ("Corrected: {}.", "update"),
    "existing": ("The profile says this already: {}.", ""),
}


def state_one(vault: Book) -> None:
    """The form for a new fact."""
    number = int(st.session_state.get(_STATED, 0))
    with (
        st.expander("State a fact about yourself", icon=":material/add:"),
        st.form(f"profile-state-{number}", border=False),
    ):
        title = st.text_input(
            "Title",
            max_chars=TITLE_LIMIT,
            placeholder="Working hours",
            help="A title names one fact; the same title corrects it.",
        )
        content = st.text_area(
            "What is so", max_chars=CONTENT_LIMIT, placeholder="Mondays to Thursdays, 9 to 15, Berlin time."
        )
        if st.form_submit_button("Add to the profile", type="primary"):
            st.session_state[_STATED] = number + do(HERE, lambda: _state(vault, title, content))
            st.rerun()


def corrections(vault: Book, line: dict[str, Any]) -> None:  # Any: JSON
    """The buttons of a stated fact, to be drawn beside its line."""
    fact = _whole(vault, line)
    if fact is None:
        return
    title = str(fact["title"])
    if st.button("Correct", key=f"correct-{title}", icon=":material/edit:", type="tertiary"):
        st.session_state[_CORRECTED] = title
    key, icon = f"take-out-{title}", ":material/close:"
    deed_button(HERE, "Take out", key, icon, lambda: _drop(vault, title), type="tertiary")


def correct_here(vault: Book, line: dict[str, Any]) -> None:  # Any: JSON
    """The form for another text, below the line of the fact that is to be corrected."""
    fact = _whole(vault, line)
    if fact is None or st.session_state.get(_CORRECTED) != fact["title"]:
        return
    title = str(fact["title"])
    with st.form(f"correct-form-{title}"):
        content = st.text_area(
            f"{inert(title)}: what is so now",
            value=str(fact["content"]),
            max_chars=CONTENT_LIMIT,
        )
        with st.container(horizontal=True):
            is_wanted = st.form_submit_button("Save", type="primary")
            is_left = st.form_submit_button("Leave as it is")
    if is_left or (is_wanted and do(HERE, lambda: _state(vault, title, content))):
        st.session_state.pop(_CORRECTED)
    if is_left or is_wanted:
        st.rerun()


def _whole(vault: Book, line: dict[str, Any]) -> Answer | None:  # Any: JSON
    """The fact behind a line of the profile, which may show the beginning of its title only."""
    title = str(line["title"])
    facts: list[Answer] = vault.ask("stated")["facts"]
    exact = next((fact for fact in facts if fact["title"] == title), None)
    if exact is not None or not title.endswith(_CUT):
        return exact
    begun = [fact for fact in facts if " ".join(fact["title"].split()).startswith(title.removesuffix(_CUT).rstrip())]
    return begun[0] if len(begun) == 1 else None


def _state(vault: Book, title: str, content: str) -> Done:
    result = vault.change("state_fact", title=title, content=content)
    said, action = _SAID[result["outcome"]]
    return Done(said.format(result["title"]), undo=(Change(action, str(result["title"])),) if action else ())


def _drop(vault: Book, title: str) -> Done:
    result = vault.change("drop_fact", title=title)
    return Done(f"Taken out of the profile: {result['title']}.", undo=(Change("forget", str(result["title"])),))
