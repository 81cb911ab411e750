"""What users, models and disks get wrong: a clear sentence, the right status, and a vault that is still whole."""

from __future__ import annotations

import ctypes
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.scripts.doomed import SEEDS
from tests.warm_start import WARM

from mnemon_installer.cli.main import run
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import MnemonError
from mnemon_server.kinds import KIND_NAMES
from mnemon_server.portable.jsonl import import_lines
from mnemon_server.settings import Settings
from mnemon_server.tools.surface import Perform, Reply, call_tool

FIXTURES = Path(__file__).parents[1] / "fixtures"
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals, modes and limits")
PATIENCE = 60.0  # seconds
any_text = hypothesis_settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str

    @property
    def problem(self) -> dict[str, str]:
        """What a failure says with `--json`: one object on stdout, and the same for people on stderr."""
        told = json.loads(self.out)
        assert (told["ok"], told["result"]) == (False, None)
        assert self.err.startswith("mnemon: error: ")
        assert "Traceback" not in self.err
        (problem,) = told["problems"]
        return dict(problem)


@dataclass(frozen=True)
class Program:
    """The real `mnemon`, in a process of its own."""

    home: Path

    def command(self, *words: str | bytes) -> tuple[str | bytes, ...]:
        script = Path(sys.executable).with_name("mnemon")
        start = (str(script),) if script.exists() else (sys.executable, "-m", "mnemon_installer.cli")
        return (*start, *words)

    def run(
        self,
        *words: str | bytes,
        stdin: bytes = b"",
        before: Callable[[], None] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Answer:
        environment = {**os.environ, **(env or {})}
        if before is None and WARM.can_run(environment):
            warm = WARM.run([os.fsdecode(word) for word in words], environment, Path.cwd(), PATIENCE, stdin)
            return Answer(warm.returncode, warm.stdout, warm.stderr)
        done = subprocess.run(
            self.command(*words),
            input=stdin,
            capture_output=True,
            timeout=PATIENCE,
            preexec_fn=before,
            env=environment,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    def refusal(self, status: int, *words: str | bytes, **more: Any) -> str:
        """Run with `--json`; the sentence and hint with which it failed, at that status."""
        answer = self.run(*words, "--json", **more)
        assert answer.status == status, (answer.out, answer.err)
        return f"{answer.problem['message']} | {answer.problem['hint']}"


@dataclass(frozen=True)
class Typed(Program):
    """The same, in the plain suite without a process of its own, which is ten times as fast. Bytes need one there too:
    they say what no text can."""

    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def run(self, *words: str | bytes, stdin: bytes = b"", **more: Any) -> Answer:
        texts = [word for word in words if isinstance(word, str)]
        if SEEDS or more or len(texts) < len(words):
            return super().run(*words, stdin=stdin, **more)
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = run(texts)
        said = self.capsys.readouterr()
        return Answer(status, said.out, said.err)


@pytest.fixture
def mnemon(home: Path) -> Program:
    return Program(home)


@pytest.fixture
def typed(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typed:
    return Typed(home, capsys, monkeypatch)


@pytest.fixture
def kept(client: InProcess) -> Iterator[InProcess]:
    """A vault with three live memories; whatever a test does to it, they stay and it is whole."""
    for word in ("alpha", "beta", "gamma"):
        client.call("save", title=f"about {word}", content=f"{word} is kept")
    yield client
    assert client.call("check_integrity")["problems"] == []
    titles = {entry["title"] for entry in client.call("list")["memories"]}
    assert {"about alpha", "about beta", "about gamma"} <= titles


@pytest.mark.parametrize(
    ("status", "says", "words", "stdin"),
    [
        (1, "the title is empty", ("save", "", "x"), b""),
        (1, "the content is empty", ("save", "t", ""), b""),
        (1, "the content is empty", ("save", "t", "-"), b" \n\t\n"),
        (1, "the title has 301 characters; the limit is 300", ("save", "t" * 301, "x"), b""),
        (1, "the content has 100,001 characters", ("save", "t", "-"), b"x" * 100_001),
        (1, "longer than 100,000 characters", ("save", "t", "-"), b"x" * 1_000_000),
        (1, "NUL", ("save", "t", "-"), b"one\0two"),
        (1, "not UTF-8", ("save", "t", "-"), b"caf\xe9"),
        (1, "not valid Unicode", ("save", b"caf\xe9", "x"), b""),
        (1, "not UTF-8", ("profile", "add", "t", "-"), b"\xff\xfe"),
        (2, ", ".join(KIND_NAMES), ("save", "t", "x", "--type", "wisdom"), b""),
        (2, ", ".join(KIND_NAMES), ("search", "x", "--type", "wisdom"), b""),
        (2, "source key", ("save", "t", "x", "--source-key", ""), b""),
        (1, "not valid Unicode", ("save", "t", "x", "--source-key", b"\xff"), b""),
        (1, "not valid Unicode", ("list", "--client", b"\xff"), b""),
        (1, "not valid Unicode", ("search", "kept", "--client", b"\xff"), b""),
        (2, "is no time", ("search", "x", "--since", b"\xff"), b""),
        (2, "unknown type", ("search", "x", "--type", b"\xff"), b""),
        (2, "unknown setting", ("config", "get", b"\xff"), b""),
        (1, "cannot be read", ("import", "jsonl", b"\xff"), b""),
        (1, "there is no memory 999", ("save", "t", "x", "--supersedes", "999"), b""),
        *[(1, "there is no memory 999", (verb, "999"), b"") for verb in ("get", "forget", "restore", "unpin")],
        (1, "there is no memory 0", ("get", "0"), b""),
        (2, "'abc' is not a valid int", ("get", "abc"), b""),
        (2, "'1.5' is not a valid int", ("forget", "1.5"), b""),
        (2, "''", ("get", ""), b""),
        (2, "-5", ("get", "-5"), b""),
        (2, "limit takes a number from 1 to 100, not 0", ("search", "x", "--limit", "0"), b""),
        (2, "not -1", ("search", "x", "--limit", "-1"), b""),
        (2, "not 1000000000000000000000", ("search", "x", "--limit", "1000000000000000000000"), b""),
        (2, "from 1 to 10000", ("list", "--limit", "10001"), b""),
        (2, "not -1", ("timeline", "--limit", "-1"), b""),
        (2, "'yesterday' is no time", ("search", "x", "--since", "yesterday"), b""),
        (2, "no time", ("timeline", "--before", "soon"), b""),
        (2, "unknown setting 'colour'", ("config", "set", "colour", "blue"), b""),
        (2, "search_limit takes a number from 1 to 100", ("config", "set", "search_limit", "0"), b""),
        (2, "No such command", ("remember", "this"), b""),
        (2, "--colour", ("list", "--colour"), b""),
        (2, "unknown format 'xml'", ("import", "xml", "nowhere"), b""),
        (1, "nowhere cannot be read", ("import", "jsonl", "nowhere"), b""),
        (1, "cannot be read", ("import", "jsonl", "/"), b""),
    ],
)
def test_a_command_refuses_and_says_why(
    kept: InProcess, typed: Typed, status: int, says: str, words: tuple[str | bytes, ...], stdin: bytes
) -> None:
    assert says in typed.refusal(status, *words, stdin=stdin)
    assert kept.call("status")["total"] == 3


@pytest.mark.parametrize(("verb", "number"), [("get", 10**20), ("restore", 1 << 63), ("forget", (1 << 63) - 1)])
def test_a_number_beyond_all_ids_is_only_unknown(kept: InProcess, typed: Typed, verb: str, number: int) -> None:
    assert f"there is no memory {number}" in typed.refusal(1, verb, str(number))


SOUP = (
    '"',
    '"unclosed',
    "AND OR NOT",
    "alpha AND",
    "NEAR(alpha beta, 3)",
    "title:alpha",
    "{title content}: alpha",
    "^alpha",
    "alph*",
    "-alpha",
    "alpha + beta",
    "((((",
    "*",
    "'; DROP TABLE memories; --",
    "alpha\0beta",
    "\ud800alpha",
    "🙂 " * 50,
    "x" * 200_000,
    " ".join(f"word{number}" for number in range(5_000)),
)


@pytest.mark.parametrize("query", [query for query in SOUP if len(query) < 1_000 and "\0" not in query][::2])
def test_the_program_takes_any_query_as_words(kept: InProcess, mnemon: Program, query: str) -> None:
    raw = query.encode("utf-8", "surrogatepass")
    answer = mnemon.run("search", "--words", "--json", "--", raw)
    assert answer.status == 0, answer
    found = json.loads(answer.out)["result"]["memories"]
    assert bool(found) == ("alpha" in query), found


@pytest.fixture
def with_gone_ones(hybrid: InProcess) -> InProcess:
    """Ten live memories, and one each that was forgotten, superseded and archived, all about one car."""
    for number in range(12):
        hybrid.call("save", title=f"car {number}", content=f"the car number {number} OR NOT near title")
    hybrid.call("forget", id=1)
    hybrid.call("save", title="car 12", content="a newer car", supersedes=2)
    with hybrid.context.vault.write() as connection:
        connection.execute("UPDATE memories SET updated_at = 1 WHERE id = 3")
    assert hybrid.call("sweep", dry_run=False)["count"] == 1
    hybrid.call("embed_pending")
    return hybrid


fragments = st.sampled_from(
    [
        "AND",
        "OR",
        "NOT",
        "NEAR(",
        "(",
        ")",
        '"',
        "*",
        "^",
        "title:",
        "{title}:",
        "-",
        "+",
        "car",
        "\0",
        "'",
        ";",
        "猫",
        "7",
    ]
)
queries = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=200),
    st.lists(fragments, max_size=15).map(" ".join),
    st.lists(fragments, max_size=15).map("".join),
)


@any_text
@given(query=queries, words_only=st.booleans())
def test_no_query_breaks_search_or_shows_what_is_gone(with_gone_ones: InProcess, query: str, words_only: bool) -> None:
    found = with_gone_ones.call("search", query=query, words_only=words_only, limit=100, explain=True)["memories"]
    assert {entry["id"] for entry in found}.isdisjoint({1, 2, 3})
    json.dumps(found).encode()


@pytest.mark.parametrize("query", SOUP)
def test_the_search_tool_takes_any_query(with_gone_ones: InProcess, query: str) -> None:
    reply = call_tool(_performing(with_gone_ones), "memory_search", {"query": query, "limit": 100})
    assert not reply.is_error, reply.text
    reply.text.encode()


@any_text
@given(
    title=st.text(st.characters(exclude_categories=()), max_size=350),
    content=st.text(st.characters(exclude_categories=())),
)
def test_what_is_saved_comes_back_verbatim_or_is_refused(client: InProcess, title: str, content: str) -> None:
    try:
        saved = client.call("save", title=title, content=content)
    except MnemonError as refusal:
        assert refusal.code == "bad-content"
        return
    read = client.call("get", id=saved["memory"]["id"])["memory"]
    if saved["outcome"] == "new":
        assert read["content"] == content
        assert read["title"] == " ".join(title.split())
    client.call("forget", id=read["id"])


def _performing(client: InProcess) -> Perform:
    return lambda action, parameters: client.call(action, **parameters)


def refused_call(client: InProcess, name: str, **arguments: Any) -> str:
    reply: Reply = call_tool(_performing(client), name, arguments)
    assert reply.is_error, reply.text
    assert reply.structured is None
    return reply.text


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("memory_save", {"title": "", "content": "x"}, "title is empty"),
        ("memory_save", {"title": "t", "content": " \n"}, "content is empty"),
        ("memory_save", {"title": "t", "content": "x" * 1_000_000}, "the content has 1,000,000 characters"),
        ("memory_save", {"title": "t", "content": "a\0b"}, "NUL"),
        ("memory_save", {"title": "t\0", "content": "x"}, "NUL"),
        ("memory_save", {"title": "t", "content": "half \ud83d of a pair"}, "not valid Unicode"),
        ("memory_save", {"title": "\udfff", "content": "x"}, "not valid Unicode"),
        ("memory_save", {"title": "t", "content": "x", "content_type": "wisdom"}, ", ".join(KIND_NAMES)),
        ("memory_save", {"title": "t", "content": "x", "source_key": " "}, "source key"),
        ("memory_save", {"title": "t", "content": "x", "source_key": "\ud800"}, "not valid Unicode"),
        ("memory_save", {"title": "t", "content": "x", "supersedes": 999}, "there is no memory 999"),
        ("memory_save", {"title": "t"}, "needs 'content'"),
        ("memory_save", {"title": 5, "content": "x"}, "title takes a text"),
        ("memory_save", {"title": "t", "content": ["x"]}, "content takes a text"),
        ("memory_save", {"title": "t", "content": "x", "tags": "a"}, "no argument 'tags'"),
        ("memory_get", {"id": 999}, "there is no memory 999"),
        ("memory_get", {"id": "abc"}, "whole number"),
        ("memory_get", {"id": 1.5}, "whole number"),
        ("memory_get", {"id": True}, "whole number"),
        ("memory_get", {"id": 0}, "1 or more"),
        ("memory_get", {"id": -(10**30)}, "1 or more"),
        ("memory_get", {"id": 10**30}, "there is no memory"),
        ("memory_get", {"id": float("inf")}, "whole number"),
        ("memory_get", {"id": float("nan")}, "whole number"),
        ("memory_get", {}, "needs 'id'"),
        ("memory_forget", {"id": 999}, "there is no memory 999"),
        ("memory_pin", {"id": 999}, "there is no memory 999"),
        ("memory_related", {"id": 999}, "there is no memory 999"),
        ("memory_related", {"id": 1, "limit": 0}, "1 or more"),
        ("memory_check_contradictions", {"id": 999}, "there is no memory 999"),
        ("memory_search", {"query": "x", "limit": 101}, "100 or less"),
        ("memory_search", {"query": "x", "limit": -1}, "1 or more"),
        ("memory_search", {"query": "x", "limit": 10**30}, "100 or less"),
        ("memory_search", {"query": "x", "content_type": "wisdom"}, ", ".join(KIND_NAMES)),
        ("memory_search", {"query": "x", "since": "yesterday"}, "no time"),
        ("memory_search", {"query": "x", "since": "\0"}, "no time"),
        ("memory_search", {}, "needs 'query'"),
        ("memory_timeline", {"before": "2026-01-01T00:00:00Z/x"}, "no place"),
        ("memory_timeline", {"before": "99999-01-01"}, "no time"),
        ("memory_sweep", {"dry_run": "maybe"}, "true or false"),
        ("profile_update", {"title": "t", "content": "\0"}, "NUL"),
        ("profile_update", {"title": "\ud800", "content": "x"}, "not valid Unicode"),
        ("memory_remember", {}, "unknown tool 'memory_remember'"),
    ],
)
def test_a_tool_refuses_and_says_why(kept: InProcess, name: str, arguments: dict[str, Any], says: str) -> None:
    text = refused_call(kept, name, **arguments)
    assert says in text
    text.encode()
    assert kept.call("status")["total"] == 3


