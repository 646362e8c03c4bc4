// The connection tab: what became of each way to play, and of the ways to the server.
import { find, make, write } from "./dom";
import { showRows } from "./figures";
import type { Ladder } from "./ladder";
import type { Doubt } from "./latency";
import type { Figures } from "./player";
import { protocolName, protocols } from "./player";
import type { Signal } from "./signal";
import { text } from "./strings";

export function showConnection(ladder: Ladder, signal: Signal, doubt: Doubt | undefined, figures: Figures | undefined): void {
  const list = find("rungs");
  if (list.childElementCount === 0) {
    list.append(...protocols.map(() => make("li", {}, make("i"), make("strong"), make("span"), make("small"))));
  }
  const words = { ready: text.rungReady, trying: text.rungTrying, playing: text.rungPlaying, failed: "" };
  protocols.forEach((protocol, i) => {
    const [row, { state, why }] = [list.children[i] as HTMLElement, ladder.rungs[protocol]];
    const [, name, said, reason] = row.children as unknown as HTMLElement[];
    row.className = state;
    write(name!, protocolName[protocol]);
    write(said!, words[state]);
    write(reason!, why);
  });
  const { clock } = signal;
  const wrong = clock.wrong();
  const known = wrong === undefined ? text.unknown : text.clockKnown(`${wrong.toFixed(1)} ms`);
  showRows(find("link"), [
    [text.signal, signal.open ? text.signalOpen : text.signalShut],
    [text.ice, figures?.ice ?? ""],
    [text.transport, figures?.transport ?? ""],
    [text.path, figures?.path ?? ""],
    [text.rtt, clock.trip === undefined ? "" : `${clock.trip.toFixed(1)} ms`],
    [text.clock, known],
    [text.latency, doubt ? `${text.doubt}. ${text.doubts[doubt]}` : ""],
  ]);
}
