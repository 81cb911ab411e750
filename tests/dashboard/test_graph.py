"""The map of the vault: what is on it, what is said when it is not there yet, and what a click opens."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.dashboard.browser import Browser, chromium
from tests.dashboard.process import running
from tests.dashboard.stage import complaints, show, words

from mnemon_server.client.in_process import InProcess
from mnemon_server.dashboard import projection_shown
from mnemon_server.dashboard.projection import Reals
from mnemon_server.dashboard.projection_atlas import Atlas
from mnemon_server.dashboard.projection_umap import Tell
from mnemon_server.settings import Settings

pytestmark = pytest.mark.ui
TITLES = ("Car", "Wagon", "Rain", "Snow", "Bread", "Cheese", "Harbour", "Ship")
HOSTILE = "<img src=x onerror=alert(1)> ![a](http://127.0.0.1:9/a.png) :red[b] \x1b[31m<system>"
KNOWN = {"x", "y", "id", "title", "type", "age", "client", "day", "found"}


@pytest.fixture
def fill(home: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Save memories with these titles, and work out their vectors and edges."""
    monkeypatch.setenv("MNEMON_MODEL_PATH", str(tiny_model))
    settings = replace(Settings(home / ".mnemon"), model_path_from_environment=str(tiny_model))

    def save(*titles: str, kind: str = "note") -> None:
        client = InProcess(settings, "codex")
        for title in titles:
            client.call("save", title=title, content=f"About {title}, in a few words.", content_type=kind)
        client.call("embed_pending")
        client.call("examine_pending")
        client.close()

    return save


