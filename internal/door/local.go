package door

import (
	"fmt"
	"net"
	"net/http"
)

// Loopback says whether only programs of this machine reach the address.
func Loopback(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = hostPort
	}
	return host == "localhost" || AddressOf(host).IsLoopback()
}

// Local lets only requests through that name this machine as their host, and that
// no page of another origin sends: a browser on this machine could otherwise be
// made to ask, by a page whose name is resolved to 127.0.0.1.
func Local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !Loopback(r.Host) {
			http.Error(w, fmt.Sprintf("host: %.80q, want localhost or an address of loopback", r.Host), http.StatusMisdirectedRequest)
			return
		}
		if err := (Origins{}).Check(r); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
