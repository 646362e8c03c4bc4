// What the watch page needs of a way to play.

// The ladder: the first that gives pictures is the one with the least delay.
export const protocols = ["webrtc", "ll-hls", "hls", "dash"] as const;
export type Protocol = (typeof protocols)[number];

export const protocolName: Record<Protocol, string> = { webrtc: "WebRTC", "ll-hls": "LL-HLS", hls: "HLS", dash: "DASH" };

export interface Player {
  readonly protocol: Protocol;
  // session is the name the server knows this viewer by.
  readonly session: string;
  // failed resolves when playing cannot go on.
  readonly failed: Promise<Error>;
  // show begins to play in video, behind seconds before the live edge where the protocol can.
  show(video: HTMLVideoElement, behind: number): void;
  figures(): Promise<Figures>;
  // captured returns when the picture of a media time was taken, in the server's Unix milliseconds, where the player
  // itself knows it.
  captured(mediaTime: number): number | undefined;
  // edge returns the media time of what is live now; undefined where there is nothing to go back to.
  edge(): number | undefined;
  // qualities returns what there is to choose from, and choose takes one of them; undefined leaves it to the player.
  qualities(): string[];
  choose(quality: number | undefined): void;
  // stop ends it. It may be called twice.
  stop(): void;
}

// Figures are counted from when a player began, unless they say otherwise.
export interface Figures {
  bytes: number; // of media received
  buffer?: number; // ms that pictures wait, now
  codecs: { video?: string; audio?: string };
  transport: string;
  path?: string; // from where to where
  ice?: string; // state of the connection
  packets?: number; // received
  lost?: number;
  nacks?: number; // packets asked for again
  plis?: number; // key frames asked for
  rtt?: number; // ms
  freezes?: number;
  frozen?: number; // ms
}

// codecName returns the name people know a codec by.
export function codecName(codec: string | undefined): string | undefined {
  const known: [RegExp, string][] = [
    [/^(video\/)?(h264|avc)/i, "H.264"], [/^(video\/)?(h265|hevc|hvc|hev)/i, "HEVC"], [/^(video\/)?av0?1/i, "AV1"],
    [/^(video\/)?vp0?9/i, "VP9"], [/^(audio\/)?(aac|mp4a)/i, "AAC"], [/^(audio\/)?opus/i, "Opus"],
  ];
  return codec && (known.find(([pattern]) => pattern.test(codec))?.[1] ?? codec);
}

// bufferedAhead returns how much of a video is loaded beyond what is shown, in ms.
export function bufferedAhead(video: HTMLVideoElement | undefined): number | undefined {
  if (!video) return undefined;
  const { buffered, currentTime } = video;
  for (let i = 0; i < buffered.length; i++) {
    if (buffered.start(i) <= currentTime && currentTime <= buffered.end(i)) return (buffered.end(i) - currentTime) * 1000;
  }
  return 0;
}

// newSession names this viewer to the server where there is no connection that does.
export function newSession(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
