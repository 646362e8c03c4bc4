//go:build !linux

package capture

import (
	"context"
	"fmt"
	"image"
)

func pickRegion(context.Context, PickOptions) (image.Rectangle, error) {
	return image.Rectangle{}, fmt.Errorf("%w: drawing on the screen; type the numbers of the region", ErrUnsupported)
}
