package profile

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// lines returns where each setting of a TOML document stands, by its key: "video", or "destinations.1.url" for the
// second destination. Settings that are not there have no line.
func lines(document []byte) map[string]int {
	found := map[string]int{}
	var p unstable.Parser
	p.Reset(document)
	table, items := "", map[string]int{}
	for p.NextExpression() {
		e := p.Expression()
		name, at := "", unstable.Range{}
		for key := e.Key(); key.Next(); {
			name, at = join(name, string(key.Node().Data)), key.Node().Raw
		}
		line := p.Shape(at).Start.Line
		switch e.Kind {
		case unstable.ArrayTable:
			table = join(name, strconv.Itoa(items[name]))
			items[name]++
			found[table] = line
		case unstable.Table:
			table = name
		case unstable.KeyValue:
			found[join(table, name)] = line
		}
	}
	return found
}

// misfit returns the first setting outside of all tables that cannot be decoded, and its line, or 0. The decoder says
// that for text alone, not for numbers.
func misfit(document []byte, root reflect.Type) (setting string, line int) {
	var p unstable.Parser
	p.Reset(document)
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind != unstable.KeyValue {
			return "", 0
		}
		if toml.Unmarshal(p.Raw(e.Raw), reflect.New(root).Interface()) != nil {
			key := e.Key()
			key.Next()
			return string(key.Node().Data), p.Shape(key.Node().Raw).Start.Line
		}
	}
	return "", 0
}

// lineOf returns the line of a setting, or of what it is a part of; 0 when neither is there.
func lineOf(found map[string]int, setting string) int {
	for {
		if line, ok := found[setting]; ok {
			return line
		}
		i := strings.LastIndexByte(setting, '.')
		if i < 0 {
			return 0
		}
		setting = setting[:i]
	}
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "." + b
}
