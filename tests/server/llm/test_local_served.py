"""A real server with a judge of its own: it answers a client, and nothing is left of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fakes.genai_model import STAND_IN, fake_model
from tests.seeded import seeded
from tests.server.llm.test_worker import is_running, wait_for
from tests.server.serve.conftest import Served


def workers_of(server: int) -> list[int]:
    found = Path(f"/proc/{server}/task").glob("*/children")
    return [int(child) for each in found for child in each.read_text().split()]


@seeded
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")
@pytest.mark.parametrize("how", ["killed", "ended"])
def test_a_client_is_told_what_the_model_says_and_no_process_is_left(home: Path, tmp_path: Path, how: str) -> None:
    model = fake_model(tmp_path / "Qwen3-1.7B-ONNX").told({"reason": "17 took the place of 16.", "relation": "update"})
    served = Served(home, PYTHONPATH=str(STAND_IN), MNEMON_LLM_PATH=str(model.folder))
    try:
        served.initialize()
        assert "Judge: local (qwen3-1.7b)." in served.call("memory_status")["content"][0]["text"]
        assert workers_of(served.process.pid) == []  # nobody has asked it anything
        for number in (16, 17):
            content = f"The billing service runs on Postgres {number} in production."
            served.call("memory_save", title=f"Billing on Postgres {number}", content=content, content_type="decision")
        checked = served.call("memory_check_contradictions", id=2)["structuredContent"]
        assert [(near["class"], near["reason"], near["judge"]) for near in checked["neighbours"]] == [
            ("update", "17 took the place of 16.", "local (qwen3-1.7b)")
        ]
        (worker,) = workers_of(served.process.pid)
        if how == "killed":
            served.process.kill()
        else:
            assert served.end() == (0, "")
        wait_for(lambda: not is_running(worker))
    finally:
        served.process.kill()
        served.process.wait()
        for pipe in (served.process.stdin, served.process.stdout, served.process.stderr):
            assert pipe is not None
            pipe.close()
