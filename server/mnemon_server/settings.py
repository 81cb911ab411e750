"""Where things are and what the user has set: environment first, then config.toml, then defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mnemon_server.addresses import checked_address
from mnemon_server.errors import BadConfig, UsageError

Value = str | int
DEFAULT_MODEL = "BAAI/bge-small-en-v1.5"
# Nobody has fetched this one from here: docs/decisions/0012-judge.md says what is known of it.
DEFAULT_JUDGE_MODEL = "onnx-community/Qwen3-1.7B-ONNX"


JUDGES = ("auto", "none")


@dataclass(frozen=True)
class Setting:
    """One key of config.toml. Numbers carry their smallest and largest allowed value, some texts all that are."""

    name: str
    default: Value
    meaning: str
    smallest: int = 0
    largest: int = 0
    allowed: tuple[str, ...] = ()

    def parse(self, text: str) -> Value:
        """The value that `text`, typed by a user, stands for.

        Raises:
            UsageError: not a number where one is due, or out of range, or none of the texts that are allowed.
        """
        if isinstance(self.default, str):
            return self.checked(text)
        try:
            number = int(text)
        except ValueError:
            raise UsageError(f"{self.name} takes a whole number, not {text!r}") from None
        return self.checked(number)

    def checked(self, value: object) -> Value:
        if isinstance(self.default, str):
            if not isinstance(value, str):
                raise UsageError(f"{self.name} takes a text")
            if self.allowed and value not in self.allowed:
                raise UsageError(f"{self.name} takes {' or '.join(self.allowed)}, not {value!r}")
            return value
        if not isinstance(value, int) or isinstance(value, bool):
            raise UsageError(f"{self.name} takes a whole number")
        if not self.smallest <= value <= self.largest:
            allowed = f"a number from {self.smallest} to {self.largest}"
            raise UsageError(f"{self.name} takes {allowed}, not {value}")
        return value


SETTABLE: tuple[Setting, ...] = (
    Setting("model", DEFAULT_MODEL, "embedding model that setup downloads and search uses"),
    Setting("model_path", "", "folder of a model that is already on this machine; wins over `model`"),
    Setting("search_limit", 8, "results of a search that names no limit", 1, 100),
    Setting("profile_tokens", 1500, "budget of the profile, in tokens", 100, 20_000),
    Setting("surface_limit", 5, "memories that a prompt is given at most; 0: none", 0, 20),
    Setting("surface_tokens", 800, "budget of what a prompt is given, in tokens", 100, 2_200),
    Setting("start_tokens", 800, "budget of what a session starts with, in tokens; 0: nothing", 0, 2_200),
    Setting("capture", "on", "whether hooks keep what is said in a session: on or off"),
    Setting("judge", "auto", "who reads text: auto, the model on this machine if it is here, or none", allowed=JUDGES),
    Setting("llm_model", DEFAULT_JUDGE_MODEL, "repository of the model that `mnemon model fetch --judge` downloads"),
    Setting("llm_path", "", "folder of a judge's model that is already on this machine; wins over `llm_model`"),
    Setting("llm_seconds", 20, "longest that the model may take for an answer", 1, 300),
    Setting("llm_memory_mb", 3_000, "most memory that the model may take, on Linux", 300, 1_000_000),
    Setting("llm_idle_minutes", 5, "after so long without a question the model is unloaded", 1, 1_440),
    Setting("s3_bucket", "", "bucket that `mnemon sync` keeps the vault's backups in"),
    Setting("s3_endpoint", "", "address of an S3 store other than AWS; otherwise as AWS's own tools have it"),
    Setting("s3_profile", "", "profile of ~/.aws whose credentials are used; otherwise as AWS's own tools choose"),
    Setting("backup_minutes", 60, "a server's automatic backups are so far apart at least; 0: none", 0, 10_080),
)
_SETTABLE = {setting.name: setting for setting in SETTABLE}


def setting_named(name: str) -> Setting:
    """The setting called `name`.

    Raises:
        UsageError: no such setting; the hint lists all.
    """
    setting = _SETTABLE.get(name)
    if setting is None:
        raise UsageError(f"unknown setting {name!r}", f"the settings are {', '.join(_SETTABLE)}")
    return setting


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
