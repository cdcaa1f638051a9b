-- +goose Up
-- The record of who did what. Each entry carries the hash of the one before it.
CREATE TABLE suhe.audit (
    seq      bigint PRIMARY KEY,
    at       timestamptz NOT NULL,
    who      text NOT NULL,
    roles    text NOT NULL,
    address  text NOT NULL,
    session  text NOT NULL,
    action   text NOT NULL,
    what     text NOT NULL,
    purpose  text NOT NULL,
    incident text NOT NULL,
    outcome  text NOT NULL,
    detail   text,
    hash     text NOT NULL,
    xact     xid8
);
CREATE INDEX audit_at ON suhe.audit (at);
CREATE INDEX audit_who ON suhe.audit (who, seq);
CREATE INDEX audit_xact ON suhe.audit (xact) WHERE xact IS NOT NULL;
COMMENT ON TABLE suhe.audit IS 'Who did what: append-only, each entry chained to the one before.';
COMMENT ON COLUMN suhe.audit.roles IS 'a JSON list of names, or empty';
COMMENT ON COLUMN suhe.audit.detail IS 'a JSON object';
COMMENT ON COLUMN suhe.audit.hash IS 'of the entry and the hash before it; suhe audit verify';
COMMENT ON COLUMN suhe.audit.xact IS 'of an edit of assets: the transaction that made it; no part of the hash';

-- One row: where the record begins and ends. Who appends locks it, so the numbers
-- have no gap and are in the order of commit.
CREATE TABLE suhe.audit_head (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    algorithm text NOT NULL DEFAULT '',
    seq       bigint NOT NULL DEFAULT 0,
    at        timestamptz NOT NULL DEFAULT 'epoch',
    hash      text NOT NULL DEFAULT '',
    base_seq  bigint NOT NULL DEFAULT 0,
    base_at   timestamptz NOT NULL DEFAULT 'epoch',
    base_hash text NOT NULL DEFAULT ''
);
INSERT INTO suhe.audit_head DEFAULT VALUES;

-- Entries are never changed. They are removed only before the base of the record,
-- and never before they are 180 days old.
-- +goose StatementBegin
CREATE FUNCTION suhe.audit_keep() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = suhe, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.seq <= (SELECT base_seq FROM suhe.audit_head) AND OLD.at < now() - interval '180 days' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'audit entry % is kept', OLD.seq USING ERRCODE = 'check_violation';
    END IF;
    RAISE EXCEPTION 'the audit record is append-only' USING ERRCODE = 'check_violation';
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION suhe.audit_head_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit record has one head' USING ERRCODE = 'check_violation';
END $$;
-- +goose StatementEnd

CREATE TRIGGER audit_keep BEFORE DELETE ON suhe.audit FOR EACH ROW EXECUTE FUNCTION suhe.audit_keep();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR TRUNCATE ON suhe.audit FOR EACH STATEMENT EXECUTE FUNCTION suhe.audit_keep();
CREATE TRIGGER audit_head_keep BEFORE DELETE OR TRUNCATE ON suhe.audit_head FOR EACH STATEMENT EXECUTE FUNCTION suhe.audit_head_keep();
REVOKE ALL ON suhe.audit, suhe.audit_head FROM PUBLIC;

-- An edit whose transaction left no audit entry was made by hand: who publishes
-- it records it. Rows from before this are not asked.
ALTER TABLE suhe.outbox ADD COLUMN xact xid8, ADD COLUMN role text;
ALTER TABLE suhe.outbox ALTER COLUMN xact SET DEFAULT pg_current_xact_id(), ALTER COLUMN role SET DEFAULT session_user;
COMMENT ON COLUMN suhe.outbox.xact IS 'the transaction that made the change';
COMMENT ON COLUMN suhe.outbox.role IS 'who was logged in';

-- +goose Down
ALTER TABLE suhe.outbox DROP COLUMN xact, DROP COLUMN role;
DROP TABLE suhe.audit, suhe.audit_head;
DROP FUNCTION suhe.audit_keep, suhe.audit_head_keep;
