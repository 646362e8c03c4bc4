// Which ways to play there are, which of them to try first, and what became of each.
import type { Stream } from "./api";
import { dashSupported, openDash } from "./dash";
import { hlsSupported, openHls } from "./hls";
import { journal } from "./journal";
import { type Player, type Protocol, protocolName, protocols } from "./player";
import { openWhep } from "./whep";

export type Rung = { state: "ready" | "trying" | "playing" | "failed"; why: string };

export class Ladder {
  chosen: Protocol | "auto" = "auto"; // by the viewer
  readonly rungs: Record<Protocol, Rung>;

  private first = 0; // the rung to begin with

  constructor(private name: string, private video: HTMLVideoElement) {
    const ready = (): Rung => ({ state: "ready", why: "" });
    this.rungs = { webrtc: ready(), "ll-hls": ready(), hls: ready(), dash: ready() };
  }

  // choose begins anew with what the viewer wants.
  choose(wanted: Protocol | "auto"): void {
    this.chosen = wanted;
    this.reset();
  }

  reset(): void {
    this.first = 0;
    for (const p of protocols) this.rungs[p] = { state: "ready", why: "" };
  }

  // toTry returns the protocols that can play the stream, in the order to try them.
  toTry(stream: Stream): Protocol[] {
    if (this.chosen !== "auto") return [this.chosen];
    return protocols.slice(this.first).filter((p) => this.possible(p, stream));
  }

  // better returns those above the one that plays.
  better(playing: Protocol, stream: Stream): Protocol[] {
    if (this.chosen !== "auto") return [];
    return protocols.slice(0, protocols.indexOf(playing)).filter((p) => this.possible(p, stream));
  }

  // begin with this one from now on.
  begin(protocol: Protocol): void {
    this.first = protocols.indexOf(protocol);
  }

  // beginBelow is for one that gave pictures, but did not last.
  beginBelow(protocol: Protocol): void {
    this.first = (protocols.indexOf(protocol) + 1) % protocols.length;
  }

  set(protocol: Protocol, state: Rung["state"], why = ""): void {
    if (state === "playing") {
      for (const p of protocols) if (this.rungs[p].state === "playing") this.rungs[p] = { state: "ready", why: "" };
    }
    this.rungs[protocol] = { state, why };
    journal.note(`${protocolName[protocol]}: ${state}${why && `: ${why}`}`);
  }

  open(protocol: Protocol): Promise<Player> {
    switch (protocol) {
      case "webrtc":
        return openWhep(this.name);
      case "dash":
        return openDash(this.name);
      default:
        return openHls(this.name, protocol === "ll-hls");
    }
  }

  // possible says whether there is any use in trying.
  private possible(protocol: Protocol, stream: Stream): boolean {
    switch (protocol) {
      case "webrtc":
        return stream.webrtc.video && typeof RTCPeerConnection === "function";
      case "dash":
        return dashSupported();
      default:
        return hlsSupported(this.video);
    }
  }
}
