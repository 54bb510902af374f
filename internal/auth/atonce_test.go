package auth

import (
	"sync"
	"sync/atomic"
	"testing"
)

// A recovery code works once, also for two who send it at the same moment.
func TestARecoveryCodeSentTwiceAtOnceWorksOnce(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	_, codes := withFactor(t, h, ada)
	for _, code := range codes {
		var in atomic.Int32
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if ok, err := h.rightCode(t.Context(), ada.ID, code); err != nil {
					t.Error(err)
				} else if ok {
					in.Add(1)
				}
			})
		}
		all.Wait()
		if n := in.Load(); n != 1 {
			t.Errorf("a recovery code let %d in", n)
		}
	}
	if _, left, err := h.HasFactor(t.Context(), ada.ID); err != nil || left != 0 {
		t.Errorf("%d codes are left (%v)", left, err)
	}
}
