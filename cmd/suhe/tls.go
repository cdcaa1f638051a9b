package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"

	"suhe/internal/api"
	"suhe/internal/door"
)

// doorway says who reaches the listeners, and how.
type doorway struct {
	TLSCert      string   `help:"Certificate chain (PEM) of the HTTP listener: clients then speak TLS. The files are followed." placeholder:"FILE" name:"tls-cert"`
	TLSKey       string   `help:"Key (PEM) of that certificate." placeholder:"FILE" name:"tls-key"`
	MQTTCert     string   `help:"Certificate chain (PEM) of the MQTT listener: devices then speak TLS. The files are followed." placeholder:"FILE" name:"mqtt-cert"`
	MQTTKey      string   `help:"Key (PEM) of that certificate." placeholder:"FILE" name:"mqtt-key"`
	Origin       []string `help:"Let pages of this other origin in, like https://map.example; may be repeated." placeholder:"ORIGIN"`
	TrustedProxy []string `help:"Believe proxies of this network what they say of their clients (X-Forwarded-For, X-Forwarded-Proto); may be repeated." placeholder:"CIDR"`
	Connections  int      `help:"HTTP connections that one address may hold at once; those of this machine and of trusted proxies are not counted." default:"1000" name:"connections-per-address"`
	AdminListen  string   `help:"Address, of loopback, of a listener with /metrics, /debug/pprof, /healthz and /readyz, without logins; none: off." placeholder:"HOST:PORT"`
	InsecureBind bool     `help:"Allow a listener without TLS on an address that others reach."`
}

// check says what is wrong, one line each.
func (d doorway) check() (wrong []string) {
	for _, pair := range [][3]string{{"tls", d.TLSCert, d.TLSKey}, {"mqtt", d.MQTTCert, d.MQTTKey}} {
		if (pair[1] == "") != (pair[2] == "") {
			wrong = append(wrong, fmt.Sprintf("%s-cert: want %[1]s-key with it, or neither", pair[0]))
		} else if _, err := follow(pair[1], pair[2], nil); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s-cert: %v", pair[0], err))
		}
	}
	if _, err := door.ParseOrigins(d.Origin); err != nil {
		wrong = append(wrong, "origin: "+err.Error())
	}
	if _, err := door.ParseProxies(d.TrustedProxy); err != nil {
		wrong = append(wrong, "trusted-proxy: "+err.Error())
	}
	if d.Connections < 1 {
		wrong = append(wrong, fmt.Sprintf("connections-per-address: %d, want 1 or more", d.Connections))
	}
	if d.AdminListen != "" && (!isAddress(d.AdminListen) || !door.Loopback(d.AdminListen)) {
		wrong = append(wrong, fmt.Sprintf("admin-listen: %q, want HOST:PORT of loopback: it asks for no login", d.AdminListen))
	}
	return wrong
}

// checkListen refuses what is no address, and one that others reach without TLS.
func (d doorway) checkListen(name, address string, sealed bool, hint string) []string {
	switch {
	case !isAddress(address):
		return []string{fmt.Sprintf("%s: %q, want HOST:PORT", name, address)}
	case !sealed && !d.InsecureBind && !door.Loopback(address):
		return []string{fmt.Sprintf("%s: %s is open to others, who could read along: want %s, or --insecure-bind", name, address, hint)}
	}
	return nil
}

func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	return err == nil && port != ""
}

// door is what the API knows of it; check has found nothing wrong.
func (d doorway) door() (out api.Door, err error) {
	if out.Origins, err = door.ParseOrigins(d.Origin); err == nil {
		out.Proxies, err = door.ParseProxies(d.TrustedProxy)
	}
	return out, err
}

// follow opens a certificate whose files are followed; nil without one.
func follow(cert, key string, log *slog.Logger) (*tls.Config, error) {
	if cert == "" {
		return nil, nil
	}
	c, err := door.OpenCertificate(cert, key, func(err error) { log.Error("keeping the old certificate", "err", err) })
	if err != nil {
		return nil, err
	}
	return c.Config(), nil
}

// serveHTTP answers until the server is shut down.
func (d doorway) serveHTTP(server *http.Server, listener net.Listener, proxies door.Proxies) error {
	listener = door.Limit(listener, d.Connections, func(a netip.Addr) bool { return !a.IsLoopback() && !proxies.Hold(a) })
	if server.TLSConfig != nil {
		return server.ServeTLS(listener, "", "")
	}
	return server.Serve(listener)
}

// scheme is that of the HTTP listener.
func (d doorway) scheme() string {
	if d.TLSCert != "" {
		return "https"
	}
	return "http"
}