def not_sqlite(path: Path) -> None:
    path.write_bytes(b"once upon a time " * 100)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def of_the_earlier_generation(path: Path) -> None:
    shutil.copy(FIXTURES / "vault-0.7.9.sqlite", path)


def newer(path: Path) -> None:
    client = InProcess(Settings(path.parent), "future")
    with client.context.vault.write() as connection:
        connection.execute("PRAGMA user_version = 99")
    client.close()


def damaged(path: Path) -> None:
    client = InProcess(Settings(path.parent), "test")
    for number in range(30):
        client.call("save", title=f"t {number}", content="x" * 2_000 + str(number))
    client.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "status", "says"),
    [
        (not_sqlite, 1, "is not a SQLite database"),
        (empty, 1, "is empty"),
        (of_the_earlier_generation, 1, "a vault of the earlier 0.7 generation"),
        (newer, 4, "pip install --upgrade mnemon-memory"),
        (damaged, 1, "damaged"),
        (a_folder, 1, "cannot be read"),
    ],
)
def test_a_file_that_is_no_vault_of_ours_is_refused_and_left_alone(
    mnemon: Program, typed: Typed, settings: Settings, make: Callable[[Path], None], status: int, says: str
) -> None:
    settings.folder.mkdir(mode=0o700)
    path = settings.vault_path
    make(path)
    before = path.read_bytes() if path.is_file() else None
    assert says in mnemon.refusal(status, "save", "t", "x")
    for words in (("status",), ("export", "jsonl", "-")):
        assert says in typed.refusal(status, *words)
    client = InProcess(settings, "test")
    assert says in refused_call(client, "memory_save", title="t", content="x")
    assert says in refused_call(client, "memory_status")
    client.close()
    assert (path.read_bytes() if path.is_file() else None) == before
    beside = {entry.name for entry in settings.folder.iterdir()} - {path.name}
    assert beside <= ({f"{path.name}-wal", f"{path.name}-shm"} if make is damaged else set())


