package encoder

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// machine tells apart what encoders depend on: graphics cards and their drivers, the kernel, the processor.
func machine() []string {
	texts := readAll("/sys/class/drm/card[0-9]*/device/vendor", "/sys/class/drm/card[0-9]*/device/device",
		"/sys/module/*nvidia/version", "/sys/module/amdgpu/version", "/proc/sys/kernel/osrelease")
	texts = append(texts, drivers()...)
	texts = append(texts, cards()...)
	for _, text := range readAll("/proc/cpuinfo") {
		_, model, _ := strings.Cut(text, "model name")
		model, _, _ = strings.Cut(model, "\n")
		texts = append(texts, model)
	}
	return append(texts, fmt.Sprint(runtime.NumCPU()))
}

// cards returns which driver of the kernel has which card, and the devices through which programs reach them: one that
// may not be opened is as good as none.
func cards() []string {
	links, _ := filepath.Glob("/sys/class/drm/card[0-9]*/device/driver") // only a malformed pattern is an error
	var texts []string
	for _, link := range links {
		if driver, err := filepath.EvalSymlinks(link); err == nil {
			texts = append(texts, link+"="+filepath.Base(driver))
		}
	}
	for _, pattern := range []string{"/dev/dri/renderD*", "/dev/nvidia*"} {
		names, _ := filepath.Glob(pattern) // likewise
		for _, name := range names {
			f, err := os.OpenFile(name, os.O_RDWR, 0)
			if err == nil {
				f.Close()
			}
			texts = append(texts, fmt.Sprint(name, err == nil))
		}
	}
	return texts
}

// drivers returns the names and times of the libraries of graphics drivers: a new one is a new file.
func drivers() []string {
	var texts []string
	for _, pattern := range []string{"/usr/lib/*/dri/*_drv_video.so", "/usr/lib*/dri/*_drv_video.so", "/usr/lib/*/libnvidia-encode.so.*", "/usr/lib*/libnvidia-encode.so.*", "/usr/lib/*/libmfx*.so*"} {
		names, _ := filepath.Glob(pattern) // only a malformed pattern is an error
		slices.Sort(names)
		for _, name := range names {
			if info, err := os.Stat(name); err == nil {
				texts = append(texts, fmt.Sprint(name, info.Size(), info.ModTime().Unix()))
			}
		}
	}
	return texts
}
