package postgis_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"suhe/assets"
	"suhe/internal/pgtest"
	"suhe/internal/store/storetest"
)

// BenchmarkLoad compares Load with reading the same rows by pgx alone, both
// as bytes that nobody looks at and as values of Go.
func BenchmarkLoad(b *testing.B) {
	const rows = 100_000
	url := pgtest.Start(b)
	s := open(b, url)
	storetest.Fill(b, s, rows)
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			if _, err := s.Load(b.Context(), func(*assets.Asset) error { n++; return nil }); err != nil || n != rows {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("pgxRaw", func(b *testing.B) { read(b, url, rows, false) })
	b.Run("pgxValues", func(b *testing.B) { read(b, url, rows, true) })
}

func read(b *testing.B, url string, want int, values bool) {
	conn := connect(b, url)
	b.ReportAllocs()
	for b.Loop() {
		rows, err := conn.Query(b.Context(), "SELECT * FROM suhe.assets ORDER BY fid", pgx.QueryResultFormats{pgx.BinaryFormatCode})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for rows.Next() {
			if values {
				if _, err := rows.Values(); err != nil {
					b.Fatal(err)
				}
			}
			n++
		}
		if err := rows.Err(); err != nil || n != want {
			b.Fatal(n, err)
		}
	}
}
