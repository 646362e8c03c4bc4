// The list of streams, and of what was recorded.
import { getStreams, type Stream, thumbnail } from "./api";
import { find, icon, make } from "./dom";
import { showRecordings } from "./recordings";
import { text, translate } from "./strings";
import { theme } from "./theme";

const PAUSE = 2000; // ms between two looks
const SHOT = 5000; // ms between two thumbnails of a stream

let shown = "";
let streams: Stream[] = [];

theme();
translate(() => {
  document.title = `${text.streams} · Golive`;
  shown = "";
  show();
});
void run();

async function run(): Promise<never> {
  for (let turn = 0; ; turn++) {
    await getStreams().then((all) => (streams = all)).catch((error) => console.info(error));
    show();
    if (turn % 5 === 0) await showRecordings().catch((error) => console.info(error));
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

function show(): void {
  const state = JSON.stringify(streams.map((s) => [s.name, s.viewers, s.away, s.tracks]));
  find("none").hidden = streams.length > 0;
  if (state === shown) return; // what is focused or read aloud is left in peace
  shown = state;
  const focused = (document.activeElement as HTMLAnchorElement | null)?.href;
  find("list").replaceChildren(...streams.map((s) => make("li", {}, card(s))));
  if (focused) [...document.querySelectorAll<HTMLAnchorElement>(".card")].find((a) => a.href === focused)?.focus();
}

function card(stream: Stream): HTMLElement {
  const picture = stream.tracks.find((t) => t.height);
  const badge = make("span", { className: stream.away ? "badge" : "badge live", textContent: stream.away ? text.gone : text.live });
  const viewers = make("span", { className: "fact", title: text.viewers(stream.viewers) }, icon("eye"), String(stream.viewers));
  return make(
    "a", { className: "card", href: `/watch/${stream.name}` },
    make("div", { className: "shot" }, icon("film"), shot(stream), badge, viewers),
    make("div", { className: "words" }, make("strong", { textContent: stream.name }),
      make("small", { textContent: picture ? `${picture.width} x ${picture.height}` : "" })),
  );
}

// shot is a small picture of what is on now; where there is none, the icon behind it is seen.
function shot(stream: Stream): HTMLElement {
  const image = make("img", { alt: "", hidden: true });
  image.onload = () => (image.hidden = false);
  image.onerror = () => (image.hidden = true);
  image.src = `${thumbnail(stream.name)}?t=${Math.floor(Date.now() / SHOT)}`;
  const renew = setInterval(() => {
    if (!image.isConnected) return clearInterval(renew);
    image.src = `${thumbnail(stream.name)}?t=${Math.floor(Date.now() / SHOT)}`;
  }, SHOT);
  return image;
}
