// HLS with hls.js, or with the browser's own player where there are no Media Source Extensions. LL-HLS fetches parts of
// segments as they are made; plain HLS fetches whole segments, and asks no server or proxy in between to hold an answer.
import type Hls from "hls.js";
import { journal } from "./journal";
import { bufferedAhead, codecName, type Figures, newSession, type Player } from "./player";

const TROUBLE = { errors: 4, within: 10000 }; // ms; so many are no accident any more, though hls.js would go on trying
const NATIVE = "application/vnd.apple.mpegurl";

export function hlsSupported(video: HTMLVideoElement): boolean {
  return "MediaSource" in window || "ManagedMediaSource" in window || video.canPlayType(NATIVE) !== "";
}

export async function openHls(stream: string, low: boolean): Promise<Player> {
  const session = newSession();
  const url = `/hls/${stream}/index.m3u8?session=${session}`;
  const { default: Hls } = await import("hls.js");
  if (!Hls.isSupported()) return new NativeHls(url, session, low ? "ll-hls" : "hls");
  const hls = new Hls({
    lowLatencyMode: low,
    maxLiveSyncPlaybackRate: 1.25,
    backBufferLength: 60,
    enableWorker: false, // there is nothing to transmux, and a worker of blobs is one thing more to allow
    xhrSetup: low ? undefined : (xhr, address) => xhr.open("GET", withoutDirectives(address)),
  });
  return new HlsJs(hls, Hls.Events, url, session, low ? "ll-hls" : "hls");
}

// withoutDirectives turns a request that waits for what is not there yet (RFC 8216bis section 6.2.5.2) into one that is
// answered at once.
function withoutDirectives(address: string): string {
  const url = new URL(address, location.href);
  for (const directive of ["_HLS_msn", "_HLS_part", "_HLS_skip"]) url.searchParams.delete(directive);
  return url.href;
}

class HlsJs implements Player {
  readonly failed: Promise<Error>;

  private received = 0;
  private errors: number[] = []; // when
  private video: HTMLVideoElement | undefined;

  constructor(
    private hls: Hls, events: typeof Hls.Events, private url: string,
    readonly session: string, readonly protocol: "ll-hls" | "hls",
  ) {
    hls.on(events.LEVEL_SWITCHED, (_, { level }) => journal.note(`HLS: quality ${this.qualities()[level]}`));
    hls.on(events.BUFFER_APPENDING, (_, { data }) => void (this.received += data.byteLength));
    this.failed = new Promise((resolve) => {
      hls.on(events.ERROR, (_, { fatal, details, error }) => {
        journal.note(`HLS: ${fatal ? "" : "goes on after "}${details}`);
        if (fatal || this.troubled(details)) resolve(new Error(error?.message ?? details));
      });
    });
  }

  // troubled notes that something did not load, and says whether that happens all the time.
  private troubled(details: string): boolean {
    if (!/LoadError|LoadTimeOut/.test(details)) return false;
    this.errors = [...this.errors.slice(1 - TROUBLE.errors), performance.now()];
    return this.errors.length === TROUBLE.errors && this.errors.at(-1)! - this.errors[0]! < TROUBLE.within;
  }

  show(video: HTMLVideoElement, behind: number): void {
    this.video = video;
    if (behind > 0) video.addEventListener("playing", () => this.rewind(behind), { once: true });
    this.hls.loadSource(this.url);
    this.hls.attachMedia(video);
  }

  private rewind(behind: number): void {
    const { video } = this;
    if (!video || video.seekable.length === 0) return;
    video.currentTime = Math.max(video.seekable.start(0) + 1, (this.edge() ?? video.currentTime) - behind);
  }

  async figures(): Promise<Figures> {
    const level = this.hls.levels[Math.max(0, this.hls.currentLevel)];
    const codecs = { video: codecName(level?.videoCodec), audio: codecName(level?.audioCodec) };
    return { bytes: this.received, buffer: bufferedAhead(this.video), codecs, transport: "HTTP" };
  }

  captured(mediaTime: number): number | undefined {
    const date = this.hls.playingDate?.getTime();
    return date && this.video && date + (mediaTime - this.video.currentTime) * 1000;
  }

  edge(): number | undefined {
    return this.hls.liveSyncPosition ?? undefined;
  }

  qualities(): string[] {
    return this.hls.levels.map((l) => `${l.width} x ${l.height}`);
  }

  choose(quality: number | undefined): void {
    this.hls.nextLevel = quality ?? -1;
  }

  stop(): void {
    this.hls.destroy();
  }
}

class NativeHls implements Player {
  readonly failed: Promise<Error>;

  private resolve: (error: Error) => void = () => {};
  private video: HTMLVideoElement | undefined;
  private broke = () => this.resolve(new Error(this.video?.error?.message ?? "media error"));

  constructor(private url: string, readonly session: string, readonly protocol: "ll-hls" | "hls") {
    this.failed = new Promise((resolve) => (this.resolve = resolve));
  }

  show(video: HTMLVideoElement): void {
    this.video = video;
    video.addEventListener("error", this.broke);
    video.src = this.url;
  }

  async figures(): Promise<Figures> {
    return { bytes: 0, buffer: bufferedAhead(this.video), codecs: {}, transport: "HTTP" };
  }

  // captured is what Safari says: the programme date of media time 0.
  captured(mediaTime: number): number | undefined {
    const video = this.video as (HTMLVideoElement & { getStartDate?(): Date }) | undefined;
    const start = video?.getStartDate?.().getTime();
    return start ? start + mediaTime * 1000 : undefined;
  }

  edge(): number | undefined {
    const seekable = this.video?.seekable;
    return seekable?.length ? seekable.end(seekable.length - 1) : undefined;
  }

  qualities(): string[] {
    return [];
  }

  choose(): void {}

  stop(): void {
    this.video?.removeEventListener("error", this.broke);
    this.video?.removeAttribute("src");
    this.video?.load();
  }
}
