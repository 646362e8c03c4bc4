package testrig

import (
	"math"
	"os"
	"testing"
	"time"
)

// SoakLength returns for how long a long test is to run: what GOLIVE_SOAK says, or short without it.
func SoakLength(t testing.TB, short time.Duration) time.Duration {
	t.Helper()
	soak := os.Getenv("GOLIVE_SOAK")
	if soak == "" {
		return short
	}
	length, err := time.ParseDuration(soak)
	if err != nil {
		t.Fatal(err)
	}
	return length
}

// LeastSquares returns the slope of the straight line through points that fits best, and twice its standard error.
func LeastSquares(x, y []float64) (slope, doubt float64) {
	var sx, sy, sxx, sxy, syy float64
	for i := range x {
		sx, sy, sxx, sxy, syy = sx+x[i], sy+y[i], sxx+x[i]*x[i], sxy+x[i]*y[i], syy+y[i]*y[i]
	}
	n := float64(len(x))
	dx, dy := sxx-sx*sx/n, syy-sy*sy/n
	slope = (sxy - sx*sy/n) / dx
	return slope, 2 * math.Sqrt(max(0, dy/dx-slope*slope)/(n-2))
}
