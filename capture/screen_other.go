//go:build !linux

package capture

import "fmt"

func newScreen(s spec, _ VideoOptions) (drawer, error) {
	return nil, fmt.Errorf("capturing %s is %w on this system yet; --video pattern works", s.kind, ErrUnsupported)
}

func screens(string) ([]Device, error) {
	return nil, fmt.Errorf("listing screens is %w on this system yet", ErrUnsupported)
}
