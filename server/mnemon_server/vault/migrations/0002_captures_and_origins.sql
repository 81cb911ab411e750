-- What hooks captured and nobody has confirmed yet. A table of its own: a column behind the texts of `memories` would
-- make every reader of the other columns walk through the pages of a long memory.
CREATE TABLE captures (
  memory_id INTEGER PRIMARY KEY REFERENCES memories (id) ON DELETE CASCADE,
  role TEXT NOT NULL, -- who said it: user or assistant
  cue TEXT NOT NULL, -- what gave the statement away
  captured_at INTEGER NOT NULL
) STRICT;

-- Which project a memory was saved in, where that is known: a repository or a folder.
CREATE TABLE origins (
  memory_id INTEGER PRIMARY KEY REFERENCES memories (id) ON DELETE CASCADE,
  project TEXT NOT NULL
) STRICT;

-- Rows of one change share the id of its first; what `undo` writes names the change it took back.
ALTER TABLE history ADD COLUMN part_of INTEGER;
ALTER TABLE history ADD COLUMN undoes INTEGER;
CREATE INDEX history_by_change ON history (part_of) WHERE part_of IS NOT NULL;
CREATE INDEX history_by_undone ON history (undoes) WHERE undoes IS NOT NULL;

-- The mean cosine of random pairs: where this model's scale begins.
ALTER TABLE models ADD COLUMN background REAL;
