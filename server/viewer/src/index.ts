// The list of streams.
import { getStreams, type Stream } from "./api";
import { text, translate } from "./strings";

const list = document.querySelector<HTMLUListElement>("#list")!;
const none = document.querySelector<HTMLElement>("#none")!;

translate();
document.title = `${text.streams} · Golive`;
void run();

async function run(): Promise<never> {
  for (;;) {
    await show().catch((error) => console.info(error));
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

let shown = "";

async function show(): Promise<void> {
  const streams = await getStreams();
  const state = JSON.stringify(streams.map((s) => [s.name, s.viewers]));
  if (state === shown) return; // what is focused or read aloud is left in peace
  shown = state;
  none.hidden = streams.length > 0;
  list.replaceChildren(...streams.map(row));
}

function row(stream: Stream): HTMLLIElement {
  const badge = Object.assign(document.createElement("span"), { className: "badge live", textContent: text.live });
  const name = Object.assign(document.createElement("strong"), { textContent: stream.name });
  const picture = stream.tracks.find((t) => t.height);
  const facts = [picture ? `${picture.width} x ${picture.height}` : "", text.viewers(stream.viewers)];
  const small = Object.assign(document.createElement("small"), { textContent: facts.filter(Boolean).join(" · ") });
  const link = Object.assign(document.createElement("a"), { href: `/watch/${stream.name}` });
  link.append(badge, name, small);
  const item = document.createElement("li");
  item.append(link);
  return item;
}
