-- +goose Up
-- No foreign key: a removed camera keeps its past, and its fid is never used again.
CREATE TABLE suhe.findings (
    hook       text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    fid        bigint NOT NULL,
    class      text NOT NULL,
    confidence double precision NOT NULL,
    time       timestamptz NOT NULL,
    received   timestamptz NOT NULL,
    lon        double precision NOT NULL,
    lat        double precision NOT NULL,
    box        double precision[] NOT NULL,
    picture    text NOT NULL,
    seq        bigint NOT NULL,
    PRIMARY KEY (hook, id)
);
CREATE INDEX findings_time ON suhe.findings (time DESC, hook, id);
CREATE INDEX findings_camera ON suhe.findings (fid, time DESC, hook, id);

COMMENT ON TABLE suhe.findings IS 'What algorithms found in the pictures of cameras.';
COMMENT ON COLUMN suhe.findings.fid IS 'of the camera';
COMMENT ON COLUMN suhe.findings.time IS 'when the picture was taken';
COMMENT ON COLUMN suhe.findings.received IS 'when we got it';
COMMENT ON COLUMN suhe.findings.box IS 'x, y, width, height as shares of the picture; zeros: not told';
COMMENT ON COLUMN suhe.findings.picture IS 'address, for those who may see evidence';
COMMENT ON COLUMN suhe.findings.seq IS 'sequence of the message in OBS';

-- +goose Down
DROP TABLE suhe.findings;
