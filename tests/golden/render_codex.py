"""A case as Codex 0.169.0 records it: every text as a message to or from the model and again as a completed item."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.golden.cases import Case, RawTurn
from tests.golden.written import Pen, Prompt, Record, prompts_and_turns


def file_name(case: Case) -> str:
    """The start and the session id."""
    return f"rollout-2026-11-25T20-44-10-{Pen(case).session}.jsonl"


def records(case: Case) -> Iterator[Record]:
    """All records of the session."""
    for ordinal, record in enumerate(_Session(case).records()):
        yield {"timestamp": record.pop("timestamp"), "ordinal": ordinal, **record}


class _Session:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.pen = Pen(case)
        self.turn = ""
        self.answer = ""

    def records(self) -> Iterator[Record]:
        meta = {"id": self.pen.session, "session_id": self.pen.session, "cwd": self.case.cwd, "cli_version": "0.169.0"}
        instructions = {"text": "You are a coding agent. We decided to be precise, safe, and helpful."}
        yield self._line("session_meta", {**meta, "history_mode": "paginated", "base_instructions": instructions})
        agents = f"# AGENTS.md instructions for {self.case.cwd}\n\n<INSTRUCTIONS>\nAlways be kind.\n</INSTRUCTIONS>"
        environment = f"<environment_context>\n  <cwd>{self.case.cwd}</cwd>\n</environment_context>"
        for turn in prompts_and_turns(self.case):
            if isinstance(turn, Prompt):
                first = not self.turn
                yield from self._begin_turn()
                if first:
                    yield self._message("user", agents, environment)
                    yield self._line("world_state", {"full": True, "state": {"agents_md": {"text": "Always be kind."}}})
                yield from self._prompt(turn)
            else:
                yield from self._turn(turn)
        yield from self._end_turn()

    def _turn(self, turn: RawTurn) -> Iterator[Record]:
        if "meta" in turn:
            yield self._message("user", turn["meta"])
        elif "thinking" in turn:
            summary = [{"type": "summary_text", "text": turn["thinking"]}]
            yield self._response({"type": "reasoning", "id": f"rs_{self.pen.next_id()}", "summary": summary})
            yield self._item({"type": "Reasoning", "id": "rs_1", "summary_text": [turn["thinking"]], "raw_content": []})
        elif "assistant" in turn:
            self.answer = turn["assistant"]
            yield self._item(
                {"type": "AgentMessage", "id": "msg_1", "content": [{"type": "Text", "text": self.answer}]}
            )
            yield self._message("assistant", self.answer)
        elif turn["tool"]["name"] == "apply_patch":
            yield from self._patch(turn["tool"]["input"]["input"], turn["tool"]["output"])
        else:
            yield from self._command(turn["tool"]["input"]["command"], turn["tool"]["output"])

    def _begin_turn(self) -> Iterator[Record]:
        yield from self._end_turn()
        self.turn, self.answer = self.pen.next_id(), ""
        yield self._event({"type": "task_started", "turn_id": self.turn, "model_context_window": 258400})
        yield self._line("turn_context", {"turn_id": self.turn, "cwd": self.case.cwd, "approval_policy": "never"})

    def _end_turn(self) -> Iterator[Record]:
        if self.turn:
            yield self._line("token_usage_record", {"turn_id": self.turn, "usage": {"total_tokens": 15}})
            yield self._event({"type": "task_complete", "turn_id": self.turn, "last_agent_message": self.answer})

    def _prompt(self, prompt: Prompt) -> Iterator[Record]:
        yield self._message("user", prompt.text)
        content = [{"type": "text", "text": prompt.text, "text_elements": []}]
        yield self._item({"type": "UserMessage", "id": self.pen.next_id(), "content": content})
        for memory in prompt.injected:
            yield self._message("developer", memory)
        for name, text in prompt.attachments:  # the model reads an @file by itself
            yield from self._command(["bash", "-lc", f"cat {name}"], text)

    def _command(self, command: list[str], output: str) -> Iterator[Record]:
        call = f"call_{self.pen.next_id()[:8]}"
        arguments = json.dumps({"cmd": command[-1]})
        yield self._response({"type": "function_call", "name": "exec_command", "arguments": arguments, "call_id": call})
        ran = {"type": "CommandExecution", "id": call, "command": ["/bin/bash", "-lc", command[-1]]}
        yield self._item({**ran, "status": "completed", "aggregated_output": output, "exit_code": 0})
        result = f"Chunk ID: d85bea\nProcess exited with code 0\nOutput:\n{output}"
        yield self._response({"type": "function_call_output", "call_id": call, "output": result})

    def _patch(self, patch: str, output: str) -> Iterator[Record]:
        call = {"call_id": f"call_{self.pen.next_id()[:8]}"}
        yield self._response(
            {"type": "custom_tool_call", "status": "completed", **call, "name": "apply_patch", "input": patch}
        )
        named = [line.split(": ", 1)[1] for line in patch.split("\n") if line.startswith(("*** Add", "*** Update"))]
        changes = {f"{self.case.cwd}/{name}": {"type": "update", "unified_diff": patch} for name in named}
        yield self._item({"type": "FileChange", "id": call["call_id"], "changes": changes, "status": "completed"})
        yield self._response({"type": "custom_tool_call_output", **call, "output": output})

    def _message(self, role: str, *texts: str) -> Record:
        kind = "output_text" if role == "assistant" else "input_text"
        content = [{"type": kind, "text": text} for text in texts]
        return self._response({"type": "message", "id": f"msg_{self.pen.next_id()}", "role": role, "content": content})

    def _item(self, item: Record) -> Record:
        return self._event(
            {"type": "item_completed", "thread_id": self.pen.session, "turn_id": self.turn, "item": item}
        )

    def _event(self, payload: Record) -> Record:
        return self._line("event_msg", payload)

    def _response(self, payload: Record) -> Record:
        return self._line("response_item", payload)

    def _line(self, kind: str, payload: Record) -> Record:
        return {"timestamp": self.pen.now(), "type": kind, "payload": payload}
