-- MBTiles 1.3; the application id is that of the format ("MPBX").
PRAGMA application_id = 0x4d504258;

CREATE TABLE metadata (name TEXT NOT NULL, value TEXT NOT NULL);
CREATE UNIQUE INDEX name ON metadata (name);

CREATE TABLE tiles (
  zoom_level  INTEGER NOT NULL,
  tile_column INTEGER NOT NULL,
  tile_row    INTEGER NOT NULL, -- from the south
  tile_data   BLOB NOT NULL
);
