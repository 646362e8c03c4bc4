package main

import (
	"image"
	"image/color"
	"testing"
)

func TestParse(t *testing.T) {
	c, err := parse([]string{"-fps", "25", "-motion", "full", "-size", "320x200", "-at", "10,-20", "-title", "x", "-flash"})
	if err != nil || c.FPS != 25 || !c.Motion || !c.Flash || c.Title != "x" || c.Bounds != image.Rect(10, -20, 330, 180) {
		t.Errorf("got %+v, %v", c, err)
	}
	if c, err := parse([]string{"-color", "1234fe"}); err != nil || *c.Color != (color.RGBA{0x12, 0x34, 0xfe, 255}) {
		t.Errorf("got %+v, %v", c, err)
	}
	if c, err := parse(nil); err != nil || !c.Bounds.Empty() || c.Color != nil || c.Motion {
		t.Errorf("got %+v, %v", c, err)
	}
	for _, args := range [][]string{{"-motion", "none"}, {"-size", "big"}, {"-at", "1"}, {"-color", "red"}, {"-x"}} {
		if c, err := parse(args); err == nil {
			t.Errorf("%v: got %+v", args, c)
		}
	}
}
