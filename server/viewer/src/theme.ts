// Dark or light: what the system prefers, until the viewer chooses.
import { remember, remembered } from "./memory";

const light = matchMedia("(prefers-color-scheme: light)");

export function theme(): void {
  const root = document.documentElement;
  const kept = remembered("theme");
  if (kept) root.dataset.theme = kept;
  document.getElementById("theme")?.addEventListener("click", () => {
    const shown = root.dataset.theme ?? (light.matches ? "light" : "dark");
    root.dataset.theme = shown === "light" ? "dark" : "light";
    remember("theme", root.dataset.theme);
  });
}
