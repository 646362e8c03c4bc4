// DASH with dash.js: the last rung, for where somebody lets nothing else through.
import type { MediaPlayerClass } from "dashjs";
import { bufferedAhead, codecName, type Figures, newSession, type Player } from "./player";

export function dashSupported(): boolean {
  return "MediaSource" in window;
}

export async function openDash(stream: string): Promise<Player> {
  const session = newSession();
  const { MediaPlayer } = await import("dashjs");
  const url = new URL(`/dash/${stream}/manifest.mpd?session=${session}`, location.href);
  return new Dash(MediaPlayer, url.href, session);
}

class Dash implements Player {
  readonly protocol = "dash";
  readonly failed: Promise<Error>;

  private dash: MediaPlayerClass;
  private received = 0;
  private video: HTMLVideoElement | undefined;

  constructor(library: typeof import("dashjs").MediaPlayer, private url: string, readonly session: string) {
    this.dash = library().create();
    this.dash.on(library.events.STREAM_INITIALIZED, () => this.begin());
    this.dash.updateSettings({
      debug: { logLevel: 0 },
      streaming: {
        applyServiceDescription: true,
        liveCatchup: { enabled: true },
        // Without a time source in the manifest, this server's Date header is one; the library's own is another host.
        utcSynchronization: { defaultTimingSource: { scheme: "urn:mpeg:dash:utc:http-head:2014", value: location.href } },
        retryAttempts: { MPD: 2 },
      },
    });
    this.failed = new Promise((resolve) => {
      this.dash.on(library.events.ERROR, ({ error }) => {
        resolve(new Error(typeof error === "string" ? error : error.message));
      });
    });
    this.dash.on(library.events.FRAGMENT_LOADING_COMPLETED, (e) => {
      this.received += (e as { response?: ArrayBuffer }).response?.byteLength ?? 0;
    });
  }

  show(video: HTMLVideoElement, behind: number): void {
    this.video = video;
    if (behind > 0) {
      const back = () => void (video.currentTime = Math.max(video.seekable.start(0), (this.edge() ?? 0) - behind));
      video.addEventListener("playing", back, { once: true });
    }
    this.dash.initialize(video, this.url, false);
  }

  // begin plays anew: dash.js reads its manifest again only when the video has begun under its eyes.
  private begin(): void {
    this.video?.pause();
    void this.video?.play().catch(() => {});
  }

  async figures(): Promise<Figures> {
    const codec = (type: "video" | "audio") => codecName(this.dash.getCurrentTrackFor(type)?.codec?.match(/codecs="([^"]+)/)?.[1]);
    const codecs = { video: codec("video"), audio: codec("audio") };
    return { bytes: this.received, buffer: bufferedAhead(this.video), codecs, transport: "HTTP" };
  }

  captured(mediaTime: number): number | undefined {
    const seconds = this.dash.timeAsUTC();
    return seconds && this.video ? (seconds + mediaTime - this.video.currentTime) * 1000 : undefined;
  }

  edge(): number | undefined {
    const end = this.video?.seekable.length ? this.video.seekable.end(0) : undefined;
    return end && end - this.dash.getTargetLiveDelay();
  }

  qualities(): string[] {
    return this.dash.getRepresentationsByType("video").map((r) => `${r.width} x ${r.height}`);
  }

  choose(quality: number | undefined): void {
    const auto = quality === undefined;
    this.dash.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: auto } } } });
    if (!auto) this.dash.setRepresentationForTypeByIndex("video", quality, true);
  }

  stop(): void {
    this.dash.updateSettings({ streaming: { liveCatchup: { enabled: false } } }); // it would go on after the end
    this.dash.destroy();
  }
}
