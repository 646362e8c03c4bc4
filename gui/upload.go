package gui

import (
	"fyne.io/fyne/v2/lang"

	"golive/gui/model"
)

// uploadText says in one sentence whether the upload is enough, as far as that is known.
func uploadText(now model.State) string {
	t := now.Trial
	switch {
	case t.Going && t.Name != "":
		return lang.L("Testing the upload to {{.Name}}; nobody sees it.", map[string]any{"Name": t.Name})
	case t.Err != nil:
		return lang.L("The upload could not be tested. {{.Why}}", map[string]any{"Why": sentence(t.Err)})
	case now.NeededUp == 0:
		return lang.L("Your watch page is on this computer: nothing has to be uploaded to the internet for it.")
	case now.Upload.Kbps >= now.NeededUp:
		return lang.L("Your upload is enough.")
	case now.Upload.Limited:
		return lang.L("Your upload is not enough. Choose a lower bitrate, or fewer destinations.")
	}
	return lang.L("Whether your upload is enough will show when you are live.")
}

// uploadFigures are the numbers behind it.
func uploadFigures(now model.State) string {
	if now.NeededUp == 0 {
		return ""
	}
	p := map[string]any{"Needed": megabits(now.NeededUp), "Carried": megabits(now.Upload.Kbps)}
	if now.Upload.Kbps == 0 {
		return lang.L("Upload: {{.Needed}} are needed; what yours carries is unknown", p)
	}
	return lang.L("Upload: {{.Needed}} are needed; {{.Carried}} came through of late", p)
}
