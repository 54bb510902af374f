package e2e

import (
	"testing"

	"allmende/internal/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }
