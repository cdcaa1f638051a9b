-- +goose Up
-- No foreign key: a removed asset keeps its past, and its fid is never used again.
CREATE TABLE suhe.observations (
    fid        bigint NOT NULL,
    phenomenon text NOT NULL,
    time       timestamptz NOT NULL,
    received   timestamptz NOT NULL,
    value      double precision NOT NULL,
    PRIMARY KEY (fid, phenomenon, time)
);
-- Rows arrive nearly in order of time: a few kilobytes are index enough to find
-- a day among years.
CREATE INDEX observations_time ON suhe.observations USING brin (time);

CREATE TABLE suhe.latest (
    fid        bigint NOT NULL,
    phenomenon text NOT NULL,
    time       timestamptz NOT NULL,
    received   timestamptz NOT NULL,
    value      double precision NOT NULL,
    seq        bigint NOT NULL,
    PRIMARY KEY (fid, phenomenon)
) WITH (fillfactor = 70);

COMMENT ON COLUMN suhe.observations.time IS 'when it was true';
COMMENT ON COLUMN suhe.observations.received IS 'when we got it';
COMMENT ON COLUMN suhe.latest.seq IS 'sequence of the message in OBS';

-- +goose Down
DROP TABLE suhe.observations, suhe.latest;
