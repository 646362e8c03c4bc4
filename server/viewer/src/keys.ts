// The keyboard, and the list of what it does.
import { find, make } from "./dom";
import { text } from "./strings";

export interface Actions {
  toggle(): void;
  mute(): void;
  louder(steps: number): void;
  step(times: number): void;
  live(): void;
  full(): void;
  pip(): void;
  panel(): void;
  menu(): void;
  escape(): void;
}

type Shortcut = { keys: string[]; shown: () => string[]; words: () => string; act: (a: Actions) => void };

const shortcuts: Shortcut[] = [
  { keys: [" ", "k"], shown: () => [text.space, "K"], words: () => `${text.play} / ${text.pause}`, act: (a) => a.toggle() },
  { keys: ["m"], shown: () => ["M"], words: () => text.mute, act: (a) => a.mute() },
  { keys: ["ArrowUp"], shown: () => ["↑"], words: () => `${text.volume} +`, act: (a) => a.louder(1) },
  { keys: ["ArrowDown"], shown: () => ["↓"], words: () => `${text.volume} -`, act: (a) => a.louder(-1) },
  { keys: ["ArrowLeft", "j"], shown: () => ["←", "J"], words: () => text.back, act: (a) => a.step(-1) },
  { keys: ["ArrowRight"], shown: () => ["→"], words: () => text.forward, act: (a) => a.step(1) },
  { keys: ["l", "End"], shown: () => ["L"], words: () => text.toLive, act: (a) => a.live() },
  { keys: ["f"], shown: () => ["F"], words: () => text.full, act: (a) => a.full() },
  { keys: ["p"], shown: () => ["P"], words: () => text.pip, act: (a) => a.pip() },
  { keys: ["q"], shown: () => ["Q"], words: () => text.settings, act: (a) => a.menu() },
  { keys: ["i"], shown: () => ["I"], words: () => text.details, act: (a) => a.panel() },
  { keys: ["?"], shown: () => ["?"], words: () => text.keys, act: () => help() },
];

const arrows = /^Arrow|^End$|^Home$/;

// listen carries out what is typed anywhere but where typing has a meaning of its own.
export function listen(actions: Actions): void {
  find("keys").onclick = () => help();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || find<HTMLDialogElement>("help").open) return;
    if (event.key === "Escape") return actions.escape();
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (means(event.target as Element, key)) return;
    const shortcut = shortcuts.find(({ keys }) => keys.includes(key));
    if (!shortcut) return;
    event.preventDefault();
    shortcut.act(actions);
  });
}

// means says whether a key does something of its own to the element that has the focus.
function means(target: Element, key: string): boolean {
  if (target.matches("input")) return arrows.test(key) || key === " ";
  if (target.matches("button, a")) return key === " " || (target.matches("[role=tab]") && arrows.test(key));
  return target.matches(".lines") && arrows.test(key);
}

function help(): void {
  const rows = shortcuts.map(({ shown, words }) => {
    return make("div", {}, make("dt", {}, ...shown().map((k) => make("kbd", { textContent: k }))), make("dd", { textContent: words() }));
  });
  find("shortcuts").replaceChildren(...rows);
  find<HTMLDialogElement>("help").showModal();
}
