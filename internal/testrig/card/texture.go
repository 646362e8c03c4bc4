package card

import "image"

// drawTexture fills a BGRA picture with something like the ground of a game: soft hills of colour with grain on them.
// It is the same each time.
func drawTexture(pix []byte, size image.Point) {
	for y := range size.Y {
		for x := range size.X {
			px := pix[4*(y*size.X+x):]
			grain := hash(x/2, y/2, 9) / 8
			px[0] = hills(x, y, 0)/2 + grain
			px[1] = hills(x, y, 1)/2 + grain + 48
			px[2] = hills(x, y, 2)/2 + grain + 16
			px[3] = 255
		}
	}
}

// hills is noise that is smooth over 32 pixels: hashes of the corners of a square, mixed by the distance to them.
func hills(x, y, seed int) uint8 {
	const side = 32
	col, row, right, down := x/side, y/side, x%side, y%side
	mix := func(a, b uint8, part int) int { return int(a)*(side-part) + int(b)*part }
	top := mix(hash(col, row, seed), hash(col+1, row, seed), right)
	bottom := mix(hash(col, row+1, seed), hash(col+1, row+1, seed), right)
	return uint8((top*(side-down) + bottom*down) / (side * side))
}

// hash returns a number that looks random.
func hash(x, y, seed int) uint8 {
	h := uint32(x)*0x9e3779b1 ^ uint32(y)*0x85ebca77 ^ uint32(seed)*0xc2b2ae3d
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	return uint8(h >> 13)
}
