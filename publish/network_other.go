//go:build !linux

package publish

import "errors"

func openRoutes() (routeMonitor, error) { return nil, errors.ErrUnsupported }
