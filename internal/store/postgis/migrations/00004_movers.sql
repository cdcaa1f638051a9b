-- +goose Up
ALTER TABLE suhe.assets DROP CONSTRAINT assets_kind_check;
ALTER TABLE suhe.assets ADD CONSTRAINT assets_kind_check
    CHECK (kind IN ('area', 'water', 'bank', 'bridge', 'building', 'landmark', 'asset', 'camera', 'sensor', 'mover'));
CREATE VIEW suhe.v_movers AS SELECT * FROM suhe.assets WHERE kind = 'mover';

-- No foreign key: a removed asset keeps its past, and its fid is never used again.
CREATE TABLE suhe.fixes (
    fid      bigint NOT NULL,
    time     timestamptz NOT NULL,
    received timestamptz NOT NULL,
    lon      double precision NOT NULL,
    lat      double precision NOT NULL,
    heading  double precision NOT NULL,
    speed    double precision NOT NULL,
    accuracy double precision NOT NULL,
    seq      bigint NOT NULL,
    PRIMARY KEY (fid, time)
);
CREATE INDEX fixes_time ON suhe.fixes USING brin (time);

COMMENT ON TABLE suhe.fixes IS 'Where movers said they were, believed or not.';
COMMENT ON COLUMN suhe.fixes.time IS 'when it was there';
COMMENT ON COLUMN suhe.fixes.received IS 'when we got it';
COMMENT ON COLUMN suhe.fixes.heading IS 'degrees clockwise from north; -1: not told';
COMMENT ON COLUMN suhe.fixes.speed IS 'metres a second; -1: not told';
COMMENT ON COLUMN suhe.fixes.accuracy IS 'metres; -1: not told';
COMMENT ON COLUMN suhe.fixes.seq IS 'sequence of the message in OBS';

-- For maps: QGIS draws it and filters it by time.
CREATE VIEW suhe.v_fixes AS
    SELECT f.*, a.id, a.class, a.name, st_setsrid(st_makepoint(f.lon, f.lat), 4326)::geometry(Point, 4326) AS geom
    FROM suhe.fixes f JOIN suhe.assets a USING (fid);

-- +goose Down
DROP VIEW suhe.v_fixes, suhe.v_movers;
DROP TABLE suhe.fixes;
DELETE FROM suhe.assets WHERE kind = 'mover';
ALTER TABLE suhe.assets DROP CONSTRAINT assets_kind_check;
ALTER TABLE suhe.assets ADD CONSTRAINT assets_kind_check
    CHECK (kind IN ('area', 'water', 'bank', 'bridge', 'building', 'landmark', 'asset', 'camera', 'sensor'));
