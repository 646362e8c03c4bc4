// Glass-to-glass latency: when each picture is shown, minus when it was taken.
import { clockOffset, type Stream } from "./api";
import type { Player } from "./player";

const RTP_PER_MS = 90; // the RTP clock of video (RFC 6184)

export class Latency {
  private offset: number | undefined; // of the server's clock
  private clock: Stream["clock"];
  private measures: number[] = [];

  // learn takes what the server says about its clock.
  async learn(stream: Stream): Promise<void> {
    this.clock = stream.clock;
    this.offset ??= await clockOffset();
  }

  // watch measures every picture that player shows from now on.
  watch(video: HTMLVideoElement, player: Player, active: () => boolean): void {
    if (!("requestVideoFrameCallback" in video)) return;
    const each: VideoFrameRequestCallback = (called, frame) => {
      if (!active()) return;
      const taken = frame.rtpTimestamp === undefined ? player.captured() : this.takenAt(frame.rtpTimestamp);
      if (taken !== undefined && this.clock && this.offset !== undefined) {
        const shown = performance.timeOrigin + Math.max(called, frame.expectedDisplayTime) + this.offset;
        this.measures.push(shown - taken);
      }
      video.requestVideoFrameCallback(each);
    };
    video.requestVideoFrameCallback(each);
  }

  // median returns that of the pictures since the last call, in milliseconds; undefined when nothing is known.
  median(): number | undefined {
    const sorted = this.measures.sort((a, b) => a - b);
    this.measures = [];
    return sorted[Math.floor(sorted.length / 2)];
  }

  // forget is for a new connection.
  forget(): void {
    this.measures = [];
    this.clock = undefined;
  }

  // takenAt returns when a picture was taken, from its RTP timestamp (which wraps at 32 bits).
  private takenAt(timestamp: number): number | undefined {
    return this.clock && this.clock.time_ms + ((timestamp - this.clock.rtp) | 0) / RTP_PER_MS;
  }
}

