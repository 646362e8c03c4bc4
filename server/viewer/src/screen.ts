// All that the watch page shows, and what its viewer asks for.
import type { Stream } from "./api";
import { showConnection } from "./connection";
import { Controls } from "./controls";
import { find, make, write } from "./dom";
import { listen } from "./keys";
import type { Ladder } from "./ladder";
import type { Latency } from "./latency";
import { Log } from "./log";
import { Menu } from "./menu";
import { Panel } from "./panel";
import { type Player, type Protocol, protocolName } from "./player";
import type { Signal } from "./signal";
import { type Slate, SlateView } from "./slate";
import { type Moment, Statistics } from "./statistics";
import { text, translate } from "./strings";
import { theme } from "./theme";
import { Timeline } from "./timeline";
import { clock, duration, rate } from "./units";

export class Screen {
  readonly controls: Controls;
  readonly timeline: Timeline;
  onProtocol = (_: Protocol | "auto") => {}; // the viewer would rather have this one

  private slate: SlateView;
  private menu: Menu;
  private panel = new Panel();
  private statistics = new Statistics();
  private log = new Log();
  private player: Player | undefined;
  private stream: Stream | undefined;

  constructor(
    private video: HTMLVideoElement, name: string,
    private ladder: Ladder, private signal: Signal, private latency: Latency,
  ) {
    document.body.classList.toggle("embed", new URLSearchParams(location.search).has("embed"));
    document.title = `${name} · Golive`;
    find("name").textContent = name;
    video.setAttribute("aria-label", name);
    this.slate = new SlateView(name);
    this.controls = new Controls(video);
    this.timeline = new Timeline(video);
    this.menu = new Menu(ladder);
    this.menu.onProtocol = (p) => this.onProtocol(p);
    this.panel.onShow = () => this.panelShown();
    this.keyboard();
    theme();
    translate(() => this.translate());
    this.away("connecting");
  }

  // away shows a slate instead of the picture.
  away(slate: Slate, reason = ""): void {
    this.slate.show(slate, reason);
    this.state(slate);
    find("facts").hidden = find("viewers").hidden = find("uptime").hidden = find("hint").hidden = true;
    this.menu.follow(undefined, "");
    this.timeline.follow(undefined);
    this.connection();
  }

  playing(player: Player, stream: Stream): void {
    [this.player, this.stream] = [player, stream];
    this.slate.hide();
    this.state("playing");
    this.video.dataset.protocol = player.protocol;
    write(find("protocol"), protocolName[player.protocol]);
    this.timeline.follow(player);
    this.hint();
    this.connection();
  }

  // show brings the figures up to date.
  show(moment: Moment): void {
    const { sample, stream, viewers, latency, doubt } = moment;
    this.stream = stream;
    write(find("viewers").querySelector("span")!, text.viewers(viewers));
    write(find("uptime").querySelector("span")!, clock((Date.now() - Date.parse(stream.since)) / 1000));
    find("facts").hidden = find("viewers").hidden = find("uptime").hidden = this.video.dataset.state !== "playing";
    write(find("latency"), latency === undefined ? (doubt ? text.doubt : "") : duration(latency));
    find("latency").title = doubt ? text.doubts[doubt]! : "";
    const picture = sample.width ? `${sample.width} x ${sample.height}` : "";
    write(find("picture"), picture && `${picture}, ${Math.round(sample.fps)} fps`);
    write(find("bitrate"), sample.kbps > 0 ? rate(sample.kbps) : "");
    if (latency === undefined) delete this.video.dataset.latency;
    else this.video.dataset.latency = latency.toFixed(1);
    this.statistics.show(moment);
    this.menu.follow(this.player, picture);
    this.timeline.show();
    showConnection(this.ladder, this.signal, doubt, sample);
  }

  private connection(): void {
    showConnection(this.ladder, this.signal, this.latency.doubt(), undefined);
  }

  private state(state: "playing" | Slate): void {
    const playing = state === "playing";
    this.video.dataset.state = state;
    if (!playing) delete this.video.dataset.protocol;
    find("stage").classList.toggle("playing", playing);
    find("badge").hidden = state === "connecting";
    find("badge").classList.toggle("live", playing);
    this.badge(state);
  }

  private badge(state: "playing" | Slate): void {
    write(find("badge"), state === "playing" ? text.live : state === "away" ? text.gone : state === "connecting" ? "" : text.offline);
  }

  private translate(): void {
    this.slate.translate();
    this.controls.translate();
    this.log.translate();
    this.menu.show();
    this.timeline.show();
    const state = this.video.dataset.state as "playing" | Slate | undefined;
    if (state) this.badge(state);
    if (state === "playing") this.hint();
    this.connection();
  }

  private panelShown(): void {
    this.statistics.draw();
    this.log.show();
  }

  private keyboard(): void {
    const { controls, timeline } = this;
    listen({
      toggle: () => controls.toggle(),
      mute: () => controls.sound(this.video.muted),
      louder: (steps) => controls.louder(steps),
      step: (times) => {
        controls.notice(times < 0 ? text.back : text.forward);
        timeline.step(times);
      },
      live: () => {
        controls.notice(text.toLive);
        timeline.live();
      },
      full: () => controls.full(),
      pip: () => controls.pip(),
      panel: () => this.panel.toggle(),
      menu: () => this.menu.toggle(),
      escape: () => (this.menu.isOpen() ? this.menu.toggle(false) : this.panel.toggle(false)),
    });
  }

  // hint says what a viewer might wonder about.
  private hint(): void {
    const hint = find("hint");
    const [protocol, stream] = [this.player?.protocol, this.stream];
    hint.hidden = true;
    if (!protocol || !stream) return;
    if (stream.webrtc.reason === "b-frames") {
      hint.textContent = text.bFrames;
    } else if (protocol === "webrtc" && !stream.webrtc.audio && stream.tracks.length > 1) {
      const onclick = () => this.onProtocol("ll-hls");
      hint.replaceChildren(text.noSound, " ", make("button", { type: "button", className: "link", textContent: text.useHls, onclick }));
    } else if (protocol !== "webrtc" && this.ladder.rungs.webrtc.state === "failed") {
      hint.textContent = text.fellBack(protocolName[protocol]);
    } else {
      return;
    }
    hint.hidden = false;
  }
}
