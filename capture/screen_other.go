//go:build !linux

package capture

func newScreen(s spec, _ VideoOptions) (drawer, error) { return newPortable(s) }

func checkDisplay() error { return nil }

func screens(string) ([]Device, error) { return portableScreens(), nil }