def as_anybody() -> None:
    """In a child of root: file modes count for it as for everybody."""
    if os.geteuid() == 0:
        drop_from_bounding_set, override_modes = 24, 1  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
        ctypes.CDLL(None).prctl(drop_from_bounding_set, override_modes, 0, 0, 0)


linux_root = pytest.mark.skipif(
    sys.platform == "win32" or (sys.platform != "linux" and os.geteuid() == 0), reason="root may write anywhere here"
)


@linux_root
@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_read_only_vault_can_be_read_and_says_why_it_cannot_be_written(
    kept: InProcess, settings: Settings, mnemon: Program, what: str
) -> None:
    kept.close()
    settings.vault_path.chmod(0o444)
    settings.folder.chmod(0o555 if what == "folder" else 0o755)
    try:
        found = mnemon.run("search", "--words", "beta", "--json", before=as_anybody)
        assert json.loads(found.out)["result"]["memories"][0]["title"] == "about beta"
        assert mnemon.run("get", "2", before=as_anybody).status == 0
        for words in (("save", "t", "x"), ("forget", "1"), ("rebuild",)):
            assert "read-only" in mnemon.refusal(1, *words, before=as_anybody)
    finally:
        settings.folder.chmod(0o755)
        settings.vault_path.chmod(0o644)


