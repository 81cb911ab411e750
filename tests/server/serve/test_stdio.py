"""`mnemon serve` as a client meets it: both eras, its end, and what it does not load."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from tests.scripts.doomed import SEEDED
from tests.server.serve.conftest import INITIALIZE, Served

from mnemon_server.tools.declarations import TOOLS

Serve = Callable[..., Served]


def test_initialize_gives_name_version_and_instructions_and_the_tool_list_is_complete_and_small(serve: Serve) -> None:
    served = serve()
    result = served.initialize()
    assert result["serverInfo"]["name"] == "mnemon"
    assert result["serverInfo"]["version"] == "0.8.0"
    assert "long-term memory" in result["instructions"]
    listed = served.request("tools/list")["result"]["tools"]
    assert [tool["name"] for tool in listed] == [tool.name for tool in TOOLS]
    assert len(json.dumps(listed, separators=(",", ":"))) < 10_000
    for tool in listed:
        assert set(tool["annotations"]) == {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
        assert "outputSchema" not in tool
    assert served.end() == (0, "")  # it leaves when stdin ends


def test_a_memory_saved_by_one_client_is_found_by_the_next(serve: Serve) -> None:
    first = serve()
    first.initialize()
    assert first.call("memory_save", title="Use SQLite", content="We chose SQLite.")["isError"] is False
    assert first.end()[0] == 0
    second = serve()
    second.initialize()
    memory = second.call("memory_search", query="sqlite")["structuredContent"]["memories"][0]
    assert memory["title"] == "Use SQLite"
    whole = second.call("memory_get", id=memory["id"])["structuredContent"]["memory"]
    assert whole["source_client"] == "test-client"
    assert len(whole["source_session"]) == 32


def test_resources_and_prompts(serve: Serve) -> None:
    served = serve()
    served.initialize()
    served.call("memory_save", title="Use SQLite", content="We chose SQLite.", content_type="decision")
    uris = [entry["uri"] for entry in served.request("resources/list")["result"]["resources"]]
    assert uris == ["memory://profile", "memory://recent"]
    [template] = served.request("resources/templates/list")["result"]["resourceTemplates"]
    assert template["uriTemplate"] == "memory://{id}"
    for uri in ("memory://1", "memory://profile", "memory://recent"):
        [content] = served.request("resources/read", uri=uri)["result"]["contents"]
        assert "SQLite" in content["text"]
    for uri in ("memory://99", "memory://../etc", "file:///etc/passwd"):
        assert served.request("resources/read", uri=uri)["error"]["code"] == -32602
    prompts = served.request("prompts/list")["result"]["prompts"]
    assert [prompt["name"] for prompt in prompts] == ["recall", "remember", "handoff"]
    filled = served.request("prompts/get", name="recall", arguments={"topic": "sqlite"})["result"]
    assert "sqlite" in filled["messages"][0]["content"]["text"]
    assert served.request("prompts/get", name="recall")["error"]["code"] == -32602


@pytest.mark.parametrize("mode", [pytest.param("legacy", marks=SEEDED), "auto"])
def test_both_protocol_eras(home: Path, mode: Any) -> None:
    async def talk() -> None:
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "mnemon_installer.cli", "serve"],
            env={
                "HOME": str(home),
                "MNEMON_RESIDENT": "off",
                "PATH": os.environ["PATH"],
                "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            },
        )
        async with Client(stdio_client(server), mode=mode) as client:
            assert len((await client.list_tools()).tools) == 13
            saved = await client.call_tool("memory_save", {"title": mode, "content": f"by {mode}"})
            assert saved.structured_content is not None
            assert saved.structured_content["memory"]["source_client"] != ""
            found = await client.call_tool("memory_search", {"query": mode})
            assert found.structured_content is not None
            assert [entry["title"] for entry in found.structured_content["memories"]] == [mode]
            wrong = await client.call_tool("memory_get", {"id": 99})
            assert wrong.is_error

    with anyio.from_thread.start_blocking_portal() as portal:
        portal.call(talk)


def test_initialize_loads_no_model_and_opens_no_vault(serve: Serve, home: Path, tiny_model: Path) -> None:
    served = serve(MNEMON_MODEL_PATH=str(tiny_model), PYTHONVERBOSE="")  # which is started, and never forked
    served.initialize()
    served.request("tools/list")
    maps = Path(f"/proc/{served.process.pid}/maps")
    if maps.exists():
        loaded = maps.read_text()
        assert "onnxruntime" not in loaded
        assert "numpy" not in loaded
    assert not (home / ".mnemon").exists()


def test_pending_memories_are_embedded_in_the_background(serve: Serve, tiny_model: Path) -> None:
    served = serve(MNEMON_MODEL_PATH=str(tiny_model))
    served.initialize()
    served.call("memory_save", title="Vehicle", content="The automobile stands in the garage.")
    deadline = time.monotonic() + 30
    while served.call("memory_status")["structuredContent"]["pending"]:
        assert time.monotonic() < deadline
    found = served.call("memory_search", query="car")["structuredContent"]
    assert (found["mode"], found["memories"][0]["title"]) == ("hybrid", "Vehicle")
    assert served.end() == (0, "")


def test_it_leaves_when_stdin_ends_before_a_word_was_said(serve: Serve) -> None:
    assert serve().end()[0] == 0


PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "mnemon_installer.cli", "serve"], stdin=int(sys.argv[1]))
print(child.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not re-parented there")
def test_it_leaves_when_its_parent_dies_though_stdin_stays_open(home: Path) -> None:
    ours, theirs = os.pipe()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(ours)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[ours],
        env={**os.environ, "HOME": str(home)},
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    child = int(parent.stdout.readline())
    os.write(theirs, json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}).encode())
    os.write(theirs, b"\n")
    assert b"mnemon" in parent.stdout.readline()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    # The child is no longer ours to wait for; its end of stdout closing tells.
    deadline = time.monotonic() + 20
    while parent.stdout.read1(1):
        assert time.monotonic() < deadline
    for end in (ours, theirs):
        os.close(end)
    parent.stdin.close()
    parent.stdout.close()
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < deadline:
            os.kill(child, 0)
            time.sleep(0.01)


def test_nothing_but_the_protocol_is_on_stdout(serve: Serve) -> None:
    served = serve()
    served.initialize()
    assert served.process.stdin is not None
    served.process.stdin.write(b"this is no JSON\n\xff\xfe\n{}\n[]\n")
    served.process.stdin.flush()
    assert served.call("memory_status")["isError"] is False
    status, talk = served.end()
    assert status == 0
    assert "Traceback" not in talk


def test_an_argument_it_does_not_know_is_wrong_usage(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mnemon_installer.cli", "serve", "--sse"],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, "HOME": str(home)},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "serve takes no '--sse'" in done.stderr


def test_a_refused_vault_is_an_answer_not_a_crash(serve: Serve, home: Path) -> None:
    (home / ".mnemon").mkdir()
    (home / ".mnemon" / "default.sqlite").write_bytes(b"not a database at all" * 50)
    served = serve()
    served.initialize()
    reply = served.call("memory_save", title="a", content="b")
    assert reply["isError"] is True
    assert "not a SQLite database" in reply["content"][0]["text"]
