// The log tab: the journal, and a button that copies it.
import { find, make, write } from "./dom";
import { journal } from "./journal";
import { text } from "./strings";

const COPIED = 1500; // ms that the button says so

export class Log {
  private lines = find("lines");

  constructor() {
    this.lines.append(...journal.entries.map(line));
    journal.onNote = (entry) => {
      const atEnd = this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < 40;
      this.lines.append(line(entry));
      while (this.lines.childElementCount > journal.entries.length) this.lines.firstElementChild?.remove();
      if (atEnd) this.lines.scrollTop = this.lines.scrollHeight;
      this.translate();
    };
    find("copy").onclick = () => void this.copy();
  }

  translate(): void {
    write(find("log-count"), text.entries(journal.entries.length));
  }

  // show scrolls to what is newest.
  show(): void {
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  private async copy(): Promise<void> {
    await copyText(journal.text());
    const words = find("copy").querySelector("span")!;
    words.textContent = text.copied;
    setTimeout(() => (words.textContent = text.copy), COPIED);
  }
}

function line(entry: string): HTMLElement {
  const [time = "", ...words] = entry.split(" ");
  return make("li", {}, make("time", { textContent: time }), make("span", { textContent: words.join(" ") }));
}

// copyText copies; a page that did not come over HTTPS or from this computer has no clipboard but the old way.
async function copyText(words: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    const area = make("textarea", { value: words, className: "away" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
