package freeport_test

import (
	"net"
	"strconv"
	"testing"

	"suhe/internal/freeport"
)

func TestEveryPortIsTakenOnceAndFree(t *testing.T) {
	taken := map[string]bool{}
	for range 100 {
		address, err := freeport.Address()
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, _ := net.SplitHostPort(address)
		if n, _ := strconv.Atoi(port); taken[address] || n >= 32768 {
			t.Errorf("%s: want another, below those of outgoing connections", address)
		}
		taken[address] = true
	}
}
