// What lies over the picture while there is none.
import { getRecordings } from "./api";
import { find, make, setIcon, write } from "./dom";
import { text } from "./strings";

export type Slate = "connecting" | "waiting" | "away" | "ended" | "unreachable" | "badName" | "unplayable" | "noPicture";

const quiet: Slate[] = ["unplayable", "badName"]; // nothing is being tried

export class SlateView {
  private shown: Slate | undefined;
  private reason = "";

  constructor(private stream: string) {}

  show(slate: Slate, reason = ""): void {
    const news = slate !== this.shown;
    [this.shown, this.reason] = [slate, reason];
    this.translate();
    find("slate").classList.remove("clear");
    find("spinner").hidden = slate !== "connecting" && slate !== "unreachable" && slate !== "noPicture";
    find("slate-icon").hidden = !find("spinner").hidden;
    setIcon(find("slate-icon"), quiet.includes(slate) ? "close" : slate === "waiting" ? "signal" : "off");
    if (news) void this.offer(slate === "ended" || slate === "waiting");
  }

  hide(): void {
    this.shown = undefined;
    find("slate").classList.add("clear");
    for (const id of ["message", "detail"]) write(find(id), "");
    find("slate-link").replaceChildren();
  }

  translate(): void {
    if (!this.shown) return;
    write(find("message"), text[this.shown]);
    const detail = this.shown === "connecting" ? "" : text[`${this.shown}Detail`];
    write(find("detail"), [this.reason && text.because(this.reason), detail].filter(Boolean).join(" "));
  }

  // offer links to what was recorded, for who came too late.
  private async offer(wanted: boolean): Promise<void> {
    const link = find("slate-link");
    link.replaceChildren();
    if (!wanted) return;
    const own = (await getRecordings().catch(() => [])).filter((r) => r.stream === this.stream);
    if (own.length === 0 || !this.shown) return;
    link.replaceChildren(make("a", { href: `/#${own[0]!.id}`, className: "button", textContent: text.seeRecordings(own.length) }));
  }
}
