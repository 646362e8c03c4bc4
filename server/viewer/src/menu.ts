// The menu of qualities and protocols.
import { find, make } from "./dom";
import type { Ladder } from "./ladder";
import { type Player, type Protocol, protocolName, protocols } from "./player";
import { text } from "./strings";

export class Menu {
  onProtocol = (_: Protocol | "auto") => {};

  private menu = find("menu");
  private button = find("settings");
  private player: Player | undefined;
  private picture = "";
  private quality: number | undefined;
  private drawn = "";

  constructor(private ladder: Ladder) {
    this.button.onclick = () => this.toggle();
    document.addEventListener("pointerdown", ({ target }) => {
      if (!this.menu.contains(target as Node) && !this.button.contains(target as Node)) this.toggle(false);
    });
  }

  // follow shows what a player offers; picture says what comes now.
  follow(player: Player | undefined, picture: string): void {
    if (player !== this.player) this.quality = undefined;
    [this.player, this.picture] = [player, picture];
    this.show();
  }

  toggle(open = this.menu.hidden): void {
    if (open === !this.menu.hidden) return;
    this.menu.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    this.show();
    if (open) this.menu.querySelector<HTMLInputElement>("input:checked")?.focus();
    else if (this.menu.contains(document.activeElement)) this.button.focus();
  }

  isOpen(): boolean {
    return !this.menu.hidden;
  }

  show(): void {
    const levels = this.player?.qualities() ?? [];
    const state = JSON.stringify([text.name, levels, this.quality, this.picture, this.ladder.chosen, this.player?.protocol]);
    if (this.menu.hidden || state === this.drawn) return;
    this.drawn = state;
    const playing = this.player ? ` (${protocolName[this.player.protocol]})` : "";
    const automatic = this.ladder.chosen === "auto" ? playing : "";
    const focused = this.inputs().indexOf(document.activeElement as HTMLInputElement);
    find("protocols").replaceChildren(
      this.choice("protocol", text.automatic + automatic, this.ladder.chosen === "auto", () => this.onProtocol("auto")),
      ...protocols.map((p) => this.choice("protocol", protocolName[p], this.ladder.chosen === p, () => this.onProtocol(p))),
    );
    find("qualities").replaceChildren(...this.qualities(levels));
    this.inputs()[focused]?.focus(); // the element that had it is gone
  }

  private inputs(): HTMLInputElement[] {
    return [...this.menu.querySelectorAll("input")];
  }

  private qualities(levels: string[]): HTMLElement[] {
    const source = [text.source, this.picture].filter(Boolean).join(", ");
    if (levels.length < 2) return [this.choice("quality", source, true, () => {})];
    const take = (quality: number | undefined) => () => {
      this.quality = quality;
      this.player?.choose(quality);
    };
    return [
      this.choice("quality", text.automatic, this.quality === undefined, take(undefined)),
      ...levels.map((words, i) => this.choice("quality", words, this.quality === i, take(i))),
    ];
  }

  private choice(name: string, words: string, checked: boolean, onchange: () => void): HTMLElement {
    return make("label", {}, make("input", { type: "radio", name, checked, onchange }), make("span", { textContent: words }));
  }
}
