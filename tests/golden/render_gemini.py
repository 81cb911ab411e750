"""A case as Gemini CLI 0.61.0 records it: calls rewrite their record, and a resumed session repeats what it has."""

from __future__ import annotations

from collections.abc import Iterator

from tests.golden.cases import Case, RawTurn
from tests.golden.written import Pen, Prompt, Record, prompts_and_turns

_TOKENS = {"input": 10, "output": 5, "cached": 0, "thoughts": 0, "tool": 0, "total": 15}


def file_name(case: Case) -> str:
    """The start and the beginning of the session id."""
    return f"session-2026-11-25T20-44-{Pen(case).session[:8]}.jsonl"


def records(case: Case) -> Iterator[Record]:
    """All records of the session, resumed before its second prompt."""
    return _Session(case).records()


class _Session:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.pen = Pen(case)
        self.history: list[Record] = []
        self.thoughts: list[Record] = []
        self.last: Record | None = None  # the model's record that a tool call would rewrite

    def records(self) -> Iterator[Record]:
        self.history.append(
            self._message("user", [{"text": f"<session_context>\n{self.case.cwd}\n</session_context>"}])
        )
        yield from self._begin()
        prompts = 0
        for turn in prompts_and_turns(self.case):
            if isinstance(turn, Prompt):
                prompts += 1
                yield from self._begin() if prompts == 2 else ()
                yield self._remember(self._prompt(turn))
            elif "meta" in turn:
                yield self._message("info", turn["meta"])
            elif "thinking" in turn:
                self.thoughts.append(
                    {"subject": "Thinking", "description": turn["thinking"], "timestamp": self.pen.now()}
                )
                continue
            elif "assistant" in turn:
                self.last = self._answer(turn["assistant"])
                yield self._remember(self.last)
            else:
                yield from self._tool(turn)
            yield {"$set": {"lastUpdated": self.pen.now()}}

    def _begin(self) -> Iterator[Record]:
        """The header, and the whole list of messages with less in it than was recorded."""
        header = {"sessionId": self.pen.session, "projectHash": self.pen.session.replace("-", "") * 2}
        yield {**header, "startTime": self.pen.now(), "lastUpdated": self.pen.now(), "kind": "main"}
        yield {"$set": {"messages": [_restored(message) for message in self.history], "lastUpdated": self.pen.now()}}

    def _prompt(self, prompt: Prompt) -> Record:
        self.last = None
        parts = [prompt.text]
        if prompt.attachments:
            parts.append("\n--- Content from referenced files ---")
            for name, text in prompt.attachments:
                parts += [f"\nContent from @{name}:\n", text]
            parts.append("\n--- End of content ---")
        parts += [f"<hook_context>{memory}</hook_context>" for memory in prompt.injected]
        message = self._message("user", [{"text": part} for part in parts])
        return {**message, "displayContent": [{"text": prompt.text}]}

    def _tool(self, turn: RawTurn) -> Iterator[Record]:
        tool = turn["tool"]
        if self.last is None:
            self.last = self._answer("")
            yield self._remember(self.last)
            yield {"$set": {"lastUpdated": self.pen.now()}}
        name = f"{tool['name']}__{self.pen.next_id()[:8]}"
        response = {"id": name, "name": tool["name"], "response": {"output": tool["output"]}}
        call = {"id": name, "name": tool["name"], "args": tool["input"], "result": [{"functionResponse": response}]}
        yield {**self.last, "toolCalls": [{**call, "status": "success", "timestamp": self.pen.now()}]}
        yield self._remember(self._message("user", [{"functionResponse": response}]))
        self.last = None

    def _answer(self, text: str) -> Record:
        thoughts, self.thoughts = self.thoughts, []
        more = {"thoughts": thoughts, "tokens": _TOKENS, "model": "gemini-2.5-flash"}
        return {**self._message("gemini", text), **more}

    def _message(self, kind: str, content: object) -> Record:
        return {"id": self.pen.next_id(), "timestamp": self.pen.now(), "type": kind, "content": content}

    def _remember(self, message: Record) -> Record:
        self.history.append(message)
        return message


def _restored(message: Record) -> Record:
    """A message as a resumed session writes it: nothing for display, every content a list of parts."""
    content = message["content"]
    parts = [{"text": content}] if isinstance(content, str) else content
    return {name: message[name] for name in ("id", "timestamp", "type")} | {"content": parts}
