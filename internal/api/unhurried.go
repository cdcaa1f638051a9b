package api

import (
	"net/http"
	"time"
)

// filePatience is how long a client may take nothing of a file.
const filePatience = time.Minute

// unhurried is an answer, a file, that may take as long as its client goes on reading.
type unhurried struct {
	w           http.ResponseWriter
	control     *http.ResponseController
	media, name string
	begun       bool
}

func newUnhurried(w http.ResponseWriter, media, name string) *unhurried {
	return &unhurried{w: w, control: http.NewResponseController(w), media: media, name: name}
}

// begin sends the header.
func (u *unhurried) begin() {
	u.begun = true
	header := u.w.Header()
	header.Set("Content-Type", u.media)
	header.Set("Content-Disposition", `attachment; filename="`+u.name+`"`)
	header.Set("Cache-Control", "no-store")
	_ = u.control.SetReadDeadline(time.Time{}) // that the client sends nothing is no fault
}

// Write implements io.Writer.
func (u *unhurried) Write(p []byte) (int, error) {
	if !u.begun {
		u.begin()
	}
	_ = u.control.SetWriteDeadline(time.Now().Add(filePatience))
	return u.w.Write(p)
}
