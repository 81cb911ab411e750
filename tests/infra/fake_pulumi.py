"""A stand-in of Pulumi's program: what the Automation API calls, and an engine that runs the real program and notes
what it registers. It changes no cloud.

Everything it keeps is in the folder that PULUMI_BACKEND_URL names: `fake.json` (stacks, locks, faults) and
`calls.jsonl` (each command line, with the part of the environment that matters).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

VERSION = os.environ.get("FAKE_PULUMI_VERSION", "v3.272.0")
ACCOUNT = "123456789012"
SEEN = ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_HOME", "AWS_PROFILE")
VALUED = {"--stack", "--secrets-provider", "--color", "--exec-kind", "--event-log", "--page-size", "--page"}
PLAIN = {"--non-interactive", "--yes", "--skip-preview", "--refresh", "--suppress-progress", "--json", "--show-secrets"}


def main(arguments: list[str]) -> int:
    if arguments == ["version"]:
        print(VERSION)
        return 0
    words, flags = parsed(arguments)
    folder = Path(os.environ["PULUMI_BACKEND_URL"].removeprefix("file://"))
    state = State(folder)
    state.note(arguments)
    for fault in state.data["faults"]:
        if words[0] == fault["command"] and fault["times"]:
            fault["times"] -= 1
            state.write()
            print(fault["stderr"], file=sys.stderr)
            return 255
    stack = str(flags.get("--stack") or words[-1])
    match words:
        case ["stack", "init", name]:
            state.data["stacks"][name] = {"resources": [], "outputs": {}}
        case ["stack", "select"] if stack not in state.data["stacks"]:
            print(f"error: no stack named '{stack}' found", file=sys.stderr)
            return 255
        case ["stack", "export"]:
            print(json.dumps({"version": 3, "deployment": {"resources": state.data["stacks"][stack]["resources"]}}))
        case ["stack", "output"]:
            print(json.dumps(state.data["stacks"][stack]["outputs"]))
        case ["stack", "history"]:
            times = {"startTime": "2026-01-01T00:00:00.000Z", "endTime": "2026-01-01T00:00:01.000Z"}
            print(json.dumps([{"kind": "update", "message": "", "environment": {}, "result": "succeeded", "version": 1,
                               "config": {}, **times}]))  # fmt: skip
        case ["cancel"] | ["cancel", _]:
            state.data["locks"] = 0
        case ["preview"] | ["up"]:
            if state.data["locks"]:
                print("error: the stack is currently locked by 1 lock(s). Either wait for the other", file=sys.stderr)
                return 255
            return run(words[0], stack, flags, state)
    state.write()
    return 0


class State:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "fake.json"
        self.data: dict[str, Any] = {"stacks": {}, "locks": 0, "faults": []}
        if self.path.exists():
            self.data |= json.loads(self.path.read_text())

    def write(self) -> None:
        self.path.write_text(json.dumps(self.data))

    def note(self, arguments: list[str], **more: Any) -> None:
        environment = {name: os.environ[name] for name in SEEN if name in os.environ}
        with (self.folder / "calls.jsonl").open("a") as file:
            file.write(json.dumps({"arguments": arguments, "environment": environment, **more}) + "\n")


def parsed(arguments: list[str]) -> tuple[list[str], dict[str, str | bool]]:
    """Words and flags; an unknown flag ends it, as it ends the real one."""
    words, flags, rest = [], dict[str, str | bool](), list(arguments)
    while rest:
        word = rest.pop(0)
        name, _, value = word.partition("=")
        if word in VALUED:
            flags[word] = rest.pop(0)
        elif word in PLAIN:
            flags[word] = True
        elif name == "--client":
            flags[name] = value
        elif word.startswith("-"):
            sys.exit(f"error: unknown flag: {word}")
        else:
            words.append(word)
    return words, flags


def run(command: str, stack: str, flags: dict[str, str | bool], state: State) -> int:
    """Be the engine: start a monitor, let the language host of the caller run its program against it."""
    from concurrent.futures import ThreadPoolExecutor

    import grpc
    from google.protobuf import empty_pb2, struct_pb2
    from pulumi.runtime.proto import language_pb2, language_pb2_grpc, resource_pb2, resource_pb2_grpc

    requests: list[Any] = []
    outputs: dict[str, Any] = {}

    class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
        def SupportsFeature(self, request: Any, context: Any) -> Any:
            return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in ("secrets", "resourceReferences"))

        def RegisterResource(self, request: Any, context: Any) -> Any:
            requests.append(request)
            given = struct_pb2.Struct()
            given.CopyFrom(request.object)
            given["arn"] = arn_of(request)
            urn = f"urn:pulumi:{stack}::mnemon::{request.type}::{request.name}"
            return resource_pb2.RegisterResourceResponse(urn=urn, id=f"{request.name}-id", object=given)

        def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:
            outputs.update(dict(request.outputs))
            return empty_pb2.Empty()

        def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:
            return empty_pb2.Empty()

    server = grpc.server(ThreadPoolExecutor(4))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(Monitor(), server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    with grpc.insecure_channel(str(flags["--client"])) as channel:
        asked = language_pb2.RunRequest(
            project="mnemon", stack=stack, monitor_address=address, dryRun=command == "preview", parallel=1
        )
        answer = language_pb2_grpc.LanguageRuntimeStub(channel).Run(asked)
    server.stop(0)
    if answer.error:
        print(answer.error)
        return 255
    known = {str(resource["urn"]).rpartition("::")[2] for resource in state.data["stacks"][stack]["resources"]}
    named = [request for request in requests if request.type != "pulumi:pulumi:Stack"]
    ways = {request.name: "import" if request.importId and request.name not in known
            else "same" if request.name in known else "create" for request in named}  # fmt: skip
    state.note([command], ways=ways)
    for name, way in ways.items():
        print(f" {way} {name}")
    send_summary(flags, {way: list(ways.values()).count(way) for way in set(ways.values())})
    if command == "up":
        kept = [{"urn": f"urn:pulumi:{stack}::mnemon::{request.type}::{request.name}"} for request in named]
        state.data["stacks"][stack] = {"resources": kept, "outputs": outputs}
        state.write()
    return 0


def arn_of(request: Any) -> str:
    if request.type == "aws:iam/role:Role":
        return f"arn:aws:iam::{ACCOUNT}:role/{request.object['name']}"
    if request.type == "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
        return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{request.object['url'].removeprefix('https://')}"
    return ""


def send_summary(flags: dict[str, str | bool], counts: dict[str, int]) -> None:
    if "--event-log" not in flags:
        return
    summary = {"maybeCorrupt": False, "durationSeconds": 1, "resourceChanges": counts, "policyPacks": {}}
    event = {"sequence": 1, "timestamp": 1, "summaryEvent": summary}
    log = str(flags["--event-log"])
    if not log.startswith("tcp://"):  # Pulumi's packages until 3.205
        with Path(log).open("a") as file:
            file.write(json.dumps(event) + "\n")
        return
    import grpc
    from pulumi.runtime.proto import events_pb2, events_pb2_grpc

    with grpc.insecure_channel(log.removeprefix("tcp://")) as channel:
        events_pb2_grpc.EventsStub(channel).StreamEvents(iter([events_pb2.EventRequest(event=json.dumps(event))]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
