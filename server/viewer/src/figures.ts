// A list of names and values that is brought up to date without being built anew.
import { make, write } from "./dom";

export type Rows = [name: string, value: string, note?: string][];

// showRows shows rows in a <dl>; those without a value are left out.
export function showRows(list: HTMLElement, rows: Rows): void {
  const shown = rows.filter(([, value]) => value !== "");
  while (list.childElementCount > shown.length) list.lastElementChild?.remove();
  while (list.childElementCount < shown.length) list.append(make("div", {}, make("dt"), make("dd")));
  shown.forEach(([name, value, note = ""], i) => {
    const row = list.children[i] as HTMLElement;
    const [dt, dd] = row.children as unknown as [HTMLElement, HTMLElement];
    write(dt, name);
    write(dd, value);
    if (row.title !== note) row.title = note;
  });
}
