-- Movers: one more kind, and where they say they are. Only the words of a check
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

UPDATE meta SET value = 2 WHERE name = 'schema';
