package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"suhe/internal/access"
	"suhe/internal/account"
	"suhe/internal/account/link"
	"suhe/internal/door"
)

// Links are those for screens that nobody attends; see link.Book.
type Links interface {
	List() []link.Link
	Add(ctx context.Context, w link.Wish) (l link.Link, text string, err error)
	Revoke(ctx context.Context, id string) error
	Open(r *http.Request, text string) (l link.Link, cookie string, err error)
}

// LinkPath is the path by which a link is opened.
func LinkPath(text string) string { return "/v1/open?link=" + url.QueryEscape(text) }

func (s *server) links(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	w.Header().Set("Cache-Control", "no-store")
	answer(w, struct {
		Links []link.Link `json:"links"`
	}{s.Links.List()})
	return nil
}

// addLink makes a link and tells its address, this once.
func (s *server) addLink(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	wish := link.NewWish()
	if err := readStrict(r, &wish); err != nil {
		return err
	}
	l, text, err := s.Links.Add(r.Context(), wish)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, "application/json", http.StatusCreated, struct {
		link.Link
		URL string `json:"url"`
	}{l, door.Base(r) + LinkPath(text)})
	return nil
}

// revokeLink ends a link; one that is over is forgotten.
func (s *server) revokeLink(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	if err := s.Links.Revoke(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// openLink exchanges a link for the screen's cookie and leads to its page. Whoever
// was logged in on the screen is so no more.
func (s *server) openLink(w http.ResponseWriter, r *http.Request) error {
	now := time.Now()
	w.Header().Set("Cache-Control", "no-store")
	if err := s.limits.stranger(r, 0, now); err != nil {
		return err
	}
	l, cookie, err := s.Links.Open(r, r.URL.Query().Get("link"))
	if errors.Is(err, access.ErrUnauthenticated) {
		_ = s.limits.stranger(r, 1, now) // counted; what is wrong is known
	}
	if err != nil {
		return err
	}
	account.SetCookie(w, r, "", time.Time{})
	screen := door.Cookie(r, link.Cookie, cookie)
	screen.Expires = l.Expires
	http.SetCookie(w, screen)
	http.Redirect(w, r, l.Page, http.StatusSeeOther)
	return nil
}
