// The panel beside the picture: statistics, connection, log, one at a time.
import { find } from "./dom";
import { remember, remembered } from "./memory";

const tabs = ["stats", "connection", "log"] as const;

export class Panel {
  onShow = () => {};

  private panel = find("panel");

  constructor() {
    find("details").onclick = () => this.toggle();
    find("close").onclick = () => {
      this.toggle(false);
      find("details").focus();
    };
    tabs.forEach((tab, i) => {
      const button = find(`tab-${tab}`);
      button.onclick = () => this.choose(tab);
      button.onkeydown = ({ key }) => {
        const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
        if (step === 0) return;
        const next = tabs[(i + step + tabs.length) % tabs.length]!;
        this.choose(next);
        find(`tab-${next}`).focus();
      };
    });
    this.choose(tabs.find((t) => t === remembered("tab")) ?? "stats");
    this.toggle(remembered("panel") === "open");
  }

  isOpen(): boolean {
    return !this.panel.hidden;
  }

  toggle(open = this.panel.hidden): void {
    this.panel.hidden = !open;
    document.body.classList.toggle("with-panel", open);
    find("details").setAttribute("aria-expanded", String(open));
    remember("panel", open ? "open" : "shut");
    this.onShow();
  }

  private choose(chosen: (typeof tabs)[number]): void {
    for (const tab of tabs) {
      const button = find(`tab-${tab}`);
      button.setAttribute("aria-selected", String(tab === chosen));
      button.tabIndex = tab === chosen ? 0 : -1;
      find(tab).hidden = tab !== chosen;
    }
    remember("tab", chosen);
    this.onShow();
  }
}
