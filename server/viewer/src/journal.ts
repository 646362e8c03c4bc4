// A log of everything that happens, for who asks why it did.

const KEPT = 500; // entries

class Journal {
  readonly entries: string[] = [];
  onNote = (_: string) => {};

  private last = "";

  // note writes down what is not what was written down last.
  note(words: string): void {
    if (words === this.last) return;
    this.last = words;
    const entry = `${new Date().toISOString().slice(11, 23)} ${words}`;
    if (this.entries.push(entry) > KEPT) this.entries.shift();
    this.onNote(entry);
  }

  // text returns it whole, with what a helper would ask for first.
  text(): string {
    const head = [`${location.href}`, `${navigator.userAgent}`, `${new Date().toISOString()} (times are UTC)`, ""];
    return [...head, ...this.entries, ""].join("\n");
  }
}

export const journal = new Journal();
