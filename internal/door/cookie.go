package door

import "net/http"

// CookieName is what our cookie of that name is called here. With TLS a browser
// takes one of that name from nobody but us (RFC 6265bis, 4.1.3.2).
func CookieName(r *http.Request, name string) string {
	if Secure(r) {
		return "__Host-" + name
	}
	return name
}

// Cookie is the cookie of that name for the whole host, which no page reads and no
// page of another site brings along, for as long as the browser runs.
func Cookie(r *http.Request, name, value string) *http.Cookie {
	return &http.Cookie{Name: CookieName(r, name), Value: value, Path: "/", HttpOnly: true, Secure: Secure(r), SameSite: http.SameSiteStrictMode}
}
