"""Where things are and what the user has set: environment first, then config.toml, then defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mnemon_server.addresses import checked_address
from mnemon_server.errors import BadConfig, UsageError
from mnemon_server.settable import Value, setting_named


@dataclass(frozen=True)
class Settings:
    """One user's mnemon: the folder with everything in it, and what config.toml says."""

    folder: Path
    values: Mapping[str, Value] = field(default_factory=dict)
    model_path_from_environment: str = ""
    remote: str = ""  # the address of the vault when it is on the web
    bucket_from_environment: str = ""
    vault_name: str = "default"  # under which the bucket has this vault's backups
    deployed_by: str = ""  # on a server: the id of the machine that has deployed it, and hands its vault over
    llm_path_from_environment: str = ""

    @property
    def vault_path(self) -> Path:
        return self.folder / "default.sqlite"

    @property
    def has_vault(self) -> bool:
        """Whether there is a vault already, as far as can be told without asking anybody."""
        return bool(self.remote) or self.vault_path.exists()

    @property
    def config_path(self) -> Path:
        return self.folder / "config.toml"

    @property
    def models_folder(self) -> Path:
        return self.folder / "models"

    @property
    def archive_folder(self) -> Path:
        return self.folder / "archive"

    @property
    def logs_folder(self) -> Path:
        return self.folder / "logs"

    @property
    def ops_folder(self) -> Path:
        return self.folder / "ops"

    @property
    def backups_folder(self) -> Path:
        return self.folder / "backups"

    @property
    def oauth_path(self) -> Path:
        return self.folder / "oauth.sqlite"

    @property
    def sessions_path(self) -> Path:
        return self.folder / "mcp_sessions.sqlite"

    @property
    def remote_path(self) -> Path:
        return self.folder / "remote_url"

    @property
    def token_path(self) -> Path:
        return self.folder / "local_token"

    @property
    def passphrase_path(self) -> Path:
        return self.folder / "owner_passphrase"

    @property
    def sync_state_path(self) -> Path:
        return self.folder / "sync_state.json"

    @property
    def bucket(self) -> str:
        """Where backups go; empty when there are none."""
        return self.bucket_from_environment or str(self.value("s3_bucket"))

    @property
    def model(self) -> str:
        return str(self.value("model"))

    @property
    def model_path(self) -> Path | None:
        path = self.model_path_from_environment or str(self.value("model_path"))
        return Path(path).expanduser() if path else None

    @property
    def llm_path(self) -> Path | None:
        path = self.llm_path_from_environment or str(self.value("llm_path"))
        return Path(path).expanduser() if path else None

    def value(self, name: str) -> Value:
        """The value in force of a settable key."""
        return self.values.get(name, setting_named(name).default)


def vault_folder(environment: Mapping[str, str], home: Path) -> Path:
    """`MNEMON_VAULT_DIR`, or `.mnemon` in the home folder."""
    named = environment.get("MNEMON_VAULT_DIR", "")
    return Path(named).expanduser().absolute() if named else home / ".mnemon"


def remote_url(environment: Mapping[str, str], folder: Path) -> str:
    """Where the vault lives when it is on the web: `MNEMON_REMOTE_URL`, or the file `remote_url`; empty when local.

    Raises:
        BadConfig: not https, and not on this machine either; or a file that is there and holds no such address, or
            cannot be read: whoever has a vault on the web must not end up with an empty one here.
    """
    named, path = environment.get("MNEMON_REMOTE_URL", "").strip(), folder / "remote_url"
    if named:
        return checked_address(named, "the remote's address")
    hint = "mnemon setup --remote-url URL; or delete the file, to use the vault of this machine"
    try:
        kept = path.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            raise BadConfig(f"{path} leads nowhere", hint) from None
        return ""
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadConfig(f"{path} cannot be read: {trouble}", hint) from trouble
    if not kept:  # as it is after a power cut
        raise BadConfig(f"{path} is empty", hint)
    try:
        return checked_address(kept, f"the address in {path}")
    except BadConfig as trouble:
        raise BadConfig(trouble.message, hint) from None


def load_settings(environment: Mapping[str, str], home: Path) -> Settings:
    """Read config.toml in the vault folder; a missing file means defaults.

    Raises:
        BadConfig: the file is not TOML, or holds an unknown key or a value out of range.
    """
    folder = vault_folder(environment, home)
    path = folder / "config.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadConfig(f"{path} cannot be read: {trouble}") from trouble
    return Settings(
        folder,
        parse_config(text, str(path)),
        environment.get("MNEMON_MODEL_PATH", ""),
        remote_url(environment, folder),
        environment.get("MNEMON_S3_BUCKET", "").strip(),
        environment.get("MNEMON_VAULT_NAME", "").strip() or "default",
        environment.get("MNEMON_DEPLOYED_BY", "").strip(),
        environment.get("MNEMON_LLM_PATH", ""),
    )


def parse_config(text: str, path: str) -> dict[str, Value]:
    """The checked keys of a config.toml text."""
    if not text.strip():
        return {}
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        hint = "mend the line, or move the file away"
        raise BadConfig(f"{path} is not valid TOML: {trouble}", hint) from trouble
    try:
        return {name: setting_named(name).checked(value) for name, value in table.items()}
    except UsageError as trouble:
        raise BadConfig(f"{path}: {trouble.message}", trouble.hint) from trouble
