"""A case as Claude Code 2.1.330 records it: a record per block, whole requests among them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.golden.cases import Case, RawTurn
from tests.golden.written import Pen, Prompt, Record, prompts_and_turns

_NO_META = ("<command-name>", "<local-command-")


def file_name(case: Case) -> str:
    """The session id."""
    return f"{Pen(case).session}.jsonl"


def records(case: Case) -> Iterator[Record]:
    """All records of the session."""
    return _Session(case).records()


class _Session:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.pen = Pen(case)
        self.parent: str | None = None
        self.message = ""

    def records(self) -> Iterator[Record]:
        yield self._bare("tools-used", tools=["Read", "Edit", "Bash"])
        yield self._attachment(
            {"type": "hook_success", "hookName": "SessionStart:startup", "content": "", "stdout": ""}
        )
        for turn in prompts_and_turns(self.case):
            if isinstance(turn, Prompt):
                yield from self._prompt(turn)
            elif "meta" in turn:
                yield self._meta(turn["meta"])
            elif "thinking" in turn:
                yield self._block({"type": "thinking", "thinking": turn["thinking"], "signature": "c2ln"})
            elif "assistant" in turn:
                yield self._block({"type": "text", "text": turn["assistant"]})
            else:
                yield from self._tool(turn)
        yield self._chained("system", subtype="stop_hook_summary", hookCount=1, hookErrors=[], level="suggestion")
        yield self._bare("cost-state", totalCostUSD=0.00028)

    def _prompt(self, prompt: Prompt) -> Iterator[Record]:
        self.message = ""
        yield self._bare("queue-operation", operation="enqueue", timestamp=self.pen.now(), content=prompt.text)
        yield self._user(prompt.text, permissionMode="default", promptSource="sdk", turnOrigin="sdk")
        for name, text in prompt.attachments:
            yield self._attachment(_file(f"{self.case.cwd}/{name}", name, text))
        for memory in prompt.injected:
            yield self._attachment(_context(memory))
        requested = {"role": "user", "content": [{"type": "text", "text": prompt.text}]}
        yield self._attachment(
            {"type": "prompt_snapshot", "systemPrompt": ["You are an agent."], "messages": [requested]}
        )
        yield self._bare("api-request-blob", hash=self.pen.next_id(), message=requested)
        context = {"role": "system", "content": [{"type": "text", "text": "\n\n".join(prompt.injected)}]}
        yield self._bare("api-request-blob", hash=self.pen.next_id(), message=context)
        yield self._bare("last-prompt", lastPrompt=prompt.text, leafUuid=self.parent)

    def _meta(self, text: str) -> Record:
        return self._user(text) if text.startswith(_NO_META) else self._user(text, isMeta=True)

    def _tool(self, turn: RawTurn) -> Iterator[Record]:
        call = f"toolu_{self.pen.next_id()[:8]}"
        tool = turn["tool"]
        yield self._block({"type": "tool_use", "id": call, "name": tool["name"], "input": tool["input"]})
        result = {"tool_use_id": call, "type": "tool_result", "content": tool["output"]}
        yield self._user([result], toolUseResult={"stdout": tool["output"], "stderr": ""})
        self.message = ""

    def _block(self, block: Record) -> Record:
        self.message = self.message or f"msg_{self.pen.next_id()[:8]}"
        message = {"id": self.message, "type": "message", "role": "assistant", "model": "claude-opus-5-5"}
        return self._chained("assistant", message={**message, "content": [block]}, madeBy="model")

    def _user(self, content: object, **more: object) -> Record:
        return self._chained("user", message={"role": "user", "content": content}, **more)

    def _attachment(self, attachment: Record) -> Record:
        shown = [{"content": f"<system-reminder>\n{attachment.get('content', '')}\n</system-reminder>"}]
        return self._chained("attachment", attachment=attachment, rendered=shown, renderedRole="user")

    def _chained(self, kind: str, **more: object) -> Record:
        parent, self.parent = self.parent, self.pen.next_id()
        where = {"userType": "external", "cwd": self.case.cwd, "sessionId": self.pen.session, "version": "2.1.330"}
        chain = {"parentUuid": parent, "isSidechain": False, "type": kind}
        return {**chain, **more, "uuid": self.parent, "timestamp": self.pen.now(), **where}

    def _bare(self, kind: str, **more: object) -> Record:
        return {"type": kind, "sessionId": self.pen.session, **more}


def _file(path: str, name: str, text: str) -> Record:
    content = {"filePath": path, "content": text, "numLines": text.count("\n") + 1, "startLine": 1}
    return {"type": "file", "filename": path, "content": {"type": "text", "file": content}, "displayPath": name}


def _context(memory: str) -> Record:
    return {"type": "hook_additional_context", "content": [memory], "hookName": "UserPromptSubmit"}
