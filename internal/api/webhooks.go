package api

import (
	"context"
	"net/http"

	"suhe/internal/access"
	"suhe/internal/webhook"
)

// Webhooks are where systems of others are told what happens; see webhook.Desk.
type Webhooks interface {
	List(ctx context.Context) ([]webhook.Listed, error)
	Get(ctx context.Context, name string) (webhook.Listed, error)
	Put(ctx context.Context, name string, was int64, w webhook.Wish) (l webhook.Listed, secret string, err error)
	Remove(ctx context.Context, name string, was int64) error
	Try(ctx context.Context, name string) (webhook.Outcome, error)
}

func (s *server) webhooks(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	all, err := s.Webhooks.List(r.Context())
	if err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, struct {
		Webhooks []webhook.Listed `json:"webhooks"`
	}{all})
	return nil
}

func (s *server) webhook(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	l, err := s.Webhooks.Get(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	answerWebhook(w, http.StatusOK, l, "")
	return nil
}

// answerWebhook answers with one webhook, and its secret if it has just been made.
func answerWebhook(w http.ResponseWriter, status int, l webhook.Listed, secret string) {
	w.Header().Set("ETag", etag(l.Rev))
	answerUnkept(w, status, struct {
		webhook.Listed
		Secret string `json:"secret,omitempty"` // told once
	}{l, secret})
}

// putWebhook makes a webhook, and answers with its secret, or changes what it is told
// and where; with If-Match that revision only, with `If-None-Match: *` it makes only.
func (s *server) putWebhook(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	was, conditional, err := wasRevision(r)
	if err != nil {
		return err
	}
	wish := webhook.NewWish()
	if err := readStrict(r, &wish); err != nil {
		return err
	}
	l, secret, err := s.Webhooks.Put(r.Context(), r.PathValue("name"), was, wish)
	if err != nil {
		return unmet(conditional, err)
	}
	status := http.StatusOK
	if secret != "" {
		status = http.StatusCreated
	}
	answerWebhook(w, status, l, secret)
	return nil
}

func (s *server) removeWebhook(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	return removeNamed(w, r, s.Webhooks.Remove)
}

// tryWebhook sends a test message and answers with what became of it.
func (s *server) tryWebhook(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	out, err := s.Webhooks.Try(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	answerUnkept(w, http.StatusOK, out)
	return nil
}
