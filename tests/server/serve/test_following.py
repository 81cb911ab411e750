"""Calls are answered where the vault is, while it moves."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnemon_server.errors import BadConfig
from mnemon_server.serve.following import Following, Place
from mnemon_server.settings import Settings, load_settings
from mnemon_server.tools.surface import Desk


class Places:
    """Makes a place for each address, whose answers name it; notes which were closed."""

    def __init__(self, home: Path) -> None:
        self.home, self.closed = home, list[str]()
        self.gate, self.is_inside = threading.Event(), threading.Event()

    def load(self) -> Settings:
        return load_settings({}, self.home)

    def make(self, settings: Settings) -> Place:
        name = settings.remote or "here"

        def perform(action: str, parameters: dict[str, Any], client: str, session: str) -> dict[str, Any]:
            if action == "slow":
                self.is_inside.set()
                assert self.gate.wait(20)
            return {"at": name}

        return Place(Desk(perform), lambda: self.closed.append(name), lambda: None)

    def following(self) -> Following:
        return Following(self.load(), self.load, self.make)


@pytest.fixture
def places(home: Path) -> Places:
    return Places(home)


def at(following: Following, action: str = "search") -> str:
    return str(following.desk().perform(action, {}, "test", "")["at"])


def go_to(home: Path, url: str) -> None:
    path = home / ".mnemon" / "remote_url"
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    if url:
        path.write_text(f"{url}\n", encoding="utf-8")


def test_the_next_call_goes_where_the_vault_has_gone(places: Places, home: Path) -> None:
    following = places.following()
    assert at(following) == "here"
    go_to(home, "https://a.example.com")
    assert at(following) == at(following) == "https://a.example.com"
    go_to(home, "")
    assert at(following) == "here"
    assert places.closed == ["here", "https://a.example.com"]
    following.close()
    assert places.closed[2:] == ["here"]


def test_an_address_that_is_written_anew_and_is_the_same_changes_nothing(places: Places, home: Path) -> None:
    go_to(home, "https://a.example.com")
    following = places.following()
    go_to(home, "https://a.example.com")
    assert at(following) == "https://a.example.com"
    assert places.closed == []


def test_a_call_ends_where_it_began_and_its_place_is_closed_after_it(places: Places, home: Path) -> None:
    following, said = places.following(), list[str]()
    slow = threading.Thread(target=lambda: said.append(at(following, "slow")))
    slow.start()
    assert places.is_inside.wait(20)
    go_to(home, "https://a.example.com")
    assert at(following) == "https://a.example.com"
    assert places.closed == [], "somebody is still there"
    places.gate.set()
    slow.join()
    assert (said, places.closed) == (["here"], ["here"])


def test_a_damaged_address_is_named_and_nothing_is_done_elsewhere(places: Places, home: Path) -> None:
    following = places.following()
    go_to(home, "http://no-https.example.com")
    with pytest.raises(BadConfig):
        at(following)
    go_to(home, "")
    assert at(following) == "here"
    assert replace(places.load(), remote="") == places.load()