@linux_root
def test_a_folder_where_no_vault_can_be_made_is_named(mnemon: Program, home: Path) -> None:
    home.chmod(0o555)
    try:
        for words in (("status",), ("save", "t", "x")):
            assert f"{home}/.mnemon cannot be made" in mnemon.refusal(1, *words, before=as_anybody)
    finally:
        home.chmod(0o755)


def at_most(size: int) -> Callable[[], None]:
    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@posix
def test_a_disk_that_takes_no_more_loses_nothing(kept: InProcess, mnemon: Program, tmp_path: Path) -> None:
    big = b"long words " * 9_000
    assert "cannot be read or written" in mnemon.refusal(1, "save", "t", "-", stdin=big, before=at_most(60_000))
    lines = b"".join(json.dumps({"title": "t", "content": f"{n} " * 2_000}).encode() + b"\n" for n in range(100))
    refusal = mnemon.refusal(1, "import", "jsonl", "-", stdin=lines, before=at_most(200_000))
    assert "nothing was changed" in refusal
    target = tmp_path / "out.jsonl"
    for number in range(30):
        kept.call("save", title=f"t {number}", content=f"{number} " * 2_000)
    assert "cannot be written" in mnemon.refusal(1, "export", "jsonl", str(target), before=at_most(60_000))
    assert [entry.name for entry in tmp_path.iterdir()] == ["home"]
    assert mnemon.run("save", "t", "there is room again").status == 0


