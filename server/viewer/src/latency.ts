// Glass-to-glass latency: when each picture is shown, minus when it was taken.
import { now } from "./clock";
import type { Player } from "./player";
import type { Signal } from "./signal";

const RTP_PER_MS = 90; // the RTP clock of video (RFC 6184)

export type Doubt = "unstamped" | "publisher" | "trip" | "browser";

// A Measure is what pictures took to the eye, in ms, and what of it they were here, where the browser tells that.
export interface Measure {
  total: number;
  player?: number;
}

export class Latency {
  private measures: Measure[] = [];
  private measurable = "requestVideoFrameCallback" in HTMLVideoElement.prototype;

  constructor(private video: HTMLVideoElement, private signal: Signal) {}

  // watch measures every picture that player shows from now on, as long as active says so.
  watch(player: Player, active: () => boolean): void {
    this.measures = [];
    if (!this.measurable) return;
    const each: VideoFrameRequestCallback = (_, frame) => {
      if (!active()) return;
      this.note(frame, player);
      this.video.requestVideoFrameCallback(each);
    };
    this.video.requestVideoFrameCallback(each);
  }

  // median returns that of the pictures since the last call, by their total; undefined when nothing is known.
  median(): Measure | undefined {
    const sorted = this.measures.sort((a, b) => a.total - b.total);
    this.measures = [];
    return this.doubt() ? undefined : sorted[Math.floor(sorted.length / 2)];
  }

  // doubt says why no latency can be told, if so.
  doubt(): Doubt | undefined {
    const { mapping, clock } = this.signal;
    if (!this.measurable) return "browser";
    if (mapping?.doubt === "publisher-clock") return "publisher";
    if (mapping && (mapping.doubt || !mapping.captured)) return "unstamped";
    if (clock.wrong() !== undefined && clock.offset() === undefined) return "trip";
    return undefined;
  }

  private note(frame: VideoFrameCallbackMetadata, player: Player): void {
    const taken = frame.rtpTimestamp === undefined ? this.dated(player.captured(frame.mediaTime)) : this.takenAt(frame.rtpTimestamp);
    const offset = this.signal.clock.offset();
    if (taken === undefined || offset === undefined || !this.signal.mapping) return;
    const shown = Math.max(now(), performance.timeOrigin + frame.expectedDisplayTime);
    const came = frame.receiveTime; // of its last packet, over WebRTC
    const total = Math.max(0, shown + offset - taken);
    const here = came === undefined ? undefined : Math.min(Math.max(0, shown - performance.timeOrigin - came), total);
    this.measures.push({ total, player: here });
  }

  // dated returns when a picture was taken, from its programme date, which leaves out when nobody published.
  private dated(date: number | undefined): number | undefined {
    return date && date + (this.signal.mapping?.absent_ms ?? 0);
  }

  // takenAt returns when a picture was taken, from its RTP timestamp (which wraps at 32 bits).
  private takenAt(timestamp: number): number | undefined {
    const { mapping } = this.signal;
    return mapping && mapping.time_ms + ((timestamp - mapping.rtp) | 0) / RTP_PER_MS;
  }
}
