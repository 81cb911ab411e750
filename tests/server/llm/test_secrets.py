"""No key, token or password passes; ordinary words do."""

from __future__ import annotations

import pytest

from mnemon_server.llm.secrets import HIDDEN, redacted

SECRETS = [
    ("the token is ghp_0123456789abcdefghijABCDEFGHIJ000000 now", "ghp_"),
    ("use github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz for it", "github_pat_"),
    ("key AKIAIOSFODNN7EXAMPLE is the old one", "AKIA"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalr"),
    ("OPENAI_API_KEY=sk-proj-abcdefghijklmnop1234567890", "sk-proj"),
    ("anthropic key sk-ant-api03-abcdefghijklmnop", "sk-ant"),
    ("stripe sk_live_abcdefghij1234567890", "sk_live"),
    ("slack xoxb-1234567890-abcdefghij", "xoxb"),
    ("webhook https://hooks.slack.com/services/T000/B000/XXXX", "services"),
    ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc123", "eyJ"),
    ("postgres://app:s3cr3t-pw@db.internal:5432/app is the url", "s3cr3t"),
    ("Authorization: Bearer abcdef1234567890abcdef", "abcdef1234567890"),
    ("the sftp user is milk_ro with password kuh-Glocke!77 there", "Glocke"),
    ("password: hunter2hunter2", "hunter2"),
    ("das Passwort lautet Sonne!2024x", "Sonne"),
    ("la contraseña es Girasol#88 y caduca", "Girasol"),
    ("pin is 482913 for the door", "482913"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----", "b3Blbn"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow without an end", "MIIEow"),
    ("npm_abcdefghijklmnopqrstuvwxyz0123456789", "npm_"),
    ("hf_abcdefghijklmnopqrstuvwxyz012345", "hf_"),
    ("AIzaSyA1234567890abcdefghijklmnopqrstuv in the app", "AIza"),
    ("blob Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWpLTE1OT1A= there", "Zm9v"),
    ("fo1_abcdefghijklmnopqrstuvwxyz-12345 for fly", "fo1_"),
]
HARMLESS = [
    "We chose SQLite for the vault because it is one file.",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 broke the build",
    "the uuid is 123e4567-e89b-12d3-a456-426614174000",
    "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "The token expires after 15 minutes and the password policy wants twelve characters.",
    "src/components/dashboard/VeryLongComponentNameForTheOverview.tsx",
    "https://github.example.com/platform/platform-tf/pull/611",
    "use --no-verify-ssl-certificates-in-the-test-environment there",
    "the secret to good tests is a fake at the door",
    "api keys live in the vault of the platform team",
    "set PASSWORD=${DB_PASSWORD} in the compose file",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_is_removed(text: str, secret: str) -> None:
    assert secret not in redacted(text)
    assert HIDDEN in redacted(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_words_stay(text: str) -> None:
    assert redacted(text) == text


def test_twice_is_once() -> None:
    for text, _ in SECRETS:
        assert redacted(redacted(text)) == redacted(text)


def test_what_stands_around_a_secret_stays() -> None:
    text = "the sftp user is milk_ro with password kuh-Glocke!77 and it gets rotated on the 1st of every odd month"
    kept = redacted(text)
    assert kept.startswith("the sftp user is milk_ro with password")
    assert kept.endswith("and it gets rotated on the 1st of every odd month")
