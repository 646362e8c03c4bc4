// The language of the page: the browser's, until the viewer chooses another.
import { en, type Words } from "./en";
import { remember, remembered } from "./memory";
import { zh } from "./zh";

const listeners: (() => void)[] = [];

export let text: Words = en;

// translate fills in the words of the page, now and whenever each is to be said anew.
export function translate(each: () => void = () => {}): void {
  listeners.push(each);
  speak(remembered("language") ?? navigator.language);
  document.getElementById("language")?.addEventListener("click", () => {
    const other = text === zh ? "en" : "zh-CN";
    remember("language", other);
    speak(other);
  });
}

function speak(language: string): void {
  text = language.toLowerCase().startsWith("zh") ? zh : en;
  document.documentElement.lang = text === zh ? "zh-CN" : "en";
  for (const e of document.querySelectorAll<HTMLElement>("[data-text]")) e.textContent = word(e.dataset.text);
  for (const e of document.querySelectorAll<HTMLElement>("[data-label]")) label(e, word(e.dataset.label));
  for (const e of document.querySelectorAll<HTMLElement>("[data-name]")) e.setAttribute("aria-label", word(e.dataset.name));
  for (const listener of listeners) listener();
}

function word(key: string | undefined): string {
  return text[key as keyof Words] as string;
}

// label names an element for the eye that hovers and for screen readers.
export function label(e: HTMLElement, words: string): void {
  if (e.title === words) return;
  e.title = words;
  e.setAttribute("aria-label", words);
}
