"""Every failure a user can meet, each with a sentence, a hint and an exit status."""

from __future__ import annotations


class MnemonError(Exception):
    """An expected failure.

    `code` is a stable word for programs, the message is one sentence for people, `hint` is a command to
    paste or a next step, and `exit_status` is what the command line returns (1 expected, 2 usage,
    4 missing prerequisite).
    """

    code = "error"
    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def to_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "hint": self.hint}


class UsageError(MnemonError):
    """The caller named something that does not exist: a type, a client, a flag, a setting."""

    code = "usage"
    exit_status = 2


class BadConfig(MnemonError):
    """config.toml cannot be used as it stands."""

    code = "bad-config"


class BadContent(MnemonError):
    """Text that cannot be kept: empty, too long, binary, or not Unicode."""

    code = "bad-content"


class UnknownMemory(MnemonError):
    """No memory a user can see has this id."""

    code = "unknown-memory"


class VaultRefused(MnemonError):
    """The file is not a vault this program may open."""

    code = "vault-refused"


class VaultDamaged(VaultRefused):
    """It is a vault, and SQLite finds it damaged."""


class VaultTooNew(MnemonError):
    """The vault was written by a newer program."""

    code = "vault-too-new"
    exit_status = 4


class VaultBusy(MnemonError):
    """Another process held the vault too long, or it is frozen for a moment; trying again is right."""

    code = "vault-busy"


class VaultMoved(MnemonError):
    """The memories live elsewhere now; this copy takes no writes."""

    code = "vault-moved"


class DiskTrouble(MnemonError):
    """The disk is full, read-only or failing; nothing was changed."""

    code = "disk"


class ModelMissing(MnemonError):
    """No embedding model is on this machine."""

    code = "model-missing"
    exit_status = 4


class ModelBroken(MnemonError):
    """The model's files are there but cannot be loaded."""

    code = "model-broken"


class ModelUnreachable(MnemonError):
    """The model hub did not answer."""

    code = "model-unreachable"
    exit_status = 4
