"""Whatever is wrong between here and the bucket: a sentence and a hint, no secret in them, the vault as it was."""

from __future__ import annotations

import datetime
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import botocore.endpoint
import pytest
from tests.remote_server import Talk, serving
from tests.s3 import KEYS, Store
from tests.scripts.doomed import SEEDED
from tests.server.sync.conftest import Machine

from mnemon_server.errors import BadConfig, MnemonError
from mnemon_server.settings import Settings
from mnemon_server.sync.place import place_of
from mnemon_server.sync.pull import newest, pull
from mnemon_server.sync.push import push
from mnemon_server.sync.shelf import Shelf, open_shelf
from mnemon_server.sync.trouble import (
    AccessDenied,
    BackupRefused,
    BucketMissing,
    NoCredentials,
    StoreTrouble,
    StoreUnreachable,
)

Machines = Callable[[str], Machine]
Act = Callable[[], object]
Kind = type[MnemonError] | tuple[type[MnemonError], ...]
TOKEN = "test-token-of-the-tests"
ROLE = "role_arn = arn:aws:iam::123456789012:role/a"
SECRETS = (*KEYS.values(), TOKEN, "password-of-the-tests")
PATIENCE = 15.0  # seconds of waiting between tries that somebody at a terminal puts up with


@pytest.fixture(autouse=True)
def session_token(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long botocore would have slept between its tries."""
    slept: list[float] = []
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=slept.append))
    return slept


@pytest.fixture
def desk(machine: Machines) -> Machine:
    """With a memory that is to be sent, and none of the bucket."""
    desk = machine("desk")
    desk.save("one")
    return desk


def refused(kind: Kind, status: int, act: Act) -> MnemonError:
    """The refusal of `act`, which has to be of that kind, one sentence, a hint, and nobody's secret."""
    with pytest.raises(MnemonError) as told:
        act()
    trouble = told.value
    assert isinstance(trouble, kind), trouble
    assert trouble.exit_status == status, trouble
    assert trouble.hint
    assert "\n" not in trouble.message + trouble.hint
    said = "".join(traceback.format_exception(trouble))
    assert [secret for secret in SECRETS if secret in said + trouble.hint] == []
    return trouble


@contextmanager
def untouched(settings: Settings) -> Iterator[None]:
    """Every file of the vault folder is the same afterwards, to the byte, and there are no others; no thread is left
    either, for which the process would wait when it ends."""
    before, running = _files(settings.folder), set(threading.enumerate())
    yield
    assert _files(settings.folder) == before
    left = {thread.name for thread in set(threading.enumerate()) - running if not thread.daemon}
    assert left == set()


def _files(folder: Path) -> dict[str, bytes]:
    ours = ("sync.lock", "sync_state.json")
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name not in ours}


def both_refused(kind: Kind, status: int, desk: Machine) -> MnemonError:
    """Push and pull, each by the door."""
    with untouched(desk.settings):
        told = refused(kind, status, lambda: desk.call("push"))
        assert refused(kind, status, lambda: desk.call("pull")).message == told.message
    return told


def with_settings(desk: Machine, **values: str) -> Machine:
    return Machine(replace(desk.settings, values=values))


# --- Before anybody is asked -----------------------------------------------------------------------------------


def test_a_bucket_that_does_not_exist_is_named_together_with_its_store(desk: Machine, store: Store) -> None:
    lost = Machine(replace(desk.settings, bucket_from_environment="nobodys-bucket"))
    told = both_refused(BucketMissing, 4, lost)
    assert told.message == f"there is no bucket nobodys-bucket at {urlsplit(store.url).netloc}"
    assert "mnemon config set s3_bucket NAME" in told.hint


