package gui

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"fyne.io/fyne/v2/lang"

	"golive/assets"
)

// speak makes the window's texts those of a language from now on: "en", "zh_Hans", or "auto" for the system's. The
// toolkit reads it from the environment when translations are added, and has no other way.
func speak(language string) error {
	if language == "auto" || language == "" {
		language = os.Getenv(systemLanguage)
	}
	locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"), "C")
	name, _, _ := strings.Cut(locale, ".")
	if name == "C" || name == "POSIX" { // a system without a language: English, and say so, as LANGUAGE is not looked at
		language = cmp.Or(language, "en")
		if err := os.Setenv("LC_ALL", language+".UTF-8"); err != nil {
			return err
		}
	}
	if err := os.Setenv("LANGUAGE", language); err != nil {
		return err
	}
	if err := lang.AddTranslationsFS(assets.Translations, "translations"); err != nil {
		return fmt.Errorf("the translations of the window: %w", err)
	}
	return nil
}

// systemLanguage keeps what LANGUAGE was when Golive started.
const systemLanguage = "GOLIVE_SYSTEM_LANGUAGE"

// keepSystemLanguage notes what LANGUAGE is, before speak changes it.
func keepSystemLanguage() error { return os.Setenv(systemLanguage, os.Getenv("LANGUAGE")) }

// language returns the language of the window, such as "zh-Hans".
func language() string {
	if lang.L("Language") == "Language" {
		return "en"
	}
	return "zh-Hans"
}
