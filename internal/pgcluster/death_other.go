//go:build !linux

package pgcluster

import "syscall"

// dieWithUs needs what only Linux has.
func dieWithUs(*syscall.SysProcAttr) {}
