"""The keys that flyctl knows in fly.toml, and what each is: a table of `internal/appconfig` of its source."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Fits = Callable[[Any], bool]  # Any: a TOML value
APP_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kmgt]?)i?b?", re.IGNORECASE)
_MEGABYTES = {"": 2.0**-20, "k": 2.0**-10, "m": 1.0, "g": 2.0**10, "t": 2.0**20}


@dataclass(frozen=True)
class Kind:
    """A value: what it is, in words, and whether one is it."""

    meant: str
    fits: Fits


@dataclass(frozen=True)
class Table:
    """A table with these keys, or `any_key` with values that are all alike. Where `is_listed`, any number of them."""

    keys: Mapping[str, Shape]
    any_key: Shape | None = None
    is_listed: bool = False
    needs: tuple[str, ...] = ()


Shape = Kind | Table


def seconds(duration: str | int) -> float:
    """How long `1m30s` is. Numbers are seconds, as `kill_timeout` takes them."""
    if isinstance(duration, int):
        return float(duration)
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION_PART.findall(duration))


def megabytes(size: str | int) -> float:
    """How much `1gb` is. Numbers are bytes."""
    found = _SIZE.fullmatch(str(size))
    return float(found[1]) * _MEGABYTES[found[2].lower()] if found else 0.0


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_duration(value: object) -> bool:
    return _is_number(value) or (isinstance(value, str) and bool(_DURATION.fullmatch(value)))


def _is_size(value: object) -> bool:
    return _is_number(value) or (isinstance(value, str) and bool(_SIZE.fullmatch(value)))


def _one_of(*words: str) -> Kind:
    return Kind(f"{', '.join(words[:-1])} or {words[-1]}", lambda value: value in words)


def _between(lowest: int, highest: int) -> Kind:
    meant = f"a whole number from {lowest} to {highest}"
    return Kind(meant, lambda value: _is_number(value) and lowest <= value <= highest)


TEXT = Kind("a text", _is_text)
TEXTS = Kind("a list of texts", _is_texts)
WORDS = Kind("a text or a list of texts", lambda value: _is_text(value) or _is_texts(value))
NUMBER = Kind("a whole number", _is_number)
FRACTION = Kind("a number", lambda value: _is_number(value) or isinstance(value, float))
TRUTH = Kind("true or false", lambda value: isinstance(value, bool))
DURATION = Kind('a duration such as "30s" or "5m"', _is_duration)
SIZE = Kind('a size such as "512mb" or "1gb"', _is_size)
PORT = _between(1, 65_535)
TEXTS_BY_NAME = Table({}, any_key=TEXT)
ANYTHING = Table({}, any_key=Kind("anything", lambda value: True))

_CHECK: dict[str, Shape] = {
    "interval": DURATION, "timeout": DURATION, "grace_period": DURATION, "method": TEXT, "path": TEXT,
    "protocol": _one_of("http", "https"), "tls_skip_verify": TRUTH, "tls_server_name": TEXT, "headers": TEXTS_BY_NAME,
}  # fmt: skip
_TIMES = {name: _CHECK[name] for name in ("interval", "timeout", "grace_period")}
_MACHINE_CHECK = Table(
    {"command": TEXTS, "image": TEXT, "entrypoint": TEXTS, "kill_signal": TEXT, "kill_timeout": DURATION},
    is_listed=True,
)
_CONCURRENCY = Table({"type": _one_of("requests", "connections"), "soft_limit": NUMBER, "hard_limit": NUMBER})
_TLS = Table({"alpn": TEXTS, "versions": TEXTS, "default_self_signed": TRUTH})
_SERVED: dict[str, Shape] = {
    "internal_port": PORT, "processes": TEXTS, "concurrency": _CONCURRENCY, "machine_checks": _MACHINE_CHECK,
    "auto_stop_machines": Kind(
        '"off", "stop" or "suspend"', lambda value: isinstance(value, bool) or value in ("off", "stop", "suspend")
    ),
    "auto_start_machines": TRUTH, "min_machines_running": NUMBER,
}  # fmt: skip
_PORT = Table(
    {
        "port": PORT, "start_port": PORT, "end_port": PORT, "handlers": TEXTS, "force_https": TRUTH,
        "tls_options": _TLS, "http_options": ANYTHING, "proxy_proto_options": ANYTHING,
    },
    is_listed=True,
)  # fmt: skip
_VM = {
    "size": TEXT, "memory": SIZE, "cpu_kind": _one_of("shared", "performance"), "cpus": NUMBER, "memory_mb": NUMBER,
    "max_memory_mb": NUMBER, "gpus": NUMBER, "gpu_kind": TEXT, "host_dedication_id": TEXT, "persist_rootfs": TEXT,
    "kernel_args": TEXTS, "processes": TEXTS,
}  # fmt: skip
_MOUNT = Table(
    {
        "source": TEXT, "destination": Kind("a folder's whole path", lambda value: str(value).startswith("/")),
        "initial_size": Kind('a size of at least "1gb"', lambda value: _is_size(value) and megabytes(value) >= 1024),
        "snapshot_retention": _between(1, 60), "scheduled_snapshots": TRUTH, "auto_extend_size_threshold": NUMBER,
        "auto_extend_size_increment": SIZE, "auto_extend_size_limit": SIZE, "processes": TEXTS,
    },
    is_listed=True,
    needs=("source", "destination"),
)  # fmt: skip
FLY_TOML = Table(
    {
        "app": Kind(
            "a name of small letters, digits and dashes, at most 63 of them",
            lambda value: isinstance(value, str) and bool(APP_NAME.fullmatch(value)),
        ),
        "primary_region": TEXT,
        "kill_signal": Kind("a signal's name", lambda value: isinstance(value, str) and value.startswith("SIG")),
        "kill_timeout": Kind(
            'a duration of at most five minutes, such as "60s"',
            lambda value: _is_duration(value) and seconds(value) <= 300,
        ),
        "swap_size_mb": NUMBER,
        "console_command": TEXT,
        "host_dedication_id": TEXT,
        "machine_config": TEXT,
        "container": TEXT,
        "experimental": ANYTHING,
        "build": Table(
            {
                "builder": TEXT, "args": TEXTS_BY_NAME, "buildpacks": TEXTS, "image": TEXT, "settings": ANYTHING,
                "builtin": TEXT, "dockerfile": TEXT, "ignorefile": TEXT, "build-target": TEXT, "build_target": TEXT,
                "compression": TEXT, "compression_level": NUMBER,
            }
        ),
        "deploy": Table(
            {
                "strategy": _one_of("rolling", "immediate", "canary", "bluegreen"), "max_unavailable": FRACTION,
                "wait_timeout": DURATION, "release_command": TEXT, "release_command_timeout": DURATION,
                "release_command_vm": Table(_VM), "seed_command": TEXT,
            }
        ),
        "env": Table({}, any_key=Kind("a text", lambda value: not isinstance(value, dict | list))),
        "processes": TEXTS_BY_NAME,
        "mounts": _MOUNT,
        "mount": _MOUNT,
        "http_service": Table(
            {
                **_SERVED, "force_https": TRUTH, "tls_options": _TLS, "http_options": ANYTHING,
                "checks": Table(_CHECK, is_listed=True),
            },
            needs=("internal_port",),
        ),
        "services": Table(
            {
                **_SERVED, "protocol": _one_of("tcp", "udp"), "ports": _PORT,
                "tcp_checks": Table(_TIMES, is_listed=True), "http_checks": Table(_CHECK, is_listed=True),
            },
            is_listed=True,
        ),
        "checks": Table(
            {},
            any_key=Table(
                {**_CHECK, "port": PORT, "type": _one_of("http", "tcp"), "kind": TEXT, "processes": TEXTS},
                needs=("type",),
            ),
        ),
        "machine_checks": _MACHINE_CHECK,
        "files": Table(
            {"guest_path": TEXT, "local_path": TEXT, "secret_name": TEXT, "raw_value": TEXT, "processes": TEXTS},
            is_listed=True,
            needs=("guest_path",),
        ),
        "restart": Table(
            {"policy": _one_of("always", "never", "on-failure"), "retries": NUMBER, "processes": TEXTS},
            is_listed=True,
        ),
        "vm": Table(_VM, is_listed=True),
        "compute": Table(_VM, is_listed=True),
        "statics": Table(
            {"guest_path": TEXT, "url_prefix": TEXT, "tigris_bucket": TEXT, "index_document": TEXT},
            is_listed=True,
            needs=("guest_path", "url_prefix"),
        ),
        "metrics": Table({"port": PORT, "path": TEXT, "https": TRUTH, "processes": TEXTS}, is_listed=True),
    },
    needs=("app",),
)  # fmt: skip
