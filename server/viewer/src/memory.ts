// What the page remembers of its viewer's choices, in this browser alone.
const prefix = "golive.";

// remembered returns what was kept, or undefined: a browser may refuse to keep anything.
export function remembered(key: string): string | undefined {
  try {
    return localStorage.getItem(prefix + key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(prefix + key, value);
  } catch {
    // then it is asked again next time
  }
}
