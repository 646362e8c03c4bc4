package encoder

import "slices"

// Table returns the video encoders that Golive knows, preferred first. Which of them work here, Probe finds out.
func Table() []Row {
	return slices.Concat(nvenc(), quickSync(), amf(), videoToolbox(), vaapi(), vulkan(), software())
}

// software runs everywhere.
func software() []Row {
	return []Row{
		{
			Name: "libx264", Codec: H264,
			presetOption: "preset", presets: words[:], preset: "veryfast",
			// Key frames come at even distances, as HLS and the services want them: not at cuts.
			always: map[string]string{"forced-idr": "1", "profile": "high", "x264-params": "scenecut=0"},
			direct: map[string]string{"tune": "zerolatency", "x264-params": "bframes=0"},
			ahead:  map[string]string{"x264-params": "bframes=2:open-gop=0:rc-lookahead={n}"},

			slowRate: true,
		},
		{
			Name: "libx265", Codec: HEVC,
			presetOption: "preset", presets: words[:], preset: "ultrafast",
			always:    map[string]string{"forced-idr": "1", "x265-params": "scenecut=0:open-gop=0:log-level=error"},
			direct:    map[string]string{"tune": "zerolatency", "x265-params": "bframes=0"},
			low:       map[string]string{"x265-params": "ctu=16"}, // more rows to work on at once, and a third less work
			ahead:     map[string]string{"x265-params": "bframes=2:rc-lookahead={n}"},
			fixedRate: true,
		},
		{
			Name: "libsvtav1", Codec: AV1,
			presetOption: "preset", presets: []string{"12", "11", "10", "9", "8", "7", "6", "5", "4"}, preset: "10",
			// Its stages work on a picture each: two, or more of large ones, are inside even when each waits for the last.
			// A maximum rate is not for bit rates in SVT-AV1; a constant one (rc=2) is for pictures in order only.
			always:    map[string]string{"maxrate": "0", "bufsize": "0"},
			direct:    map[string]string{"svtav1-params": "pred-struct=1:rc=2"},
			ahead:     map[string]string{"svtav1-params": "lookahead={n}"},
			fixedKeys: true, fixedRate: true, neverLow: true, lateSets: true,
		},
	}
}

// forEach returns row for each of the codecs that a graphics card may have, with the suffix of its family.
func forEach(suffix string, row Row) []Row {
	var rows []Row
	for _, c := range []Codec{H264, HEVC, AV1} {
		row.Name, row.Codec, row.Hardware = string(c)+suffix, c, true
		rows = append(rows, row)
	}
	return rows
}

// nvenc: NVIDIA. It uploads pictures by itself.
func nvenc() []Row {
	return forEach("_nvenc", Row{
		needs:        "a graphics card of NVIDIA and its driver",
		presetOption: "preset", presets: []string{"p1", "p2", "p3", "p4", "p5", "p6", "p7"}, preset: "p4",
		always: map[string]string{"rc": "cbr", "forced-idr": "1", "no-scenecut": "1"},
		direct: map[string]string{"tune": "ull", "zerolatency": "1", "delay": "0", "bf": "0", "rc-lookahead": "0"},
		ahead:  map[string]string{"tune": "hq", "bf": "2", "rc-lookahead": "{n}"},
	})
}

// quickSync: Intel. It uploads pictures by itself; with the same mean and maximum rate it keeps a constant one.
func quickSync() []Row {
	return forEach("_qsv", Row{
		needs:        "Intel graphics and their driver",
		input:        biplanar,
		presetOption: "preset", presets: []string{"veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"}, preset: "veryfast",
		always: map[string]string{"forced_idr": "1"},
		direct: map[string]string{"async_depth": "1", "bf": "0"},
		ahead:  map[string]string{"async_depth": "4", "bf": "2"},
	})
}

// amf: AMD on Windows, and on Linux with AMD's own driver.
func amf() []Row {
	return forEach("_amf", Row{
		needs:        "a graphics card of AMD and its own driver",
		input:        biplanar,
		presetOption: "quality", presets: []string{"speed", "balanced", "quality"}, preset: "balanced",
		always:    map[string]string{"rc": "cbr"},
		direct:    map[string]string{"usage": "ultralowlatency", "bf": "0"},
		ahead:     map[string]string{"usage": "transcoding"},
		fixedKeys: true, fixedRate: true,
	})
}

// videoToolbox: macOS, which has no AV1 encoder.
func videoToolbox() []Row {
	return forEach("_videotoolbox", Row{
		needs:     "macOS",
		always:    map[string]string{"realtime": "1"},
		direct:    map[string]string{"bf": "0", "prio_speed": "1"},
		ahead:     map[string]string{"bf": "2"},
		fixedRate: true,
	})[:2]
}

// vaapi: Intel and AMD on Linux. Its drivers have no common presets.
func vaapi() []Row {
	return forEach("_vaapi", Row{
		needs: "graphics of Intel or AMD and their VAAPI driver",
		input: biplanar, device: "vaapi",
		always:    map[string]string{"rc_mode": "CBR"},
		direct:    map[string]string{"async_depth": "1", "bf": "0"},
		ahead:     map[string]string{"async_depth": "4", "bf": "2"},
		fixedRate: true,
	})
}

// vulkan: any card whose driver has the extension. FFmpeg 7.1 has no AV1 for it.
func vulkan() []Row {
	return forEach("_vulkan", Row{
		needs: "a graphics card whose driver encodes through Vulkan",
		input: biplanar, device: "vulkan",
		always:    map[string]string{"rc_mode": "cbr", "usage": "stream"},
		direct:    map[string]string{"tune": "ull", "async_depth": "1", "bf": "0"},
		ahead:     map[string]string{"tune": "hq", "async_depth": "4", "bf": "2"},
		fixedRate: true,
	})[:2]
}
