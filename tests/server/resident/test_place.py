"""Where a resident is: the same for everybody who looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnemon_server.resident import place
from mnemon_server.settings import vault_folder


@pytest.mark.parametrize("named", ["", "~/vault", "relative/vault", "/a/b/../c", "/a/b/", "~", "/ü ö/vault", "/"])
def test_the_vaults_folder_is_the_one_of_the_settings(
    named: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"MNEMON_VAULT_DIR": named}
    light, known = place.vault_folder(environment), vault_folder(environment, home)
    assert Path(light) == Path(known) or Path(light) == Path(known).resolve()


def test_only_what_decides_how_a_vault_is_used_is_passed_on() -> None:
    ours = {"MNEMON_MODEL_PATH": "/m", "https_proxy": "http://p:1", "NO_PROXY": "x"}
    environment = {**ours, "AWS_SECRET_ACCESS_KEY": "no", "PATH": "/bin", "HTTP_PROXY": "http://q:2"}
    assert place.passed_on(environment) == ours


@pytest.mark.parametrize(("said", "is_off"), [("off", True), ("OFF ", True), ("0", True), ("", False), ("on", False)])
def test_it_can_be_switched_off(said: str, is_off: bool) -> None:
    assert place.is_off({place.OFF: said}) is is_off
    assert not place.is_off({})
