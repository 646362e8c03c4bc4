// Measures how playing goes, once a second.
import { journal } from "./journal";
import type { Figures, Player } from "./player";

export interface Sample extends Figures {
  fps: number;
  kbps: number;
  width: number;
  height: number;
  dropped: number; // pictures decoded but not shown
  lossNow?: number; // share of packets lost since the last sample, 0 to 1
  moved: boolean; // something came, or a picture was shown
}

export class Meter {
  private last = { at: 0, bytes: 0, frames: 0, packets: 0, lost: 0 };
  private stalls = 0;
  private stalled = 0; // ms
  private since = 0; // when the present stall began; 0 when there is none

  constructor(private video: HTMLVideoElement) {
    video.addEventListener("waiting", () => this.stall());
    video.addEventListener("playing", () => this.go());
  }

  // begin counts from zero, for another player.
  async begin(player: Player): Promise<void> {
    [this.stalls, this.stalled, this.since] = [0, 0, 0];
    const { bytes, packets = 0, lost = 0 } = await player.figures();
    this.last = { at: performance.now(), bytes, frames: this.quality().totalVideoFrames, packets, lost };
  }

  async sample(player: Player): Promise<Sample> {
    const f = await player.figures();
    const quality = this.quality();
    const now = { at: performance.now(), bytes: f.bytes, frames: quality.totalVideoFrames, packets: f.packets ?? 0, lost: f.lost ?? 0 };
    const { last } = this;
    this.last = now;
    const ms = Math.max(1, now.at - last.at);
    const [came, lost] = [now.packets - last.packets, now.lost - last.lost];
    return {
      ...f,
      freezes: f.freezes ?? this.stalls,
      frozen: f.frozen ?? this.stalled + (this.since && now.at - this.since),
      fps: (Math.max(0, now.frames - last.frames) * 1000) / ms,
      kbps: (Math.max(0, now.bytes - last.bytes) * 8) / ms,
      width: this.video.videoWidth,
      height: this.video.videoHeight,
      dropped: quality.droppedVideoFrames,
      lossNow: f.packets === undefined || came + lost <= 0 ? undefined : Math.max(0, lost) / (came + Math.max(0, lost)),
      moved: now.frames !== last.frames || now.bytes !== last.bytes,
    };
  }

  private quality(): VideoPlaybackQuality {
    return this.video.getVideoPlaybackQuality();
  }

  private stall(): void {
    if (this.video.seeking || this.since || this.last.at === 0) return;
    this.stalls++;
    this.since = performance.now();
  }

  private go(): void {
    if (this.since === 0) return;
    const stalled = performance.now() - this.since;
    journal.note(`video: stood still for ${Math.round(stalled)} ms`);
    this.stalled += stalled;
    this.since = 0;
  }
}