@posix
def test_a_disk_too_small_for_a_vault_gets_none(mnemon: Program, settings: Settings) -> None:
    assert "nothing was changed" in mnemon.refusal(1, "save", "t", "x", before=at_most(20_000))
    assert [entry.name for entry in settings.folder.iterdir()] == []
    assert mnemon.run("save", "t", "x").status == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if sys.platform != "linux" or os.geteuid() != 0 or mount is None:
        pytest.skip("only root can mount a small disk")
    if subprocess.run((mount, "-t", "tmpfs", "-o", "size=1m", "none", str(folder)), capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(("umount", str(folder)), check=True)


def test_a_disk_that_fills_up_keeps_every_acknowledged_save(mnemon: Program, small_disk: Path) -> None:
    env = {"MNEMON_VAULT_DIR": str(small_disk)}
    saved = 0
    while (
        answer := mnemon.run("save", f"t {saved}", "-", "--json", stdin=f"{saved} ".encode() * 30_000, env=env)
    ).status == 0:
        saved += 1
        assert saved < 30
    assert answer.status == 1
    assert "is full; nothing was changed" in answer.problem["message"]
    client = InProcess(Settings(small_disk), "test")
    assert client.call("check_integrity")["problems"] == []
    assert client.call("status")["total"] == saved
    assert client.call("search", query="t 1", words_only=True)["memories"]
    client.close()


def test_a_truncated_model_leaves_words_and_says_so(
    kept: InProcess, mnemon: Program, tiny_model: Path, tmp_path: Path
) -> None:
    broken = Path(shutil.copytree(tiny_model, tmp_path / "tiny"))
    graph = broken / "model.onnx"
    graph.write_bytes(graph.read_bytes()[:1000])
    env = {"MNEMON_MODEL_PATH": str(broken)}
    told = json.loads(mnemon.run("search", "beta", "--json", env=env).out)["result"]
    assert (told["mode"], told["memories"][0]["title"]) == ("words", "about beta")
    assert "model.onnx" in told["reason"] and "damaged or incomplete" in told["reason"]
    rebuilt = mnemon.run("rebuild", env=env)
    assert rebuilt.status == 0
    assert "damaged or incomplete" in rebuilt.out
    assert mnemon.run("save", "t", "still saves", env=env).status == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"model = ", "is not valid TOML"),
        (b'modle = "x"\n', "unknown setting 'modle' | the settings are model, model_path"),
        (b"search_limit = 1000\n", "search_limit takes a number from 1 to 100"),
        (b"search_limit = true\n", "search_limit takes a whole number"),
        (b"model = 5\n", "model takes a text"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_broken_config_is_named_with_what_is_wrong(
    kept: InProcess, mnemon: Program, typed: Typed, settings: Settings, text: bytes, says: str
) -> None:
    settings.config_path.write_bytes(text)
    refusal = typed.refusal(1, "search", "x")
    assert says in refusal
    assert str(settings.config_path) in refusal
    assert typed.run("--version").status == 0
    served = mnemon.run("serve")
    assert (served.status, served.out) == (1, "")
    assert says.partition(" | ")[0] in served.err
    assert settings.config_path.read_bytes() == text


@pytest.fixture(scope="module")
def large_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a vault with more memories than a pipe takes at once."""
    folder = tmp_path_factory.mktemp("large") / "vault"
    text = "{0} some words that fill a line of output " * 6
    lines = (json.dumps({"title": f"memory {number}", "content": text.format(number)}) for number in range(700))
    with closing(InProcess(Settings(folder), "test")) as client:
        assert import_lines(client.context, map(str.encode, lines), False)["new"] == 700
    return folder


@pytest.fixture
def much(large_vault: Path, settings: Settings) -> Settings:
    shutil.copytree(large_vault, settings.folder)
    return settings


def left_early(mnemon: Program, *words: str) -> tuple[int, bytes]:
    """Status and stderr of a command whose reader leaves after a few bytes."""
    with subprocess.Popen(mnemon.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.read(20)
        process.stdout.close()
        said = process.stderr.read()
    return process.returncode, said


def never_read(mnemon: Program, *words: str) -> tuple[int, bytes]:
    """The same of a command whose reader has left before it begins."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(mnemon.command(*words), stdout=write_end, stderr=subprocess.PIPE, timeout=60)
    os.close(write_end)
    return done.returncode, done.stderr


@posix
@pytest.mark.parametrize("words", ["list --limit 700", "list --limit 700 --json", "export jsonl -"])
def test_a_reader_that_leaves_early_hears_nothing(much: Settings, mnemon: Program, words: str) -> None:
    assert left_early(mnemon, *words.split())[1] == b""


@posix
@pytest.mark.parametrize("words", ["list", "get 1", "--help", "--version"])
def test_a_reader_that_was_never_there_hears_nothing(kept: InProcess, mnemon: Program, words: str) -> None:
    assert never_read(mnemon, *words.split())[1] == b""


@posix
def test_a_reader_that_leaves_early_is_no_error(much: Settings, mnemon: Program) -> None:
    assert left_early(mnemon, "list", "--limit", "700")[0] == 0


@posix
def test_a_reader_that_was_never_there_is_no_error(kept: InProcess, mnemon: Program) -> None:
    assert never_read(mnemon, "list")[0] == 0


@posix
def test_a_failure_nobody_reads_keeps_its_status(kept: InProcess, mnemon: Program) -> None:
    status, said = never_read(mnemon, "get", "999", "--json")
    assert b"Traceback" not in said
    assert status == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_an_expected_failure(kept: InProcess, mnemon: Program) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(mnemon.command("list"), stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith(b"mnemon: error: ")


@posix
def test_interrupted_while_writing(much: Settings, mnemon: Program) -> None:
    with subprocess.Popen(
        mnemon.command("export", "jsonl", "-"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1)  # it is under way, and soon waits for us
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, b"interrupted\n")


@posix
def test_interrupted_while_importing(kept: InProcess, mnemon: Program, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with (
        subprocess.Popen(
            mnemon.command("import", "jsonl", str(pipe)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process,
        pipe.open("wb") as lines,
    ):  # returns when the other side has opened it
        lines.write(b'{"title": "half", "content": "of an import"}\n' * 10)
        lines.flush()
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
    assert (process.returncode, out, said) == (130, b"", b"interrupted\n")
    assert kept.call("status")["total"] == 3


@posix
def test_serve_is_interrupted_though_its_client_stays(mnemon: Program) -> None:
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    with subprocess.Popen(
        mnemon.command("serve"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        assert b'"result"' in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        try:
            status = process.wait(timeout=3)
        finally:
            process.kill()
        said = process.stderr.read()
    assert (status, said) == (130, b"interrupted\n")
