"""Records that the recorded sessions do not have: other versions, editors, failures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mnemon_server.hooks.transcripts import Reading, read_transcript

PATCH = (
    "*** Begin Patch\n*** Update File: src/a.py\n@@\n-*** Add File: no.py\n+x\n*** Add File: b.py\n+y\n*** End Patch"
)


@pytest.fixture
def written(tmp_path: Path) -> Any:  # Any: a function of the client and its records
    def read(client: str, *records: object) -> Reading:
        path = tmp_path / "chat.jsonl"
        path.write_text("".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records))
        return read_transcript(client, path)

    return read


def said(reading: Reading) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in reading.turns]


def claude_user(content: object, **more: object) -> dict[str, object]:
    return {"type": "user", "message": {"role": "user", "content": content}, **more}


def claude_call(name: str, call: str, **given: object) -> dict[str, object]:
    block = {"type": "tool_use", "id": call, "name": name, "input": given}
    return {"type": "assistant", "message": {"role": "assistant", "content": [block]}}


def test_claude_code_keeps_out_what_an_editor_and_other_agents_wrote(written: Any) -> None:
    tab = {"type": "text", "text": "<ide_opened_file>The user opened a.py.</ide_opened_file>"}
    reading = written(
        "claude-code",
        claude_user([tab, {"type": "text", "text": "why is a.py slow?"}, {"type": "image", "source": {}}]),
        claude_user("We decided on tabs.", origin={"kind": "peer"}),
        claude_user("We decided on spaces.", promptSource="system"),
        claude_user("The summary: we decided on tabs.", isCompactSummary=True),
        claude_user("The file says: always use tabs.", toolUseResult={"type": "text"}),
        claude_user("[Request interrupted by user for tool use]"),
        claude_user([{"type": "text", "text": "[Request interrupted by user]"}]),
        claude_user("never force-push", origin={"kind": "human"}),
    )

    assert said(reading) == [("user", "why is a.py slow?"), ("user", "never force-push")]


def test_claude_code_hears_what_was_typed_while_it_worked(written: Any) -> None:
    def queued(prompt: str, **more: object) -> dict[str, object]:
        return {"type": "attachment", "attachment": {"type": "queued_command", "prompt": prompt, **more}}

    reading = written(
        "claude-code",
        queued("no, the port is 5433", commandMode="prompt"),
        queued("<task-notification>done</task-notification>", commandMode="task-notification"),
        queued("from another agent", origin={"kind": "peer"}),
        queued("a forwarded intent", isMeta=True),
    )

    assert said(reading) == [("user", "no, the port is 5433")]


def test_claude_code_names_edited_files_but_not_refused_edits(written: Any) -> None:
    refused = {"type": "tool_result", "tool_use_id": "t2", "is_error": True, "content": "The user doesn't want this."}
    reading = written(
        "claude-code",
        claude_call("MultiEdit", "t1", file_path="/w/a.py"),
        claude_call("Write", "t2", file_path="/w/secret.py"),
        claude_user([refused]),
        claude_call("NotebookEdit", "t3", notebook_path="/w/n.ipynb"),
        claude_call("Edit", "t4", file_path="/w/a.py"),
        claude_call("Read", "t5", file_path="/w/read.py"),
    )

    assert reading.edited == ("/w/a.py", "/w/n.ipynb")


def test_gemini_keeps_the_fuller_of_two_records(written: Any) -> None:
    parts = ["look at @a.md", "\n--- Content from referenced files ---", "\nContent from @a.md:\n", "We decided."]
    content = [{"text": text} for text in (*parts, "\n--- End of content ---", "<hook_context>Tabs.</hook_context>")]
    call = {"name": "write_file", "args": {"file_path": "/w/a.md"}, "status": "executing"}
    reading = written(
        "gemini",
        {"id": "u", "type": "user", "content": content},
        {"id": "m", "type": "gemini", "content": "Writing it."},
        {"id": "m", "type": "gemini", "content": "", "toolCalls": [call, {**call, "status": "success"}]},
        {"id": "n", "type": "gemini", "content": [{"text": "hm", "thought": True}, {"text": "Done."}]},
        {
            "id": "c",
            "type": "gemini",
            "toolCalls": [{**call, "args": {"file_path": "/w/no.md"}, "status": "cancelled"}],
        },
        {"id": "i", "type": "info", "content": "We decided to update."},
        {"$set": {"messages": [{"id": "m", "type": "gemini", "content": [{"text": "less"}]}]}},
    )

    assert said(reading) == [("user", "look at @a.md"), ("assistant", "Writing it."), ("assistant", "Done.")]
    assert reading.edited == ("/w/a.md",)


def test_gemini_takes_what_it_displayed_for_what_was_typed(written: Any) -> None:
    shown, sent = [{"text": "/plan the move"}], [{"text": "You are planning. We decided to be careful: the move"}]

    assert said(written("gemini", {"id": "u", "type": "user", "content": sent, "displayContent": shown})) == [
        ("user", "/plan the move")
    ]


def codex(kind: str, /, **payload: object) -> dict[str, object]:
    return {"timestamp": "2025-10-01T10:00:00.000Z", "type": kind, "payload": payload}


def codex_message(role: str, *texts: str) -> dict[str, object]:
    return {"type": "message", "role": role, "content": [{"type": "input_text", "text": text} for text in texts]}


def test_codex_never_says_a_text_twice(written: Any) -> None:
    item = {"type": "UserMessage", "content": [{"type": "text", "text": "hello"}]}
    message = codex("response_item", **codex_message("user", "hello"))
    event = codex("event_msg", type="user_message", message="hello", kind="plain")
    meta = codex("response_item", **codex_message("user", "<environment_context>\n</environment_context>"))

    assert said(written("codex", meta, message, event, codex("event_msg", type="item_completed", item=item))) == [
        ("user", "hello")
    ]
    assert said(written("codex", meta, message, event)) == [("user", "hello")]


def test_codex_of_2025_is_read_too(written: Any) -> None:
    image = '<image name=[Image #1] path="/w/a.png">'
    agents, environment = (
        "# AGENTS.md instructions for /w\n\nUse tabs.",
        "<environment_context>\n</environment_context>",
    )
    bare = [
        {"id": "01a", "timestamp": "2025-06-01T10:00:00Z", "instructions": "Be kind."},
        codex_message("user", agents, environment),
        codex_message("user", image, "</image>", "why is it red?"),
        codex_message("assistant", "Because of the theme."),
    ]
    expected = [("user", "why is it red?"), ("assistant", "Because of the theme.")]

    assert said(written("codex", *bare)) == expected
    assert said(written("codex", *(codex("response_item", **record) for record in bare[1:]))) == expected


@pytest.mark.parametrize(
    "call",
    [
        {"type": "custom_tool_call", "name": "apply_patch", "input": PATCH},
        {"type": "function_call", "name": "apply_patch", "arguments": json.dumps({"input": PATCH})},
        {"type": "function_call", "name": "exec_command", "arguments": json.dumps({"cmd": f"apply_patch '{PATCH}'"})},
        {
            "type": "function_call",
            "name": "shell",
            "arguments": json.dumps({"command": ["bash", "-lc", f"apply_patch <<'EOF'\n{PATCH}\nEOF"]}),
        },
        {"type": "local_shell_call", "action": {"type": "exec", "command": ["apply_patch", PATCH]}},
    ],
)
def test_codex_names_the_files_of_a_patch(written: Any, call: dict[str, object]) -> None:
    changes = {"/w/src/a.py": {"type": "update", "unified_diff": ""}, "/w/b.py": {"type": "add", "content": "y"}}
    item = {"type": "FileChange", "changes": {**changes, "/w/old.py": {"type": "delete"}}, "status": "completed"}
    done = codex("event_msg", type="item_completed", item=item)

    assert written("codex", codex("response_item", **call), done).edited == ("src/a.py", "b.py")
    assert written("codex", done).edited == ("/w/src/a.py", "/w/b.py")
