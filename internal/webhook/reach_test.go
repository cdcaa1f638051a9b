package webhook_test

import (
	"errors"
	"net/netip"
	"testing"

	"suhe/assets"
	"suhe/internal/webhook"
)

func TestAddressesInsideAreNotReached(t *testing.T) {
	var nowhere webhook.Reach
	here := webhook.Reach{Networks: []netip.Prefix{netip.MustParsePrefix("10.1.2.0/24"), netip.MustParsePrefix("fd00:1::/32")}, Ports: []uint16{443, 8443}}
	for _, test := range []struct {
		address      string
		public, both bool // what the zero Reach and the other say
	}{
		{"93.184.216.34:443", true, true},
		{"[2606:2800:220:1::1]:443", true, true},
		{"[::ffff:93.184.216.34]:443", true, true},
		{"93.184.216.34:80", false, false},
		{"93.184.216.34:8443", false, true},
		{"93.184.216.34:22", false, false},
		{"10.1.2.3:443", false, true},
		{"10.1.3.3:443", false, false},
		{"[::ffff:10.1.2.3]:443", false, true},
		{"[::ffff:10.1.3.3]:443", false, false},
		{"[fd00:1::7]:443", false, true},
		{"[fd00:2::7]:443", false, false},

		{"127.0.0.1:443", false, false},
		{"127.9.9.9:443", false, false},
		{"[::1]:443", false, false},
		{"[::ffff:127.0.0.1]:443", false, false},
		{"[::127.0.0.1]:443", false, false},
		{"0.0.0.0:443", false, false},
		{"0.1.2.3:443", false, false},
		{"[::]:443", false, false},
		{"172.16.0.1:443", false, false},
		{"172.31.255.255:443", false, false},
		{"172.32.0.1:443", true, true},
		{"192.168.1.1:443", false, false},
		{"169.254.169.254:443", false, false},
		{"[::ffff:169.254.169.254]:443", false, false},
		{"[fe80::1%eth0]:443", false, false},
		{"[fd00:ec2::254]:443", false, false},
		{"100.64.0.1:443", false, false},
		{"100.100.100.200:443", false, false},
		{"192.0.0.192:443", false, false},
		{"168.63.129.16:443", false, false},
		{"198.18.0.1:443", false, false},
		{"203.0.113.1:443", false, false},
		{"224.0.0.1:443", false, false},
		{"[ff02::1]:443", false, false},
		{"240.0.0.1:443", false, false},
		{"255.255.255.255:443", false, false},
		{"[fc00::1]:443", false, false},
		{"[fec0::1]:443", false, false},
		{"[64:ff9b::7f00:1]:443", false, false},
		{"[64:ff9b:1::a00:1]:443", false, false},
		{"[2002:7f00:1::]:443", false, false},
		{"[2001:0:7f00:1::]:443", false, false},
		{"[2001:db8::1]:443", false, false},
		{"[100::1]:443", false, false},
	} {
		for name, by := range map[string]struct {
			reach webhook.Reach
			want  bool
		}{"the zero reach": {nowhere, test.public}, "networks and ports": {here, test.both}} {
			err := by.reach.Control("tcp", test.address, nil)
			if (err == nil) != by.want || err != nil && !errors.Is(err, webhook.ErrReach) {
				t.Errorf("%s by %s: %v", test.address, name, err)
			}
		}
	}
	for _, text := range []string{"", "localhost:443", "1.2.3.4", "1.2.3.4:", ":443"} {
		if err := nowhere.Control("tcp", text, nil); !errors.Is(err, webhook.ErrReach) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestURLs(t *testing.T) {
	plain := webhook.Reach{HTTP: true}
	for _, test := range []struct {
		url         string
		good, plain bool
	}{
		{"https://receiver.example/suhe?key=1", true, true},
		{"https://receiver.example:443/", true, true},
		{"https://93.184.216.34/", true, true},
		{"http://receiver.example/", false, true},
		{"http://receiver.example:80/", false, true},
		{"https://receiver.example:8443/", false, false},
		{"https://receiver.example:99999/", false, false},
		{"https://user:word@receiver.example/", false, false},
		{"https://receiver.example/#part", false, false},
		{"https://127.0.0.1/", false, false},
		{"https://[::1]/", false, false},
		{"https://[::ffff:10.0.0.1]/", false, false},
		{"https:///", false, false},
		{"https:receiver.example", false, false},
		{"file:///etc/passwd", false, false},
		{"gopher://receiver.example/", false, false},
		{"//receiver.example/", false, false},
		{"", false, false},
		{"https://receiver.example/\x00", false, false},
	} {
		for _, by := range []struct {
			reach webhook.Reach
			want  bool
		}{{webhook.Reach{}, test.good}, {plain, test.plain}} {
			err := by.reach.CheckURL(test.url)
			if (err == nil) != by.want || err != nil && !errors.Is(err, assets.ErrInvalid) {
				t.Errorf("%q, http %v: %v", test.url, by.reach.HTTP, err)
			}
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{"https://receiver.example/", "https://127.1/", "https://[::ffff:7f00:1]/", "https://0x7f.1/", "https://a@b/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := (webhook.Reach{}).CheckURL(text); err != nil && !errors.Is(err, assets.ErrInvalid) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
