"""Command lines of `fly`. Everything that it would ask is said, and no secret ever stands in one."""

from __future__ import annotations

VOLUME = "mnemon_data"


def version(program: str) -> tuple[str, ...]:
    return (program, "version", "--json")


def whoami(program: str) -> tuple[str, ...]:
    return (program, "auth", "whoami", "--json")


def list_orgs(program: str) -> tuple[str, ...]:
    return (program, "orgs", "list", "--json")


def list_regions(program: str) -> tuple[str, ...]:
    return (program, "platform", "regions", "--json")


def list_apps(program: str) -> tuple[str, ...]:
    return (program, "apps", "list", "--json")


def create_app(program: str, app: str, org: str) -> tuple[str, ...]:
    return (program, "apps", "create", app, "-o", org, "--json", "--yes")


def destroy_app(program: str, app: str) -> tuple[str, ...]:
    """Its machines, volumes and their snapshots go with it."""
    return (program, "apps", "destroy", app, "--yes")


def list_volumes(program: str, app: str) -> tuple[str, ...]:
    return (program, "volumes", "list", "-a", app, "--json")


def create_volume(program: str, app: str, region: str) -> tuple[str, ...]:
    """Always one more: names of volumes are not unique."""
    size = ("-s", "1", "--snapshot-retention", "14")
    return (program, "volumes", "create", VOLUME, "-a", app, "-r", region, *size, "--yes", "--json")


def list_secrets(program: str, app: str) -> tuple[str, ...]:
    return (program, "secrets", "list", "-a", app, "--json")


def stage_secrets(program: str, app: str) -> tuple[str, ...]:
    """They stand on standard input, as `secret_lines` writes them."""
    return (program, "secrets", "import", "-a", app, "--stage")


def deploy_secrets(program: str, app: str) -> tuple[str, ...]:
    return (program, "secrets", "deploy", "-a", app)


def deploy(program: str, app: str, folder: str) -> tuple[str, ...]:
    """One machine, because there is one volume. `folder` holds fly.toml and what the image is built from."""
    return (program, "deploy", folder, "-a", app, "-c", f"{folder}/fly.toml", "--remote-only", "--ha=false", "--yes")


def status(program: str, app: str) -> tuple[str, ...]:
    return (program, "status", "-a", app, "--json")


def list_machines(program: str, app: str) -> tuple[str, ...]:
    return (program, "machine", "list", "-a", app, "--json")


def stop_machine(program: str, app: str, machine: str) -> tuple[str, ...]:
    return (program, "machine", "stop", machine, "-a", app)


def logs(program: str, app: str) -> tuple[str, ...]:
    return (program, "logs", "-a", app, "--no-tail", "--json")


def validate(program: str, fly_toml: str) -> tuple[str, ...]:
    return (program, "config", "validate", "-c", fly_toml, "--strict")


def create_storage(program: str, app: str, org: str, bucket: str) -> tuple[str, ...]:
    """A bucket at Tigris; its keys become secrets of the app, and are printed once."""
    return (program, "storage", "create", "-n", bucket, "-o", org, "-a", app, "--yes")


def list_storage(program: str, org: str) -> tuple[str, ...]:
    """A table; there is no JSON of it."""
    return (program, "storage", "list", "-o", org)


def secret_lines(secrets: dict[str, str]) -> str:
    """What `fly secrets import` reads: it knows no escapes, and outside quotes a # would cut a value short.

    Raises:
        ValueError: a value that cannot be written so.
    """
    for name, value in secrets.items():
        if any(sign in value for sign in '"\n\r'):
            raise ValueError(f"{name} has a quote or a line break in it")
    return "".join(f'{name}="{value}"\n' for name, value in secrets.items())
