"""What a user may set in config.toml: the keys, their defaults, what each takes."""

from __future__ import annotations

from dataclasses import dataclass

from mnemon_server.errors import UsageError

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
    Setting("resident_minutes", 15, "after so long without a question the shared server leaves; 0: none", 0, 10_080),
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
