// What the watch page shows around its video, and its buttons.
import type { Stream } from "./api";
import { label, text } from "./strings";

export interface Stats {
  viewers: number;
  ms?: number; // latency
  fps: number;
  kbps: number;
}

const find = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;

export class Screen {
  onHls = () => {}; // the viewer would rather have HLS

  private stage = find("stage");
  private overlay = find("overlay");
  private badge = find("badge");
  private unmute = find<HTMLButtonElement>("unmute");
  private mute = find<HTMLButtonElement>("mute");
  private volume = find<HTMLInputElement>("volume");

  constructor(private video: HTMLVideoElement) {
    this.unmute.onclick = () => this.sound(true);
    this.mute.onclick = () => this.sound(video.muted);
    this.volume.oninput = () => {
      video.volume = this.volume.valueAsNumber;
      video.muted = video.volume === 0;
    };
    video.onvolumechange = () => this.heard();
    video.ondblclick = () => this.full();
    find("full").onclick = () => this.full();
    this.overlay.onclick = () => void this.play();
    this.connecting();
    this.heard();
  }

  connecting(): void {
    this.state("connecting", text.connecting, "");
  }

  away(seen: boolean): void {
    if (seen) this.state("away", text.away, text.awayDetail);
    else this.state("waiting", text.waiting, text.waitingDetail);
  }

  unreachable(): void {
    this.state("unreachable", text.unreachable, text.unreachableDetail);
  }

  unplayable(): void {
    this.state("unplayable", text.unplayable, text.unplayableDetail);
  }

  playing(protocol: "webrtc" | "hls", stream: Stream): void {
    this.video.dataset.protocol = protocol;
    this.state("playing", "", "");
    find("protocol").textContent = protocol === "webrtc" ? "WebRTC" : "LL-HLS";
    this.hint(protocol, stream);
  }

  stats(s: Stats): void {
    const { videoWidth, videoHeight } = this.video;
    const viewers = find("viewers");
    viewers.textContent = text.viewers(s.viewers);
    viewers.hidden = false;
    find("latency").textContent = s.ms === undefined ? "" : duration(s.ms);
    find("picture").textContent = `${videoWidth} x ${videoHeight}, ${Math.round(s.fps)} fps`;
    find("bitrate").textContent = s.kbps > 0 ? rate(s.kbps) : "";
    if (s.ms !== undefined) this.video.dataset.latency = s.ms.toFixed(1);
  }

  // play starts the video, muted if the browser insists, and not at all if it insists on that too.
  async play(): Promise<void> {
    try {
      await this.video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      this.video.muted = true;
      this.unmute.hidden = false;
      await this.video.play().catch(() => this.state("connecting", text.play, ""));
    }
  }

  private sound(on: boolean): void {
    this.video.muted = !on;
    if (on && this.video.volume === 0) this.video.volume = 1;
    void this.play();
  }

  // heard shows whether there is sound.
  private heard(): void {
    const { muted, volume } = this.video;
    this.stage.classList.toggle("muted", muted);
    if (!muted) this.unmute.hidden = true;
    this.volume.valueAsNumber = muted ? 0 : volume;
    label(this.mute, muted ? text.sound : text.mute);
  }

  private full(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.stage.requestFullscreen?.();
  }

  private state(state: string, message: string, detail: string): void {
    const playing = state === "playing";
    this.video.dataset.state = state;
    if (!playing) delete this.video.dataset.protocol;
    this.stage.classList.toggle("playing", playing);
    this.overlay.classList.toggle("clear", playing);
    find("message").textContent = message;
    find("detail").textContent = detail;
    find("spinner").hidden = playing || state === "unplayable";
    find("stats").hidden = !playing;
    if (!playing) find("viewers").hidden = find("hint").hidden = true;
    this.badge.textContent = playing ? text.live : state === "connecting" ? "" : text.offline;
    this.badge.hidden = this.badge.textContent === "";
    this.badge.classList.toggle("live", playing);
  }

  // hint says what a viewer might wonder about.
  private hint(protocol: string, stream: Stream): void {
    const hint = find("hint");
    hint.hidden = true;
    if (stream.webrtc.reason === "b-frames") {
      hint.textContent = text.bFrames;
      hint.hidden = false;
    } else if (protocol === "webrtc" && !stream.webrtc.audio && stream.tracks.length > 1) {
      const link = document.createElement("a");
      link.href = "#hls";
      link.textContent = text.useHls;
      link.onclick = (event) => {
        event.preventDefault();
        this.onHls();
      };
      hint.replaceChildren(text.noSound, " ", link);
      hint.hidden = false;
    }
  }
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function rate(kbps: number): string {
  return kbps < 1000 ? `${Math.round(kbps)} kbit/s` : `${(kbps / 1000).toFixed(1)} Mbit/s`;
}
