package access_test

import (
	"os"
	"path/filepath"
	"testing"

	"suhe/assets"
	"suhe/internal/access"
)

func TestZeroScopeSeesAndMayNothing(t *testing.T) {
	var zero access.Scope
	if zero.Sees(&assets.Asset{}) || zero.May(access.View) {
		t.Error("the zero Scope is open")
	}
	if zero.Class() == access.Open().Class() {
		t.Error("the zero Scope shares tiles with the open one")
	}
}

func TestOpenScopeSeesAndMayAll(t *testing.T) {
	open := access.Open()
	for _, action := range []access.Action{access.View, access.Edit, access.Observe} {
		if !open.May(action) {
			t.Errorf("the open scope may not %s", action)
		}
	}
	if !open.Sees(&assets.Asset{Kind: assets.Fixture}) {
		t.Error("the open scope does not see an asset")
	}
}

func TestDeviceTokens(t *testing.T) {
	file := filepath.Join(t.TempDir(), "device.key")
	devices, err := access.OpenDevices(file)
	if err != nil {
		t.Fatal(err)
	}
	token := devices.Token("wl-0001")
	tests := []struct {
		name  string
		id    assets.ID
		token string
		want  bool
	}{
		{"its own", "wl-0001", token, true},
		{"another's", "wl-0002", token, false},
		{"empty", "wl-0001", "", false},
		{"cut", "wl-0001", token[1:], false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := devices.Check(test.id, test.token); got != test.want {
				t.Errorf("Check(%s) = %v, want %v", test.id, got, test.want)
			}
		})
	}

	again, err := access.OpenDevices(file)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Check("wl-0001", token) {
		t.Error("a token is worth nothing after the key was read again")
	}
	if (access.Devices{}).Check("wl-0001", (access.Devices{}).Token("wl-0001")) {
		t.Error("the zero Devices accepts a token")
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("key file has mode %v", info.Mode().Perm())
	}
}

func TestDeviceKeyOfWrongLength(t *testing.T) {
	file := filepath.Join(t.TempDir(), "device.key")
	os.WriteFile(file, []byte("short"), 0o600)
	if _, err := access.OpenDevices(file); err == nil {
		t.Error("a key of 5 bytes was accepted")
	}
}
