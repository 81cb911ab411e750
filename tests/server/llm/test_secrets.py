"""No key, token or password passes; ordinary words do."""

from __future__ import annotations

import time

import pytest
from tests.scripts.doomed import SEEDED

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
    ("password: sunshinebeach", "sunshine"),
    ("api_key: abcdefghijkl", "abcdef"),
    ("secret: swordfish, ask bob", "swordfish"),
    ("password = swordfish", "swordfish"),
    ("password=swordfish now", "swordfish"),
    ('{"dbPassword": "swordfish"}', "swordfish"),
    ("wifi password: sunshinebeach for the guests", "sunshine"),
    ("**Password:** sunshinebeach", "sunshine"),
    ("the password for staging: swordfish7", "swordfish"),
    ("staging password was changed to BlueFish77x", "BlueFish"),
    ("set PGPASSWORD to hunter2xyz", "hunter2"),
    ("clientSecret: abcdefghijkl", "abcdef"),
    ("curl -u admin:hunter22zz https://example.com", "hunter22"),
    ("mysql -u root -pHunter22 shop", "Hunter22"),
    ("sshpass -p 'My Secret Pass' ssh host", "My Secret"),
    ("pw hunter2pw9", "hunter2"),
    ("creds are admin/hunter22", "hunter22"),
    ("creds: admin / hunter22", "hunter22"),
    ("login is root / toor1234 on the box", "toor1234"),
    ("Das Passwort für die DB ist Sommer2024", "Sommer"),
    ("das Datenbankpasswort wurde auf Winter2025 geändert", "Winter"),
    ("WLAN-Passwort: sonnenblume", "sonnen"),
    ("Kennwort: geheim", "geheim"),
    ("la contraseña de la base es Verano2024", "Verano"),
    ("contraseña: girasoles", "girasoles"),
    ("X-Api-Key: abcdefghijklmnop", "abcdef"),
    ("Cookie: session=abcdef123456abcdef; theme=abcdef", "abcdef"),
    ("sntrys_eyJpYXQiOjE2", "eyJ"),
    ("figd_abcdefghijklmnopqrstuvwxyz", "abcdef"),
    ("bearer: abcdefghijkl", "abcdef"),
    ("the password is hunter2 or swordfish1", "swordfish1"),
    ("the password is `hunter2` or `swordfish1`", "swordfish1"),
    ('the passphrase is "correct horse battery staple"', "horse"),
    ("use the password `correct horse battery staple`", "horse"),
    ("the access token is 3f786850e387550fdab836ed7e6dc881de23001b", "3f78"),
    ("postgres://app:p@ss@db.internal/app", "ss@"),
    ("https://bob:a/SECRET@host/x", "SECRET"),
    ("https://api.example.com/?api_key=abcdefghijklmnop", "abcdef"),
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
    "the secret-manager is in us-east-1",
    "mapping is user_id2name",
    "shipping is handled by carrier_v2",
    "the token expires after 15 minutes",
    "password policy: at least twelve characters",
    "password: minimum twelve characters",
    "the api key rotation job runs nightly",
    "we use basic authentication and token authentication with bearer authentication",
    "the `password` and `username` columns are text",
    "max_tokens = 100000 and token_count: 120000",
    "pin the version to 1.2.3-beta4 and pin: eslint-config2",
    "token = get_token(user)",
    "password: string",
    "the password was hashed with argon2id",
    "http://localhost:3000/@vite/client is the address",
    "docker run -p 8080:80 -u 1000:1000 image",
    "the wifi password: ask Dana for it",
    "the credentials live in ~/.config/mnemon/credentials.json",
]
LONG = 20_000
SEEDS = [
    *(
        "A1b2-",
        "a.b-",
        "secret_",
        "a-",
        "a ",
        "password ",
        "password password:",
        "password=",
        "pw ",
        "pw=ab ",
        "pin ",
        "pw:",
    ),
    *(
        "password for a ",
        "password for a is ",
        "for a ",
        "de a ",
        "eyJaaaaaaaa",
        "eyJaaaaaaaa-",
        "eyJaaaaaaaa.",
        "http://",
    ),
    *(
        "a://b:",
        "a://b:c/",
        "a+b://",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN ",
        "PRIVATE KEY ",
        "-----END ",
        "xoxb-",
    ),
    *(
        "token=${",
        "token=${token=",
        "token: <",
        '"',
        "password '",
        'password "a ',
        "authorization: ",
        "cookie:a=",
        "cookie:a=b;",
    ),
    *(
        "-u a:",
        "-pa",
        "-u",
        "sshpass -p",
        "basic ",
        "basic aaaaaaaa",
        "token is is ",
        "Password",
        "passwordA",
        "passwordPassword",
    ),
    *(
        "a+",
        "=",
        "+",
        "a=",
        "SG.aaaaaaaaaa",
        "SG.aaaaaaaaaa.",
        "[secret removed] or ",
        "[secret removed] or a1",
        "creds a/ ",
    ),
    *(
        "creds: a / ",
        "\n",
        " ",
        "a",
        "A",
        "1",
        "é",
        "token:\n",
        "a@b.",
        "token a@b.",
        "?sig=",
        "password_",
        "login is a:",
    ),
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
    assert redacted("at postgres://app:s3cr3t@db.internal/app now") == f"at postgres://app:{HIDDEN}@db.internal/app now"
    assert redacted("redis://:s3cr3tpass@host:6379") == f"redis://:{HIDDEN}@host:6379"
    assert redacted("curl -u admin:hunter22zz https://x") == f"curl -u admin:{HIDDEN} https://x"


@pytest.mark.parametrize("start", ["", "password is ", pytest.param("-----BEGIN ", marks=SEEDED)])
def test_no_text_takes_long(start: str) -> None:
    """Ten seconds, where a tenth of one is usual: a pattern gone wild takes minutes."""
    for seed in SEEDS:
        hostile = (start + seed * LONG)[:LONG]
        begun = time.process_time()
        redacted(hostile)
        assert time.process_time() - begun < 10, seed
