package api

import (
	"cmp"
	"context"
	"net/http"

	"suhe/internal/access"
	"suhe/internal/audit"
	"suhe/internal/format"
)

// exportTable answers with a file of CSV of which write writes the lines, in the encoding
// that is asked for. The scope must allow to export, and the record tells of it.
func (s *server) exportTable(w http.ResponseWriter, r *http.Request, who access.Principal, head format.Head, write func(context.Context, format.Writer) error) error {
	if !who.Scope.May(access.Export) {
		return access.Denied(who, access.Export)
	}
	done, err := s.oneFile()
	if err != nil {
		return err
	}
	defer done()
	head.Encoding = r.URL.Query().Get("encoding")
	file := newUnhurried(w, mediaOf("csv")+"; charset="+cmp.Or(head.Encoding, format.UTF8), "suhe-"+head.Name+".csv")
	out, err := format.New("csv", file, head)
	if err != nil {
		return err
	}
	defer out.Discard()
	if r.Method == http.MethodHead {
		file.begin()
		return nil
	}
	detail := map[string]string{"form": "csv", "query": short(r.URL.RawQuery, maxDetail)}
	err = s.doing(r.Context(), audit.AssetExport, head.Name, detail, func() error {
		ctx, cancel := context.WithTimeout(r.Context(), downloadPatience)
		defer cancel()
		if err := write(ctx, out); err != nil {
			return err
		}
		return out.Close()
	})
	if err != nil && file.begun {
		return s.cut(head.Name, "csv", err)
	}
	return err
}
