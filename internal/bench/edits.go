package bench

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"suhe/assets"
	"suhe/geo"
)

// edits measures how long it takes from a committed edit until a node serves the
// new tile, with PostGIS as the store: of an edit by the API, from its request
// on; and of one by hand in SQL, from its commit on.
func (m *measuring) edits(ctx context.Context, database string) error {
	return inFolder(func(dir string) error {
		return inDatabase(ctx, database, func(own string) error {
			m.say("committed edits until their tile is served")
			if err := m.Program.fill(ctx, dir, own, newMaker().points(assets.Landmark, m.Points, ground(m.Points))); err != nil {
				return err
			}
			n, err := startNode(ctx, m.Program.Path, dir, own)
			if err != nil {
				return err
			}
			defer n.stop()
			return m.watchEdits(ctx, n, own)
		})
	})
}

// watchEdits makes the edits, one after the other was seen.
func (m *measuring) watchEdits(ctx context.Context, n *node, database string) error {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, way := range []struct {
		name string
		edit func(name string) (begun time.Time, err error)
	}{
		{"PUT by the API, sent → its tile served", func(name string) (time.Time, error) {
			begun := time.Now()
			return begun, n.put(ctx, editedID, editedJSON(name))
		}},
		{"UPDATE in SQL, committed → its tile served", func(name string) (time.Time, error) {
			_, err := conn.Exec(ctx, "UPDATE suhe.assets SET name = $1 WHERE id = $2", name, editedID)
			return time.Now(), err
		}},
	} {
		var took []time.Duration
		for i := range m.Edits {
			name := fmt.Sprintf("%s %d.", way.name[:3], i)
			begun, err := way.edit(name)
			if err != nil {
				return fmt.Errorf("edit: %w", err)
			}
			if err := n.showing(ctx, name); err != nil {
				return fmt.Errorf("%s: %w", way.name, err)
			}
			took = append(took, time.Since(begun))
		}
		m.add(alone(way.name+": p50", "ms", milliseconds(percentile(took, 0.5)), limit{}),
			alone(way.name+": p99", "ms", milliseconds(percentile(took, 0.99)), atMost(300)))
	}
	return nil
}

const editedID = "bench-edited"

var editedPlace = orb.Point{middleLon, middleLat}

func editedJSON(name string) string {
	return fmt.Sprintf(`{"kind":"landmark","name":%q,"lifecycle":"in_use","geometry":{"type":"Point","coordinates":[%g,%g]}}`,
		name, editedPlace[0], editedPlace[1])
}

// put registers an asset by the API.
func (n *node) put(ctx context.Context, id, body string) error {
	_, err := n.ask(ctx, http.MethodPut, n.url("/v1/assets/"+id), body)
	return err
}

// showing asks for the tile until it holds the name.
func (n *node) showing(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	address := n.url(tilePath(assets.Landmark, geo.TileAt(editedPlace, 16)))
	for {
		data, err := n.ask(ctx, http.MethodGet, address, "")
		if err != nil {
			return err
		}
		if bytes.Contains(data, []byte(name)) {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
}
