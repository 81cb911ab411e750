"""fly.toml, read strictly: the sections and keys that flyctl knows and the stand-in honours, with their types."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes.fly.parser import seconds_in
from tests.fakes.fly.state import Json
from tests.fakes.fly.trouble import Trouble

STRATEGIES = ("rolling", "immediate", "canary", "bluegreen")
SIGNALS = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGTERM")
_Check = Callable[[Any], bool]  # Any: whatever TOML holds


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _switch(value: Any) -> bool:
    return isinstance(value, bool)


def _duration(value: Any) -> bool:
    return _whole(value) or (isinstance(value, str) and seconds_in(value) is not None)


def _size(value: Any) -> bool:
    return _whole(value) or (isinstance(value, str) and re.fullmatch(r"\d+ ?([kmg]i?)?b?", value.lower()) is not None)


def _auto_stop(value: Any) -> bool:
    return isinstance(value, bool) or value in ("off", "stop", "suspend")


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _table(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str | int | float | bool) for one in value.values())


def _strategy(value: Any) -> bool:
    return value in STRATEGIES


def _signal(value: Any) -> bool:
    return value in SIGNALS


def _retention(value: Any) -> bool:
    return _whole(value) and 1 <= value <= 60


_CHECK: dict[str, _Check | dict[str, Any]] = {
    **dict.fromkeys(("grace_period", "interval", "timeout"), _duration),
    **dict.fromkeys(("method", "path", "protocol"), _text),
    "tls_skip_verify": _switch,
    "headers": _table,
}
_SERVICE = {
    "internal_port": _whole,
    **dict.fromkeys(("force_https", "auto_start_machines"), _switch),
    "auto_stop_machines": _auto_stop,
    "min_machines_running": _whole,
    "processes": _texts,
    "concurrency": {"type": _text, "soft_limit": _whole, "hard_limit": _whole},
    "checks": [_CHECK],
}
_MOUNT = {
    **dict.fromkeys(("source", "destination"), _text),
    "initial_size": _size,
    "snapshot_retention": _retention,
    "processes": _texts,
}
_VM = {**dict.fromkeys(("size", "cpu_kind"), _text), "memory": _size, "memory_mb": _whole, "cpus": _whole}
_KNOWN: dict[str, Any] = {  # Any: a check, a section of them, or a list of sections
    **dict.fromkeys(("app", "primary_region", "console_command"), _text),
    "kill_signal": _signal,
    "kill_timeout": _duration,
    "swap_size_mb": _whole,
    "build": {**dict.fromkeys(("dockerfile", "ignorefile", "image", "build-target"), _text), "args": _table},
    "deploy": {"strategy": _strategy, "wait_timeout": _duration},
    "env": _table,
    "mounts": [_MOUNT],
    "http_service": _SERVICE,
    "vm": [{**_VM, "processes": _texts}],
    "restart": [{"policy": _text, "retries": _whole, "processes": _texts}],
    "metrics": [{"port": _whole, "path": _text, "processes": _texts}],
}


def read(path: Path) -> Json:
    """What stands there, unchecked."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as trouble:
        raise Trouble(f"failed loading app config from {path}: toml: {trouble}") from None


def problems(config: Json) -> tuple[list[str], list[str]]:
    """Keys that nobody knows, and what is wrong with the others."""
    unknown, wrong = list[str](), list[str]()
    _look(config, _KNOWN, "", unknown, wrong)
    mounts = mounts_of(config)
    if len(mounts) > 1:
        wrong.append("group 'app' has more than one [[mounts]] section defined")
    strategy = config.get("deploy", {}).get("strategy", "") if isinstance(config.get("deploy"), dict) else ""
    if mounts and strategy in ("canary", "bluegreen"):
        wrong.append(f"{strategy} deployment strategy is not supported when using mounted volumes")
    if "http_service" in config and not wrong and not config["http_service"].get("internal_port"):
        wrong.append("Service has no internal_port set: http_service.internal_port is required")
    return unknown, wrong


def mounts_of(config: Json) -> list[Json]:
    """Written as `[mounts]` or as `[[mounts]]`."""
    found = config.get("mounts", [])
    return found if isinstance(found, list) else [found]


def _look(found: Any, known: Any, where: str, unknown: list[str], wrong: list[str]) -> None:  # Any: TOML, and _KNOWN
    if callable(known):
        if not known(found):
            wrong.append(f"{where}: {found!r} is no value for it")
    elif isinstance(known, list):
        for number, one in enumerate(found if isinstance(found, list) else [found]):
            _look(one, known[0], f"{where}[{number}]", unknown, wrong)
    elif not isinstance(found, dict):
        wrong.append(f"{where}: a section is wanted, not {found!r}")
    else:
        for key, value in found.items():
            inner = f"{where}.{key}".lstrip(".")
            if key in known:
                _look(value, known[key], inner, unknown, wrong)
            else:
                unknown.append(inner)
