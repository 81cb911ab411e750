"""What the optimised copy of the model's graph saves a process that loads the model, and what making it costs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure, clean_environment
from tests.bench.vaults import Shelf, model_folder

# A process of its own each time: what was once imported or loaded costs nothing any more.
_LOAD = """
import json, resource, sys, time
from pathlib import Path
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings
settings = Settings(Path(sys.argv[1]), model_path_from_environment=sys.argv[2])
client = InProcess(settings, "bench")
import fastembed
before = time.process_time()
embedder = client.context.models.load()
loaded = time.process_time()
client.call("search", query="which database do we use")
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000)
found = {"load": (loaded - before) * 1000, "all": time.process_time() * 1000, "memory": memory}
print(json.dumps(found | {"is_of_copy": embedder.is_of_copy}))
"""


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """By turns, in two vaults: one that may keep the copy, one that may not. Nothing without a real model."""
    model = model_folder()
    if model is None:
        return
    rounds = 25 if bench.full else 9
    with TemporaryDirectory(prefix="mnemon-bench-") as folder:
        root = Path(folder)
        without, with_copy = root / "without", root / "with"
        (without / "models").mkdir(parents=True)
        (without / "models" / "optimised").touch()  # in the way of the folder
        _in_a_process(without, model, root)
        making = [_made_anew(with_copy, model, root)["load"] for _ in range(3)]
        plain, quick = [], []
        for _ in range(rounds):
            plain.append(_in_a_process(without, model, root))
            quick.append(_in_a_process(with_copy, model, root))
        assert all(each["is_of_copy"] for each in quick)
        assert not any(each["is_of_copy"] for each in plain)
    before, after = ({key: median(each[key] for each in found) for key in plain[0]} for found in (plain, quick))
    ratio = f"{before['load']:.0f} ms without it, {after['load'] / before['load']:.2f} of that"
    yield Figure("load the model by its optimised copy, CPU", after["load"], "ms", before["load"], ratio)
    yield Figure("the first load, which makes the copy, CPU", median(making), "ms")
    whole = f"{before['all']:.0f} ms without it"
    yield Figure("search in a process of its own, by the copy, CPU", after["all"], "ms", note=whole)
    most = f"{before['memory']:.0f} MB without it"
    yield Figure("the most memory of that process", after["memory"], "MB", note=most)


def _made_anew(folder: Path, model: Path, home: Path) -> dict[str, float]:
    shutil.rmtree(folder / "models" / "optimised", ignore_errors=True)
    return _in_a_process(folder, model, home)


def _in_a_process(folder: Path, model: Path, home: Path) -> dict[str, float]:
    command = (sys.executable, "-c", _LOAD, str(folder), str(model))
    done = subprocess.run(command, env=clean_environment(home), check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))