@pytest.fixture
def atlas(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """A map of its own for the test, and UMAP's stand-in, which ends when it is told to."""
    from mnemon_server.dashboard.views import graph

    gate = Gate()
    monkeypatch.setattr(graph, "ATLAS", gate.atlas)
    return gate


class Gate:
    def __init__(self) -> None:
        self._may_end = threading.Event()
        self.atlas = Atlas(self._project)

    def open(self) -> None:
        self._may_end.set()
        for thread in threading.enumerate():
            if thread.name == "umap":
                thread.join()

    def _project(self, points: Reals, tell: Tell) -> Reals:
        tell("laying out")
        self._may_end.wait(60)
        return points[:, 1::-1]


def layers(app: Any) -> list[list[dict[str, Any]]]:  # Any: AppTest, of an extra
    """What the chart of the page is given, layer by layer: this is all that reaches the browser."""
    import pyarrow

    (chart,) = app.get("vega_lite_chart")
    return [pyarrow.ipc.open_stream(io.BytesIO(each.data.data)).read_all().to_pylist() for each in chart.proto.datasets]


def points(app: Any) -> list[dict[str, Any]]:
    return next(rows for rows in layers(app) if rows and "title" in rows[0])


def edges(app: Any) -> list[dict[str, Any]]:
    return next((rows for rows in layers(app) if rows and "weight" in rows[0]), [])


def test_an_empty_vault_says_how_memories_come(empty_home: Path) -> None:
    app = show("graph")
    assert complaints(app) == []
    assert "mnemon save" in words(app)


def test_without_a_model_it_says_how_to_get_one(filled_home: Path) -> None:
    app = show("graph")
    assert complaints(app) == []
    assert "mnemon model fetch" in words(app)
    assert not app.get("vega_lite_chart")


def test_with_a_model_and_no_vector_it_says_how_to_make_them(
    filled_home: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNEMON_MODEL_PATH", str(tiny_model))
    assert "mnemon rebuild" in words(show("graph"))


def test_a_server_without_a_model_is_not_mended_here(joined_home: Path) -> None:
    app = show("graph")
    assert complaints(app) == []
    assert "the server of this vault has no model" in words(app)
    assert "model fetch" not in words(app)


@pytest.mark.parametrize("count", [1, 3, 5])
def test_a_handful_of_memories_is_a_map_too(fill: Callable[..., None], count: int, atlas: Gate) -> None:
    fill(*TITLES[:count])
    app = show("graph")
    assert complaints(app) == []
    assert {row["title"] for row in points(app)} == set(TITLES[:count])
    assert "Laid out by PCA: UMAP needs 6 memories" in words(app)
    assert atlas.atlas.work is None


def test_the_map_is_there_at_once_and_umap_when_it_is_ready(fill: Callable[..., None], atlas: Gate) -> None:
    fill(*TITLES)
    app = show("graph")
    assert complaints(app) == []
    assert "UMAP, which keeps groups together better, is on its way" in words(app)
    before = points(app)
    assert points(app.run()) == before
    atlas.open()
    app.run()
    assert complaints(app) == []
    assert "on its way" not in words(app)
    after = points(app)
    assert [row["id"] for row in after] == [row["id"] for row in before]
    assert after != before


def test_the_browser_is_told_nothing_but_places_and_titles(fill: Callable[..., None], atlas: Gate) -> None:
    fill("Car", kind="decision")
    fill(*TITLES[1:5])
    app = show("graph")
    shown = points(app)
    assert all(set(row) == KNOWN for row in shown)
    assert [(row["type"], row["age"]) for row in shown][:2] == [("decision", "this week"), ("note", "this week")]
    assert all(0 <= row["x"] <= 1 and 0 <= row["y"] <= 1 for row in shown)


def test_text_on_the_map_is_plain_and_does_nothing(fill: Callable[..., None], atlas: Gate) -> None:
    fill(HOSTILE, "A" * 300)
    app = show("graph")
    first, second = (row["title"] for row in points(app))
    assert first == "<img src=x onerror=alert(1)> ![a](http://127.0.0.1:9/a.png) :red[b] ‹system›"
    assert second == "A" * 119 + "…"
    assert complaints(app) == []
    (chart,) = app.get("vega_lite_chart")
    assert "onerror" not in chart.proto.spec
    assert '"title": "memory"' in chart.proto.spec  # under `image` a tooltip would load what a memory names


def test_above_some_number_the_map_is_a_sample_on_its_density(
    fill: Callable[..., None], atlas: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection_shown, "MOST_POINTS", 6)
    monkeypatch.setattr(projection_shown, "SAMPLE", 3)
    monkeypatch.setattr(projection_shown, "_RELATED", 0)
    fill(*TITLES)
    app = show("graph")
    assert complaints(app) == []
    assert len(points(app)) == 3
    fields = next(rows for rows in layers(app) if rows and "memories" in rows[0])
    assert sum(field["memories"] for field in fields) == len(TITLES)


def test_what_is_sought_is_highlighted_and_listed(fill: Callable[..., None], atlas: Gate) -> None:
    fill(*TITLES)
    app = show("graph")
    assert not any(row["found"] for row in points(app))
    app.text_input(key="map-sought").set_value("Cheese").run()
    assert complaints(app) == []
    assert "Cheese" in {row["title"] for row in points(app) if row["found"]}
    assert "Highlighted (" in words(app)
    cheese = next(row["id"] for row in points(app) if row["title"] == "Cheese")
    next(each for each in app.button if "Cheese" in each.label).click().run()
    assert app.query_params["memory"] in (str(cheese), [str(cheese)])
    assert "About Cheese, in a few words." in words(app)


def test_edges_can_be_switched_by_kind(fill: Callable[..., None], atlas: Gate) -> None:
    fill("Red car", "Red wagon", "Blue car", "Blue wagon", "Car and wagon", "Wagon and car")
    app = show("graph")
    kinds = {row["kind"] for row in edges(app)}
    assert kinds
    app.button_group(key="map-kinds").set_value([]).run()
    assert complaints(app) == []
    assert edges(app) == []
    assert "0 edges" in words(app)


def test_points_can_be_coloured_by_age(fill: Callable[..., None], atlas: Gate) -> None:
    fill(*TITLES[:3])
    app = show("graph")
    app.button_group(key="map-colouring").set_value("age").run()
    assert complaints(app) == []
    assert '"field": "age"' in app.get("vega_lite_chart")[0].proto.spec


def test_points_can_be_coloured_by_client(fill: Callable[..., None], atlas: Gate) -> None:
    fill(*TITLES[:3])
    app = show("graph")
    app.button_group(key="map-colouring").set_value("client").run()
    assert complaints(app) == []
    assert {row["client"] for row in points(app)} == {"codex"}
    assert '"field": "client"' in app.get("vega_lite_chart")[0].proto.spec


def test_reading_a_memory_does_not_bring_every_vector_anew(fill: Callable[..., None], atlas: Gate) -> None:
    from mnemon_server.dashboard import frame
    from mnemon_server.dashboard.projection_points import points_of

    fill(*TITLES)
    before = points_of(frame.book())
    frame.book().change("get", id=1)
    assert points_of(frame.book()) is before
    frame.book().change("forget", id=1)
    assert len(points_of(frame.book())) == len(before) - 1


@pytest.mark.browser
def test_a_click_opens_the_memory_and_so_does_the_next_one(fill: Callable[..., None], home: Path) -> None:
    """A chart keeps what was clicked: the same point must open a second time, and nothing may open by itself."""
    fill(*TITLES[:4], HOSTILE)
    with running(home) as dashboard, chromium() as browser:
        browser.open(dashboard.url)
        browser.turn_to("Graph")
        browser.page.wait_for_selector(POINT)
        for place in (2, 2, 4):
            _click(browser, place)
            browser.page.wait_for_selector('[role="dialog"]')
            browser.settle()
            assert "memory=" in browser.page.url
            browser.page.keyboard.press("Escape")
            browser.page.wait_for_selector('[role="dialog"]', state="detached")
            browser.settle()
            assert "memory=" not in browser.page.url
        assert browser.page.query_selector('[role="dialog"]') is None
    assert (browser.errors, browser.asked) == ([], {"localhost"})


POINT = ".vega-embed svg g.mark-symbol.role-mark path"


def _click(browser: Browser, place: int) -> None:
    box = browser.page.locator(POINT).nth(place).bounding_box()
    browser.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    browser.page.wait_for_selector("#vg-tooltip-element.visible")
    browser.page.mouse.down()
    browser.page.mouse.up()
