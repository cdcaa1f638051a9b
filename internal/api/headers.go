package api

import (
	"net/http"
	"strings"
)

// policy lets the page load from its own origin only. Each exception is one that
// MapLibre asks for.
var policy = strings.Join([]string{
	"default-src 'self'",
	"worker-src 'self' blob:",          // its workers start from a blob
	"img-src 'self' data: blob:",       // its controls' icons are data:, images that it makes are blob:
	"style-src 'self' 'unsafe-inline'", // it sets the style of its markers and controls
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
