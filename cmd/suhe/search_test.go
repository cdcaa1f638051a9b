package main

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"suhe/twin/incident"
)

// An incident is found by its address and by words of its title, by whoever sees it.
func TestIncidentsAreFoundByAddress(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	in, _, err := h.incidents.Begin(t.Context(), incident.Clerk(), incident.Finding{
		Channel: incident.Hotline, Class: "facility.railing", Title: "护栏锈蚀松动", Address: "光复西路 1107 弄北门 13800138000", Place: [2]float64{121.4348, 31.2503},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.settle()
	found := func(by, words string) (field string) {
		status, answer := h.asks(by, http.MethodGet, "/v1/search?q="+url.QueryEscape(words), nil)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %v", words, status, answer)
		}
		for _, hit := range answer["hits"].([]any) {
			if hit := hit.(map[string]any); hit["id"] == string(in.ID) {
				for _, match := range hit["matches"].([]any) {
					field += fmt.Sprint(match.(map[string]any)["field"], " ")
				}
			}
		}
		return field
	}
	for words, want := range map[string]string{
		"光复西路 1107": "address ", "北门": "address ", "锈蚀": "name ", "护栏 光复西路": "name address ", "北门 南门": "", "13800138000": "",
	} {
		if got := found("operator", words); got != want {
			t.Errorf("%q is found by %q, want %q", words, got, want)
		}
		for _, by := range []string{"operator-elsewhere", "public"} {
			if got := found(by, words); got != "" {
				t.Errorf("%s finds %q by %q", by, words, got)
			}
		}
	}
}
