package postgis

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/twin"
)

// saveFindingsSQL keeps each finding once, in order of key, so that two never
// wait for each other crosswise. Of two of one key the first stays.
const saveFindingsSQL = `INSERT INTO suhe.findings (hook, id, fid, class, confidence, time, received, lon, lat, box, picture, seq)
	SELECT r.hook, r.id, a.fid, r.class, r.confidence, r.time, r.received, r.lon, r.lat,
		ARRAY(SELECT jsonb_array_elements(r.box)::float8), r.picture, r.seq
	FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::timestamptz[], $7::timestamptz[], $8::float8[], $9::float8[],
		$10::jsonb[], $11::text[], $12::bigint[])
		WITH ORDINALITY AS r (hook, id, camera, class, confidence, time, received, lon, lat, box, picture, seq, place)
	JOIN suhe.assets a ON a.id = r.camera
	ORDER BY r.hook, r.id, r.place
	ON CONFLICT DO NOTHING`

// SaveFindings implements twin.History.
func (s *Store) SaveFindings(ctx context.Context, batch []twin.KeptFinding) error {
	return saveOnce(ctx, s, "findings", batch, saveFindingsSQL, findingArgs)
}

func findingArgs(batch []twin.KeptFinding) []any {
	n := len(batch)
	var texts [6][]string // hook, id, camera, class, box, picture
	var numbers [3][]float64
	for i := range texts {
		texts[i] = make([]string, n)
	}
	for i := range numbers {
		numbers[i] = make([]float64, n)
	}
	times, received, seqs := make([]time.Time, n), make([]time.Time, n), make([]int64, n)
	for i, f := range batch {
		box, _ := json.Marshal(f.Box) // its numbers are finite
		for j, v := range [...]string{f.Hook, f.ID, string(f.Camera), f.Class, string(box), f.Picture} {
			texts[j][i] = v
		}
		for j, v := range [...]float64{f.Confidence, f.Lon, f.Lat} {
			numbers[j][i] = v
		}
		times[i], received[i], seqs[i] = time.UnixMilli(f.PhenomenonTime), time.UnixMilli(f.ReceivedTime), int64(f.Seq)
	}
	return []any{texts[0], texts[1], texts[2], texts[3], numbers[0], times, received, numbers[1], numbers[2], texts[4], texts[5], seqs}
}

// findingColumns are read by findingOf.
const findingColumns = `f.hook, f.id, a.id, f.class, f.confidence, f.time, f.received, f.lon, f.lat,
	f.box[1], f.box[2], f.box[3], f.box[4], f.picture, f.seq`

func findingOf(row pgx.CollectableRow) (twin.KeptFinding, error) {
	raw := row.RawValues()
	return twin.KeptFinding{
		Finding: twin.Finding{
			Hook: string(raw[0]), ID: string(raw[1]), Camera: assets.ID(raw[2]), Class: string(raw[3]),
			Confidence: float8Of(raw[4]), PhenomenonTime: timeOf(raw[5]).UnixMilli(), ReceivedTime: timeOf(raw[6]).UnixMilli(),
			Lon: float8Of(raw[7]), Lat: float8Of(raw[8]),
			Box:     [4]float64{float8Of(raw[9]), float8Of(raw[10]), float8Of(raw[11]), float8Of(raw[12])},
			Picture: string(raw[13]),
		},
		Seq: uint64(int8Of(raw[14])),
	}, nil
}

// findings reads what a query gives.
func (s *Store) findings(ctx context.Context, query string, args ...any) ([]twin.KeptFinding, error) {
	conn, err := s.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, query, append([]any{binaryRows}, args...)...)
	if err != nil {
		return nil, err
	}
	out, err := pgx.CollectRows(rows, findingOf)
	return out, kind(err)
}

// LatestFindings implements twin.History, in order of FID.
func (s *Store) LatestFindings(ctx context.Context, yield func(twin.KeptFinding) error) error {
	all, err := s.findings(ctx, `SELECT `+findingColumns+` FROM suhe.assets a CROSS JOIN LATERAL (
			SELECT * FROM suhe.findings f WHERE f.fid = a.fid ORDER BY f.time DESC, f.hook, f.id LIMIT 1) f
		WHERE a.kind = 'camera' ORDER BY a.fid`)
	for i := 0; err == nil && i < len(all); i++ {
		err = yield(all[i])
	}
	if err != nil {
		return fmt.Errorf("latest findings: %w", err)
	}
	return nil
}

// findingsSQL is a page; the condition on time alone lets the index find its place.
const findingsSQL = `SELECT ` + findingColumns + ` FROM suhe.findings f JOIN suhe.assets a USING (fid)
	WHERE f.time >= $1 AND f.time < $2 AND ($3 = '' OR a.id = $3) AND ($4 = '' OR f.class = $4)
	AND ($6 = '' OR f.time <= $5 AND (f.time < $5 OR (f.hook, f.id) > ($6, $7)))
	ORDER BY f.time DESC, f.hook, f.id LIMIT $8`

// Findings implements twin.History.
func (s *Store) Findings(ctx context.Context, q twin.FindingQuery) ([]twin.Finding, error) {
	all, err := s.findings(ctx, findingsSQL, q.From, q.To, string(q.Camera), q.Class,
		time.UnixMilli(q.After.Time), q.After.Hook, q.After.ID, max(q.Limit, 0))
	if err != nil {
		return nil, fmt.Errorf("findings: %w", err)
	}
	out := make([]twin.Finding, len(all))
	for i := range all {
		out[i] = all[i].Finding
	}
	return out, nil
}
