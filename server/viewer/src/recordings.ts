// What was recorded: a list, and a player with a seek bar. A recording is named in the fragment of the page's address,
// so that a link leads to it.
import { getRecordings, type Recording } from "./api";
import { find, icon, make } from "./dom";
import { text } from "./strings";
import { clock, size } from "./units";

let shown = "";
let opened = "";

// showRecordings brings the list up to date.
export async function showRecordings(): Promise<void> {
  const all = await getRecordings();
  const state = JSON.stringify([text.name, all]);
  if (state !== shown) {
    shown = state;
    find("recordings").hidden = all.length === 0;
    find("recorded").replaceChildren(...all.map(row));
  }
  const wanted = all.find((r) => r.id === decodeURIComponent(location.hash.slice(1)));
  if (wanted && opened !== wanted.id) open(wanted);
}

function row(recording: Recording): HTMLElement {
  const facts = [clock(recording.duration_s), size(recording.bytes)].join(" · ");
  const words = make("span", {}, make("strong", { textContent: title(recording) }), make("small", { textContent: facts }));
  const watch = make("button", { type: "button", className: "what", onclick: () => open(recording) }, icon("film"), words);
  watch.setAttribute("aria-label", `${text.watch}: ${title(recording)}, ${facts}`);
  const link = make("a", { className: "button" }, icon("download"), make("span", { textContent: text.download }));
  link.setAttribute("aria-label", `${text.download}: ${title(recording)}`); // on a phone, the icon stands alone
  return make("li", {}, watch, download(link, recording));
}

function title({ stream, start }: Recording): string {
  const when = new Date(start).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  return `${stream}, ${when}`;
}

function download(link: HTMLAnchorElement, { url, stream, start }: Recording): HTMLAnchorElement {
  return Object.assign(link, { href: url, download: `${stream}-${start.slice(0, 19).replace(/[T:]/g, "-")}.mp4` });
}

function open(recording: Recording): void {
  const dialog = find<HTMLDialogElement>("theatre");
  const video = find<HTMLVideoElement>("replay");
  opened = recording.id;
  history.replaceState(null, "", `#${encodeURIComponent(recording.id)}`);
  find("title").textContent = title(recording);
  download(find<HTMLAnchorElement>("download"), recording);
  video.src = recording.url;
  dialog.onclose = () => {
    video.removeAttribute("src");
    video.load();
    opened = "";
    history.replaceState(null, "", location.pathname);
  };
  dialog.showModal();
  void video.play().catch(() => {});
}
