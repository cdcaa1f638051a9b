package api

import (
	"net/http"
	"strings"
)

// policy lets the page load from its own origin only, with one exception. MapLibre
// needs no others as the page uses it: its worker has an address of ours
// (setWorkerUrl), it styles by the object model, which no policy minds, and it makes
// images without blob: wherever there is createImageBitmap.
var policy = strings.Join([]string{
	"default-src 'self'",
	"img-src 'self' data:", // the icons of its controls are data: in its style sheet
	"object-src 'none'",
	"base-uri 'none'",
	"form-action 'self'",
	"frame-ancestors 'none'",
}, "; ")

// permissions are what a page of ours may ask of the machine that shows it: where
// a patrol is, and a picture of what it sees.
const permissions = "geolocation=(self), camera=(self), microphone=(), payment=(), usb=(), serial=(), " +
	"bluetooth=(), midi=(), display-capture=(), browsing-topics=()"

// hsts keeps a browser that came by TLS with TLS, for a year.
const hsts = "max-age=31536000"

// setHeaders sets the headers of a careful server.
func setHeaders(header http.Header, secure bool) {
	header.Set("Content-Security-Policy", policy)
	header.Set("Permissions-Policy", permissions)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY") // for what does not know frame-ancestors
	header.Set("Referrer-Policy", "no-referrer")
	if secure {
		header.Set("Strict-Transport-Security", hsts)
	}
}
