package pgcluster

import "syscall"

// dieWithUs lets a child get SIGINT (PostgreSQL's fast shutdown) when we die.
func dieWithUs(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGINT }
