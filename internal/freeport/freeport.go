// Package freeport finds ports on loopback for servers that tests and measurements start,
// kill and start again.
package freeport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync/atomic"
)

// Ports that are given. The system takes those of outgoing connections from 32768 on: one
// of these would be gone when a server comes back to it.
const first, last = 10_000, 32_000

// given counts the ports of this process, from a number that other processes hardly
// begin at too.
var given atomic.Int64

func init() { given.Store(rand.Int64N(last - first)) }

// Take is a port of 127.0.0.1 that nobody listens on; this process takes it once.
func Take() (int, error) {
	for range last - first {
		port := first + int(given.Add(1)%(last-first))
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.New("freeport: none")
}

// Address is such a port with its host.
func Address() (string, error) {
	port, err := Take()
	return fmt.Sprintf("127.0.0.1:%d", port), err
}
