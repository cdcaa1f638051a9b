//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"

	"suhe/assets"
)

// lockFile takes a lock that ends with the process, or says that another has it.
func lockFile(name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: another process has %s: %w", assets.ErrConflict, name, err)
	}
	return func() { f.Close() }, nil
}
