package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// headphonesIcon is the switch of a sound source that is heard on this computer; the toolkit has none.
func headphonesIcon() fyne.Resource {
	return themed("headphones.svg", `<path d="M4 14v-2a8 8 0 0 1 16 0v2h-2v-2a6 6 0 0 0-12 0v2z"/><path d="M3 14h5v7H5a2 2 0 0 1-2-2zM16 14h5v5a2 2 0 0 1-2 2h-3z"/>`)
}

// micIcon is a microphone, and micOffIcon one that is silent.
func micIcon() fyne.Resource {
	return themed("mic.svg", `<path d="M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z"/><path d="M5 11h2v1a5 5 0 0 0 10 0v-1h2v1a7 7 0 0 1-6 6.9V22h-2v-3.1A7 7 0 0 1 5 12z"/>`)
}

func micOffIcon() fyne.Resource {
	return themed("mic-off.svg", `<path d="M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z" opacity="0.5"/><path d="M5 11h2v1a5 5 0 0 0 10 0v-1h2v1a7 7 0 0 1-6 6.9V22h-2v-3.1A7 7 0 0 1 5 12z" opacity="0.5"/><path d="M3.3 2L22 20.7 20.7 22 2 3.3z"/>`)
}

// replayIcon goes back in a circle.
func replayIcon() fyne.Resource {
	return themed("replay.svg", `<path d="M12 5V1L7 6l5 5V7a6 6 0 1 1-6 6H4a8 8 0 1 0 8-8z"/>`)
}

// breakIcon is a cup.
func breakIcon() fyne.Resource {
	return themed("break.svg", `<path d="M4 5h13v2h2a3 3 0 0 1 0 7h-2.1A6 6 0 0 1 11 18h-1a6 6 0 0 1-6-6zm13 4v3h2a1 1 0 0 0 0-3zM3 20h15v2H3z"/>`)
}

// chartIcon is a curve.
func chartIcon() fyne.Resource {
	return themed("chart.svg", `<path d="M3 3h2v16h16v2H3z"/><path d="M7 15l4-6 4 3 4-7 1.7 1-5.2 9-4-3-2.8 4.2z"/>`)
}

// themed returns an icon of 24 x 24 in the colour of text.
func themed(name, shape string) fyne.Resource {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="#000000">` + shape + `</svg>`
	return theme.NewThemedResource(fyne.NewStaticResource(name, []byte(svg)))
}