@pytest.mark.parametrize("missing", [("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("AWS_SECRET_ACCESS_KEY",)])
def test_without_credentials_or_with_half_of_them_it_says_how_to_set_them(
    desk: Machine, monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...]
) -> None:
    for name in (*missing, "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    told = both_refused(NoCredentials, 4, desk)
    assert "AWS_ACCESS_KEY_ID" in told.hint and "s3_profile" in told.hint


def test_a_profile_that_is_set_and_not_there(desk: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    told = refused(NoCredentials, 4, lambda: with_settings(desk, s3_profile="nobody").call("push"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert both_refused(NoCredentials, 4, desk).message == told.message
    assert "s3_profile" in told.hint


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("credential_process = /nowhere/password-of-the-tests", id="no-program"),
        pytest.param("credential_process = /bin/echo password-of-the-tests", id="program-that-prattles"),
        pytest.param(f"{ROLE}\nweb_identity_token_file = /nowhere/token", id="no-token-file"),
        pytest.param(f"{ROLE}\nsource_profile = nobody", id="no-source-of-a-role"),
        pytest.param("aws_access_key_id = test-key-of-the-tests", id="half"),
        pytest.param("this is [no line of a configuration", id="no-configuration"),
    ],
)
def test_credentials_that_aws_own_configuration_promises_and_that_cannot_be_had(
    desk: Machine, home: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    for name in (*KEYS, "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(f"[default]\n{line}\n")
    with untouched(desk.settings):
        refused(NoCredentials, 4, lambda: desk.call("push"))


@pytest.mark.parametrize(
    ("address", "act"), [("not a url", "push"), ("http://", "pull"), ("http://[::1", "push"), ("127.0.0.1:9", "pull")]
)
def test_an_endpoint_that_is_no_address(desk: Machine, monkeypatch: pytest.MonkeyPatch, address: str, act: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
    with untouched(desk.settings):
        told = refused(StoreTrouble, 1, lambda: desk.call(act))
    assert "AWS_ENDPOINT_URL_S3" in told.hint and "s3_endpoint" in told.hint


def test_the_endpoint_of_the_settings_wins_and_may_be_no_address_either(desk: Machine) -> None:
    with untouched(desk.settings):
        refused(StoreTrouble, 1, lambda: with_settings(desk, s3_endpoint="not a url").call("push"))


# --- Nobody answers --------------------------------------------------------------------------------------------


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine on which nobody listens, and nobody begins to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_store_that_does_not_answer_is_given_up_soon(
    desk: Machine, monkeypatch: pytest.MonkeyPatch, waits: list[float], closed_port: int
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{closed_port}")
    told = both_refused(StoreUnreachable, 1, desk)
    assert told.message == f"127.0.0.1:{closed_port} does not answer"
    assert sum(waits) < 2 * PATIENCE


@pytest.mark.parametrize("saved", [pytest.param("three", marks=SEEDED)])
def test_a_server_whose_store_never_answers_goes_on_serving_and_ends_when_told_to(
    settings: Settings, home: Path, bucket: str, saved: str
) -> None:
    Machine(settings).save("one")  # on an empty folder it would wait for a backup
    with socket.create_server(("127.0.0.1", 0)) as silent, ExitStack() as stack:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        server = stack.enter_context(serving(home, MNEMON_S3_BUCKET=bucket, AWS_ENDPOINT_URL_S3=address))
        waiting, talk = stack.enter_context(server.talk()), stack.enter_context(server.talk())
        pushing = threading.Thread(target=_given_up, args=(waiting,))
        pushing.start()
        silent.accept()[0].close()
        talk.action("save", title=saved, content="meanwhile")
        assert talk.get("/health")[0] == 200
        assert server.end(patience=90) in (0, 1)
        pushing.join()


def _given_up(talk: Talk) -> None:
    with suppress(http.client.HTTPException, OSError):
        talk.request("POST", "/vault/push")


@pytest.mark.parametrize(
    "address", ["https://me:password-of-the-tests@127.0.0.1:{port}", "http://store.example:{port}"]
)
def test_an_endpoint_that_would_tell_secrets_is_not_asked(
    desk: Machine, monkeypatch: pytest.MonkeyPatch, closed_port: int, address: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address.format(port=closed_port))
    with untouched(desk.settings):
        refused(BadConfig, 1, lambda: desk.call("push"))


def test_a_store_that_is_another_than_it_should_be(
    desk: Machine, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A certificate that nobody has signed, and a server without TLS."""
    with _self_signed(tmp_path) as address, untouched(desk.settings):
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
        told = refused(StoreUnreachable, 1, lambda: desk.call("push"))
        assert told.message == f"{urlsplit(address).netloc} does not prove who it is (TLS)"
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", store.url.replace("http:", "https:"))
        assert "(TLS)" in refused(StoreUnreachable, 1, lambda: desk.call("pull")).message


@contextmanager
def _self_signed(folder: Path) -> Iterator[str]:
    """The address of a TLS server whose certificate is its own work."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder / "own.pem"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with _served(server):
        yield f"https://127.0.0.1:{server.server_port}"


def _certificate(path: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(plain + made.public_bytes(pem))
    return path


# --- Somebody answers something else ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """Instead of the store's. `missing`: so many of the bytes that it promises never come; `lost`: the store got the
    request and carried it out, and nobody hears of it."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/xml"
    headers: tuple[tuple[str, str], ...] = ()
    missing: int = 0
    lost: bool = False


def xml(status: int, code: str, *headers: tuple[str, str]) -> Answer:
    """As S3 writes it, and with all the secrets that it has ever been seen to put there."""
    told = "".join(f"<{name}>{' '.join(SECRETS)}</{name}>" for name in ("Message", "AWSAccessKeyId", "StringToSign"))
    return Answer(status, f'<?xml version="1.0"?>\n<Error><Code>{code}</Code>{told}</Error>'.encode(), headers=headers)


def page(status: int, *headers: tuple[str, str]) -> Answer:
    """What a hotel's network answers for everybody."""
    return Answer(status, b"<!DOCTYPE html><html><body>Please sign in.</body></html>", "text/html", headers)


def cut(body: bytes) -> Answer:
    """The beginning of an answer, and then nothing."""
    return Answer(body=body, headers=(("ETag", '"0"'), ("Last-Modified", "Sat, 31 Jan 2026 12:00:00 GMT")), missing=500)


AWAY = ("x-amz-bucket-region", "eu-central-1")
ANYTHING = (StoreTrouble, StoreUnreachable, BackupRefused)


@dataclass
class Interposed:
    """Stands between the programs and the store: `trouble(line)` is its answer to a request, or None for the store's.
    `lines` are the requests so far: method and path."""

    store: str
    url: str = ""
    trouble: Callable[[str], Answer | None] = lambda line: None
    lines: list[str] = field(default_factory=list)

    def at(self, pattern: str, answer: Answer, times: int = 1_000) -> None:
        """Give this answer to requests whose line fits the pattern."""
        left = times

        def trouble(line: str) -> Answer | None:
            nonlocal left
            if not re.search(pattern, line) or not left:
                return None
            left -= 1
            return answer

        self.trouble = trouble


@pytest.fixture(scope="module")
def interposed(s3: Store) -> Iterator[Interposed]:
    between = Interposed(urlsplit(s3.url).netloc)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            return

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            between.lines.append(line := f"{self.command} {self.path}")
            answer = between.trouble(line)
            if answer is None or answer.lost:
                found = _asked(between.store, self.command, self.path, body, dict(self.headers))
            if answer is not None and answer.lost:
                self.close_connection = True
                return
            self.give(answer or found)

        def give(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            self.send_header("Content-Type", answer.kind)
            for name, value in answer.headers:
                self.send_header(name, value)
            if not any(name == "Content-Length" for name, _ in answer.headers):
                self.send_header("Content-Length", str(len(answer.body) + answer.missing))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)
            self.close_connection = bool(answer.missing)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    between.url = f"http://127.0.0.1:{server.server_port}"
    with _served(server):
        yield between


def _asked(store: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    with closing(http.client.HTTPConnection(store)) as connection:
        connection.request(method, path, body, headers)
        found = connection.getresponse()
        told = {name.title(): value for name, value in found.getheaders()}
        kept = [(name, told[name]) for name in ("Etag", "Last-Modified", "Content-Range") if name in told]
        if method == "HEAD":
            kept.append(("Content-Length", told.get("Content-Length", "0")))
        return Answer(found.status, found.read(), told.get("Content-Type", ""), tuple(kept))


@contextmanager
def _served(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Scene:
    """A machine that syncs through `between`, with something new to push, and something else to pull."""

    desk: Machine
    shelf: Shelf
    between: Interposed
    saved: int = 0

    def change(self) -> None:
        self.saved += 1
        self.desk.save(f"memory {self.saved}")

    def push(self) -> dict[str, object]:
        return push(self.desk.settings, self.shelf, False, lambda done, total: None)

    def pull(self) -> dict[str, object]:
        return pull(self.desk.settings, self.shelf, newest, lambda done, total: None)

    def fails(self, kind: Kind, status: int, act: Act) -> MnemonError:
        """As `refused`; and the vault is as it was."""
        with untouched(self.desk.settings):
            return refused(kind, status, act)

    def newest(self) -> str:
        """The snapshot that whoever asks the store itself is told of."""
        head = self.shelf.head()
        assert head is not None
        return head.manifest.sha256


@pytest.fixture(scope="module")
def stage(s3: Store, interposed: Interposed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    desk = Machine(Settings(tmp_path_factory.mktemp("desk") / ".mnemon", bucket_from_environment=s3.new_bucket()))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**s3.environment, "AWS_SESSION_TOKEN": TOKEN}.items():
            patch.setenv(name, value)
        patch.setenv("AWS_ENDPOINT_URL_S3", interposed.url)
        shelf = open_shelf(place_of(desk.settings))
    with closing(shelf):
        scene = Scene(desk, shelf, interposed)
        scene.change()
        scene.push()
        scene.change()
        yield scene


@pytest.fixture
def scene(stage: Scene) -> Iterator[Scene]:
    """The stage for whoever leaves no trace on it."""
    stage.between.lines.clear()
    yield stage
    stage.between.trouble = lambda line: None


@pytest.fixture
def fresh(scene: Scene) -> Iterator[Scene]:
    """The stage for whoever does."""
    yield scene
    scene.between.trouble = lambda line: None
    push(scene.desk.settings, scene.shelf, True, lambda done, total: None)
    scene.change()


@pytest.mark.parametrize(
    ("answer", "kind", "status", "says"),
    [
        pytest.param(answer, kind, status, says, id=name)
        for name, answer, kind, status, says in (
            ("denied", xml(403, "AccessDenied"), AccessDenied, 4, "may not do this in the bucket"),
            ("key", xml(403, "InvalidAccessKeyId"), NoCredentials, 4, "does not take the credentials (Inv"),
            ("secret", xml(403, "SignatureDoesNotMatch"), NoCredentials, 4, "does not take the credentials (Sig"),
            ("token", xml(400, "ExpiredToken"), NoCredentials, 4, "does not take the credentials (ExpiredToken)"),
            ("moved", xml(301, "PermanentRedirect", AWAY), StoreTrouble, 1, "is in another region"),
            ("moved-nowhere", xml(301, "PermanentRedirect"), StoreTrouble, 1, "is in another region"),
            ("region", xml(400, "AuthorizationHeaderMalformed"), StoreTrouble, 1, "is in another region"),
            ("clock", xml(403, "RequestTimeTooSkewed"), StoreTrouble, 1, "finds this machine's clock wrong"),
            ("busy", xml(503, "SlowDown"), StoreUnreachable, 1, "out of order at the moment (SlowDown)"),
            ("ill", xml(500, "InternalError"), StoreUnreachable, 1, "out of order at the moment (InternalError)"),
            ("page", page(200), ANYTHING, 1, ""),
            ("no-page", page(404), ANYTHING, 1, ""),
            ("page-elsewhere", page(302, ("Location", "http://127.0.0.1:9/")), ANYTHING, 1, ""),
            ("nothing", Answer(), ANYTHING, 1, ""),
            ("breaks-off", cut(b'{"format": 1,'), (StoreTrouble, StoreUnreachable), 1, ""),
        )
    ],
)
def test_whatever_answers_in_the_place_of_the_store(
    scene: Scene, waits: list[float], answer: Answer, kind: Kind, status: int, says: str
) -> None:
    scene.between.at("", answer)
    assert says in scene.fails(kind, status, scene.push).message
    assert says in scene.fails(kind, status, scene.pull).message
    assert len(scene.between.lines) < 30
    assert sum(waits) < 2 * PATIENCE


@pytest.mark.parametrize(
    ("part", "answer", "kind", "status"),
    [
        pytest.param("HEAD /", page(200), ANYTHING, 1, id="look-page"),
        pytest.param("HEAD /", xml(403, "AccessDenied"), AccessDenied, 4, id="look-denied"),
        pytest.param("PUT .*/snapshots/", xml(403, "AccessDenied"), AccessDenied, 4, id="snapshot-denied"),
        pytest.param("PUT .*/snapshots/", page(200), StoreTrouble, 1, id="snapshot-page"),
        pytest.param("PUT .*/snapshots/", cut(b""), ANYTHING, 1, id="snapshot-breaks-off"),
        pytest.param("PUT .*/manifests/", xml(500, "InternalError"), StoreUnreachable, 1, id="former-ill"),
        pytest.param("PUT .*/manifest.json", page(200), ANYTHING, 1, id="manifest-page"),
        pytest.param("PUT .*/manifest.json", xml(403, "InvalidAccessKeyId"), NoCredentials, 4, id="manifest-key"),
    ],
)
def test_a_push_that_fails_half_way_leaves_the_former_backup_and_the_next_one_is_whole(
    fresh: Scene, part: str, answer: Answer, kind: Kind, status: int
) -> None:
    former = fresh.newest()
    fresh.between.at(part, answer)
    fresh.fails(kind, status, fresh.push)
    fresh.between.at("never", answer)
    assert fresh.newest() == former
    assert fresh.push()["outcome"] == "pushed"
    assert fresh.push()["outcome"] == "unchanged"


def test_a_first_push_that_fails_at_the_first_look_at_the_store_leaves_nothing_behind(fresh: Scene, s3: Store) -> None:
    """Whether the store heeds conditions is then still unknown, and tried by the next push."""
    settings = replace(fresh.desk.settings, vault_name="second")
    with closing(Shelf(fresh.shelf.bucket, place_of(settings))) as shelf:
        fresh.between.at("PUT .*/probe.json", xml(403, "AccessDenied"))
        with untouched(settings):
            refused(AccessDenied, 4, lambda: push(settings, shelf, False, lambda done, total: None))
        assert [key for key in s3.keys(shelf.bucket.name) if "/second/" in key] == []
        fresh.between.at("never", page(200))
        assert push(settings, shelf, False, lambda done, total: None)["conditional"] is True


@pytest.mark.parametrize(
    ("answer", "kind", "status"),
    [
        pytest.param(xml(403, "AccessDenied"), AccessDenied, 4, id="denied"),
        pytest.param(xml(404, "NoSuchKey"), BackupRefused, 1, id="gone"),
        pytest.param(page(200), BackupRefused, 1, id="page"),
        pytest.param(cut(b"SQLite format 3\0"), StoreUnreachable, 1, id="breaks-off"),
    ],
)
def test_a_pull_that_fails_half_way_leaves_the_vault_and_the_next_one_is_whole(
    fresh: Scene, answer: Answer, kind: Kind, status: int
) -> None:
    fresh.between.at("GET .*/snapshots/", answer)
    fresh.fails(kind, status, fresh.pull)
    assert fresh.desk.titles() > {f"memory {fresh.saved}"}
    fresh.between.at("never", answer)
    assert fresh.pull()["outcome"] == "pulled"
    assert fresh.push()["outcome"] == "unchanged"


@pytest.mark.parametrize("part", ["PUT .*/snapshots/", "PUT .*/manifests/", "PUT .*/manifest.json"])
def test_an_answer_that_is_lost_once_the_work_was_done_makes_no_conflict(fresh: Scene, part: str) -> None:
    fresh.between.at(part, Answer(lost=True), times=1)
    told = fresh.push()
    assert (told["outcome"], told["sha256"]) == ("pushed", fresh.newest())
    fresh.change()
    assert fresh.push()["outcome"] == "pushed"


def test_a_push_of_which_this_machine_never_heard_that_it_was_done_is_nobody_elses(fresh: Scene) -> None:
    """The network goes away with the last answer; a memory later it is back. Nobody else has pushed in between."""
    fresh.between.at("PUT .*/manifest.json", Answer(lost=True))
    fresh.fails(StoreUnreachable, 1, fresh.push)
    fresh.between.at("never", page(200))
    fresh.change()
    assert fresh.push()["outcome"] == "pushed"


def test_a_head_of_which_only_the_half_arrives_is_not_taken_for_a_damaged_one_not_even_by_force(fresh: Scene) -> None:
    """What was the head is either still that, or among the former ones."""
    key, former = f"{fresh.shelf.prefix}manifest.json", fresh.newest()
    whole, etag = fresh.shelf.bucket.get(key) or (b"", "")
    half = Answer(body=whole[: len(whole) // 2], headers=(("ETag", etag),), missing=len(whole) - len(whole) // 2)
    fresh.between.at("GET .*/manifest.json", half, times=1)
    with suppress(StoreTrouble, StoreUnreachable):
        push(fresh.desk.settings, fresh.shelf, True, lambda done, total: None)
    assert former in {fresh.newest(), *(entry.sha256 for entry in fresh.shelf.entries())}


def test_what_only_tidies_up_fails_no_push(fresh: Scene) -> None:
    fresh.between.at("GET .*list-type", xml(403, "AccessDenied"))
    assert fresh.push()["outcome"] == "pushed"


def test_a_snapshot_that_was_changed_in_the_bucket_is_refused_when_it_arrives(scene: Scene, s3: Store) -> None:
    bucket, key = scene.shelf.bucket.name, scene.shelf.snapshot_key(scene.newest())
    whole = s3.body(bucket, key)
    scene.between.at("GET .*/snapshots/", Answer(200, whole[:-1] + b"?", headers=(("ETag", '"0"'),)))
    assert "was changed" in scene.fails(BackupRefused, 1, scene.pull).message
