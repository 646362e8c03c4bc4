package gui

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2/lang"

	"golive/assets"
	"golive/encoder"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == encoder.ProbeCommand { // a broadcast tries an encoder
		os.Exit(encoder.RunProbe(os.Stdin, os.Stdout, nil))
	}
	_ = os.Setenv("LC_ALL", "en_US.UTF-8")
	if os.Getenv(realWindow) != "" {
		os.Exit(runRealWindow())
	}
	if err := lang.AddTranslationsFS(assets.Translations, "translations"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// TestTranslations checks that every language has every text of the window, with the same blanks in it.
func TestTranslations(t *testing.T) {
	used := usedTexts(t)
	files, err := fs.Glob(assets.Translations, "translations/*.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("languages: %v, %v", files, err)
	}
	for _, file := range files {
		data, err := fs.ReadFile(assets.Translations, file)
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]string{}
		if err := json.Unmarshal(data, &texts); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for text := range used {
			if texts[text] == "" {
				t.Errorf("%s lacks %q", file, text)
			}
			if strings.Count(texts[text], "{{.") != strings.Count(text, "{{.") {
				t.Errorf("%s has other blanks in %q", file, text)
			}
		}
		for text := range texts {
			if !used[text] {
				t.Errorf("%s has %q, which nothing uses", file, text)
			}
		}
	}
}

// usedTexts returns the first arguments of all calls of lang.L, which must be literals.
func usedTexts(t *testing.T) map[string]bool {
	t.Helper()
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && isLangL(call.Fun) {
				literal, ok := call.Args[0].(*ast.BasicLit)
				if !ok {
					t.Fatalf("%s: lang.L of something that is no literal", file)
				}
				text, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				used[text] = true
			}
			return true
		})
	}
	if len(used) < 50 {
		t.Fatalf("only %d texts found: %v", len(used), slices.Collect(maps.Keys(used)))
	}
	return used
}

func isLangL(f ast.Expr) bool {
	s, ok := f.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != "L" {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == "lang"
}
