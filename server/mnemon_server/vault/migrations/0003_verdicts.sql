-- How the newer of two memories stands to the older one. A verdict holds for the texts it was made of: whoever
-- changes a text drops it.
CREATE TABLE verdicts (
  newer INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
  older INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
  relation TEXT NOT NULL, -- same, update, contradiction, unrelated
  reason TEXT NOT NULL,
  sureness REAL NOT NULL,
  judge TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (newer, older)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdicts_by_older ON verdicts (older);

-- Which memories were compared with their neighbours, and found how: by words (when they are saved), or by meaning
-- too (once they have a vector).
CREATE TABLE examined (
  memory_id INTEGER PRIMARY KEY REFERENCES memories (id) ON DELETE CASCADE,
  found_by TEXT NOT NULL
) STRICT;

-- Why there is an edge, for people.
ALTER TABLE relations ADD COLUMN reason TEXT NOT NULL DEFAULT '';
