"""Every command with the flags it has: no other is taken. `!` takes no value, `#` a number, `*` may come again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.fly import apps, auth, deploy, machine_commands, misc, secrets, ssh, status, storage, volumes
from tests.fakes.fly.call import Call
from tests.fakes.fly.trouble import Trouble

_APP = "app:a config:c"
_JSON = "json:j!"
_VM = "vm-size vm-memory vm-cpus# vm-cpu-kind"
_SECRETS = f"{_APP} stage! detach! dns-checks!"
_DEPLOY = (
    f"{_APP} {_VM} image:i remote-only! local-only! depot! dockerfile ignorefile ha! now! yes:y! strategy wait-timeout "
    "release-command-timeout lease-timeout volume-initial-size# no-public-ips! primary-region env:e* build-arg* "
    "build-secret* image-label detach! smoke-checks! dns-checks! deploy-retries build-only! update-only! "
    "export-manifest"
)
_VOLUME = (
    f"{_APP} {_JSON} {_VM} region:r size:s# snapshot-retention# scheduled-snapshots! no-encryption! "
    "require-unique-zone! snapshot-id yes:y! count:n#"
)
_MANY = 1_000


@dataclass(frozen=True)
class Command:
    """`fewest` and `most` arguments."""

    name: str
    run: Callable[[Call], None]
    flags: str = ""
    fewest: int = 0
    most: int = 0


COMMANDS = (
    Command("version", misc.version, _JSON),
    Command("auth whoami", auth.whoami, _JSON),
    Command("orgs list", auth.orgs, _JSON),
    Command("platform regions", misc.regions, _JSON),
    Command("apps list", apps.list_apps, f"{_JSON} org:o quiet:q!"),
    Command("apps create", apps.create, f"{_JSON} name generate-name! network org:o save! yes:y!", 0, 1),
    Command("apps destroy", apps.destroy, "yes:y!", 1, 1),
    Command("volumes create", volumes.create, _VOLUME, 1, 1),
    Command("volumes list", volumes.list_volumes, f"{_APP} {_JSON} all!"),
    Command("volumes destroy", volumes.destroy, f"{_APP} yes:y!", 0, _MANY),
    Command("secrets import", secrets.import_secrets, _SECRETS),
    Command("secrets set", secrets.set_secrets, _SECRETS, 1, _MANY),
    Command("secrets unset", secrets.unset, _SECRETS, 1, _MANY),
    Command("secrets list", secrets.list_secrets, f"{_APP} {_JSON}"),
    Command("secrets deploy", secrets.deploy, f"{_APP} detach! dns-checks!"),
    Command("deploy", deploy.deploy, _DEPLOY, 0, 1),
    Command("status", status.status, f"{_APP} {_JSON}"),
    Command("checks list", status.checks, f"{_APP} {_JSON} check-name"),
    Command("logs", status.logs, f"{_APP} {_JSON} instance:i machine region:r no-tail:n!"),
    Command("machine list", machine_commands.list_machines, f"{_APP} {_JSON} quiet:q!"),
    Command("machine stop", machine_commands.stop, f"{_APP} select! signal:s timeout# wait-timeout:w", 0, _MANY),
    Command("machine start", machine_commands.start, f"{_APP} select!", 0, _MANY),
    Command("machine destroy", machine_commands.destroy, f"{_APP} select! force:f! image:i", 0, _MANY),
    Command("scale count", machine_commands.scale_count, f"{_APP} {_VM} yes:y! region:r", 1, 1),
    Command("scale show", machine_commands.scale_show, f"{_APP} {_JSON}"),
    Command("ips list", misc.list_ips, f"{_APP} {_JSON}"),
    Command("ips allocate-v4", misc.allocate_v4, f"{_APP} shared! region:r yes:y!"),
    Command("ips allocate-v6", misc.allocate_v6, f"{_APP} org:o private! region:r network"),
    Command("config validate", misc.validate, f"{_APP} strict:s!"),
    Command("storage create", storage.create, f"{_APP} name:n org:o yes:y! public! accelerate!"),
    Command("storage list", storage.list_buckets, "org:o yes:y!"),
    Command("ssh console", ssh.console, f"{_APP} command:C machine user:u quiet:q! pty! select:s! region:r org:o"),
    Command("ssh sftp get", ssh.get, f"{_APP} machine user:u recursive:R! select:s! region:r org:o quiet:q!", 1, 2),
)
_GROUPS = {
    **dict.fromkeys(("machines", "m"), "machine"),
    **dict.fromkeys(("volume", "vol", "vols"), "volumes"),
    "app": "apps",
    "secret": "secrets",
    "org": "orgs",
    "ip": "ips",
}
_VERBS = {"ls": "list", **dict.fromkeys(("delete", "remove", "rm"), "destroy")}


def find(argv: list[str]) -> tuple[Command, list[str]]:
    """The command of the leading words, by any of its names, and what comes after them."""
    words = argv[:1] and [_GROUPS.get(argv[0], argv[0]), *argv[1:]]
    words = ["ssh", *words] if words[:1] == ["sftp"] else words
    for count in (3, 2, 1):
        name = " ".join((*words[: count - 1], *(_VERBS.get(word, word) for word in words[count - 1 : count])))
        for command in COMMANDS:
            if len(words) >= count and command.name == name:
                return command, words[count:]
    group = [word for word in words[:2] if not word.startswith("-")]
    usage = "Run 'flyctl --help' for usage.\n"
    raise Trouble(f'unknown command "{" ".join(group)}" for "flyctl"', usage=usage)


def check_arguments(command: Command, arguments: list[str]) -> None:
    if command.fewest <= len(arguments) <= command.most:
        return
    if command.most == 0:
        raise Trouble(f'unknown command "{arguments[0]}" for "flyctl {command.name}"')
    if command.fewest == command.most:
        raise Trouble(f"accepts {command.most} arg(s), received {len(arguments)}")
    raise Trouble(f"accepts between {command.fewest} and {command.most} arg(s), received {len(arguments)}")
