package door_test

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"suhe/internal/door"
)

func TestWhereARequestComesFrom(t *testing.T) {
	proxies, err := door.ParseProxies([]string{"10.0.0.0/8", "2001:db8:1::/48", "192.0.2.9"})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, peer string
		said       []string // of X-Forwarded-For
		proto      string
		want       string
		secure     bool
	}{
		{"straight", "198.51.100.7:4000", nil, "", "198.51.100.7", false},
		{"a stranger's lie", "198.51.100.7:4000", []string{"127.0.0.1"}, "https", "198.51.100.7", false},
		{"by a proxy", "10.1.2.3:4000", []string{"198.51.100.7"}, "https", "198.51.100.7", true},
		{"by a single proxy", "192.0.2.9:4000", []string{"198.51.100.7"}, "http", "198.51.100.7", false},
		{"by two", "10.1.2.3:4000", []string{"198.51.100.7, 10.9.9.9"}, "https", "198.51.100.7", true},
		{"by two in two headers", "10.1.2.3:4000", []string{"198.51.100.7", "10.9.9.9"}, "", "198.51.100.7", false},
		{"a client's lie by a proxy", "10.1.2.3:4000", []string{"127.0.0.1, 198.51.100.7"}, "", "198.51.100.7", false},
		{"a port and IPv6", "[2001:db8:1::5]:4000", []string{"[2001:db8:2::7]:99"}, "", "2001:db8:2::7", false},
		{"IPv4 mapped", "[::ffff:10.1.2.3]:4000", []string{"::ffff:198.51.100.7"}, "", "198.51.100.7", false},
		{"garbage", "10.1.2.3:4000", []string{"198.51.100.7, unknown"}, "", "10.1.2.3", false},
		{"nothing", "10.1.2.3:4000", nil, "", "10.1.2.3", false},
		{"proxies alone", "10.1.2.3:4000", []string{"10.0.0.1, 10.0.0.2"}, "", "10.0.0.1", false},
		{"the nearest proxy's word on TLS", "10.1.2.3:4000", []string{"198.51.100.7"}, "https, http", "198.51.100.7", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = test.peer
			r.Header["X-Forwarded-For"] = test.said
			if test.proto != "" {
				r.Header.Set("X-Forwarded-Proto", test.proto)
			}
			r = proxies.Resolve(r)
			if got := door.Address(r); got.String() != test.want || door.Secure(r) != test.secure {
				t.Errorf("%v, secure %v; want %s, %v", got, door.Secure(r), test.want, test.secure)
			}
		})
	}
}

func TestNoProxies(t *testing.T) {
	for _, text := range []string{"", "10.0.0.0/33", "proxy.example", "10.0.0.1:80"} {
		if _, err := door.ParseProxies([]string{text}); err == nil {
			t.Errorf("%q is taken for a network", text)
		}
	}
}

func TestNetworks(t *testing.T) {
	for text, want := range map[string]string{
		"198.51.100.7": "198.51.100.7/32", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "": "invalid Prefix",
	} {
		a, _ := netip.ParseAddr(text)
		if got := door.Network(a).String(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func FuzzForwardedFor(f *testing.F) {
	proxies, err := door.ParseProxies([]string{"10.0.0.0/8"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"198.51.100.7", "a,b,,", "[::1%eth0]:1", "10.0.0.1, ::ffff:10.0.0.1", "1.2.3.4:x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "10.0.0.1:1"
		r.Header["X-Forwarded-For"] = []string{said}
		if a := door.Address(proxies.Resolve(r)); !a.IsValid() || a.Zone() != "" {
			t.Errorf("%q makes %v", said, a)
		}
	})
}
