-- +goose Up
-- What assets were. A row is an asset before an edit, or, removed, as it was when it
-- was removed, with who removed it, when and why.
CREATE TABLE suhe.revisions (
    LIKE suhe.assets,
    removed boolean NOT NULL,
    until   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (id, revision)
);
CREATE INDEX revisions_until ON suhe.revisions (until);
COMMENT ON TABLE suhe.revisions IS 'What assets were before each edit, kept by triggers of suhe.assets. Old rows may be deleted.';
COMMENT ON COLUMN suhe.revisions.until IS 'when the asset was no longer so; of a removal when it was removed';
COMMENT ON COLUMN suhe.revisions.removed IS 'the asset was removed then: changed_at, changed_by and why tell of the removal';

-- The columns of suhe.assets and of suhe.revisions are the same, but for the last two.
-- +goose StatementBegin
CREATE FUNCTION suhe.revisions_update() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = suhe, pg_temp AS $$
BEGIN
    INSERT INTO suhe.revisions SELECT w.*, false FROM was_rows w JOIN now_rows n ON n.fid = w.fid
        WHERE n.revision <> w.revision ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION suhe.revisions_delete() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = suhe, pg_temp AS $$
BEGIN
    INSERT INTO suhe.revisions SELECT w.*, true FROM was_rows w ON CONFLICT DO NOTHING;
    UPDATE suhe.revisions r SET revision = r.revision + 1, changed_at = clock_timestamp(), changed_by = session_user, why = ''
        FROM was_rows w WHERE r.id = w.id AND r.revision = w.revision AND r.removed;
    INSERT INTO suhe.revisions SELECT w.*, false FROM was_rows w ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- One that is made again by hand goes on where it ended; ours do so themselves.
-- +goose StatementBegin
CREATE FUNCTION suhe.revisions_insert() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = suhe, pg_temp AS $$
BEGIN
    UPDATE suhe.assets a SET revision = t.last + 1
        FROM (SELECT n.fid, n.revision, (SELECT max(r.revision) FROM suhe.revisions r WHERE r.id = n.id) AS last FROM now_rows n) t
        WHERE a.fid = t.fid AND t.last >= t.revision;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- What is emptied is removed row by row, so that all that follows a removal follows.
-- +goose StatementBegin
CREATE FUNCTION suhe.assets_truncate() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = suhe, pg_temp AS $$
BEGIN
    DELETE FROM suhe.assets;
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER revisions_update AFTER UPDATE ON suhe.assets
    REFERENCING OLD TABLE AS was_rows NEW TABLE AS now_rows FOR EACH STATEMENT EXECUTE FUNCTION suhe.revisions_update();
CREATE TRIGGER revisions_delete AFTER DELETE ON suhe.assets
    REFERENCING OLD TABLE AS was_rows FOR EACH STATEMENT EXECUTE FUNCTION suhe.revisions_delete();
CREATE TRIGGER revisions_insert AFTER INSERT ON suhe.assets
    REFERENCING NEW TABLE AS now_rows FOR EACH STATEMENT EXECUTE FUNCTION suhe.revisions_insert();
CREATE TRIGGER assets_truncate BEFORE TRUNCATE ON suhe.assets
    FOR EACH STATEMENT EXECUTE FUNCTION suhe.assets_truncate();
DROP TRIGGER outbox_truncate ON suhe.assets;
DROP FUNCTION suhe.outbox_truncate;

-- +goose Down
-- +goose StatementBegin
CREATE FUNCTION suhe.outbox_truncate() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = suhe, pg_temp AS $$
BEGIN
    INSERT INTO suhe.outbox (fid, asset, removed) SELECT fid, id, true FROM suhe.assets ORDER BY fid;
    IF FOUND THEN PERFORM pg_notify('suhe_outbox', ''); END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER outbox_truncate BEFORE TRUNCATE ON suhe.assets
    FOR EACH STATEMENT EXECUTE FUNCTION suhe.outbox_truncate();
DROP TRIGGER assets_truncate ON suhe.assets;
DROP TRIGGER revisions_update ON suhe.assets;
DROP TRIGGER revisions_delete ON suhe.assets;
DROP TRIGGER revisions_insert ON suhe.assets;
DROP FUNCTION suhe.assets_truncate, suhe.revisions_update, suhe.revisions_delete, suhe.revisions_insert;
DROP TABLE suhe.revisions;
