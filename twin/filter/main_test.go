package filter_test

import (
	"os"
	"testing"

	"suhe/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
