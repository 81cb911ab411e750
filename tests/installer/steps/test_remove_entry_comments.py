"""Taking our entry out leaves what the user wrote around it."""

from __future__ import annotations

from mnemon_installer.edits.jsonc import Document

ENTRY = ("mcpServers", "mnemon")


def test_a_note_in_the_object_we_made_keeps_that_object() -> None:
    before = "{}\n"
    parents = Document(before).absent_above(ENTRY)
    ours = Document(before).set(ENTRY, {"command": "/opt/mnemon"}).text
    noted = ours.replace('"mcpServers": {', '"mcpServers": { // my own note')
    assert "my own note" in Document(noted).remove(ENTRY, prune=parents).text
    assert Document(ours).remove(ENTRY, prune=parents).text == before
