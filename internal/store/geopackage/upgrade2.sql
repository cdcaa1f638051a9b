-- Movers: one more kind, and where they say they are. Findings of algorithms.
-- Only the words of a check
-- change, not what lies in the table, so the text of the schema may be edited
-- (sqlite.org/pragma.html#pragma_writable_schema).
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, '''camera'', ''sensor'')', '''camera'', ''sensor'', ''mover'')')
    WHERE type = 'table' AND name = 'assets';
PRAGMA writable_schema = RESET;

-- Times are Unix milliseconds; heading, speed and accuracy are -1 if not told.
CREATE TABLE fixes (
    fid INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    lon DOUBLE NOT NULL,
    lat DOUBLE NOT NULL,
    heading DOUBLE NOT NULL,
    speed DOUBLE NOT NULL,
    accuracy DOUBLE NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (fid, time_ms)
) WITHOUT ROWID;

-- What algorithms found in the pictures of cameras (fid): x, y, width and height
-- are shares of the picture, zeros if not told.
CREATE TABLE findings (
    rowid INTEGER PRIMARY KEY NOT NULL,
    hook TEXT NOT NULL,
    id TEXT NOT NULL,
    fid INTEGER NOT NULL,
    class TEXT NOT NULL,
    confidence DOUBLE NOT NULL,
    time_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    lon DOUBLE NOT NULL,
    lat DOUBLE NOT NULL,
    x DOUBLE NOT NULL,
    y DOUBLE NOT NULL,
    width DOUBLE NOT NULL,
    height DOUBLE NOT NULL,
    picture TEXT NOT NULL,
    seq INTEGER NOT NULL,
    UNIQUE (hook, id)
);
CREATE INDEX findings_time ON findings (time_ms DESC, hook, id);
CREATE INDEX findings_camera ON findings (fid, time_ms DESC, hook, id);

UPDATE meta SET value = 2 WHERE name = 'schema';
