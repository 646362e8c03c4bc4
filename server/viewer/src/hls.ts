// LL-HLS with hls.js, or with the browser's own player where there are no Media Source Extensions.
import Hls from "hls.js";
import type { Player } from "./player";

export function hlsSupported(video: HTMLVideoElement): boolean {
  return Hls.isSupported() || native(video);
}

function native(video: HTMLVideoElement): boolean {
  return video.canPlayType("application/vnd.apple.mpegurl") !== "";
}

export function playHls(stream: string, video: HTMLVideoElement): Player {
  const session = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const url = `/hls/${stream}/index.m3u8?session=${session}`;
  return Hls.isSupported() ? withHlsJs(url, session, video) : withBrowser(url, session, video);
}

function withHlsJs(url: string, session: string, video: HTMLVideoElement): Player {
  const hls = new Hls({
    lowLatencyMode: true,
    maxLiveSyncPlaybackRate: 1.25,
    backBufferLength: 10,
    enableWorker: false, // there is nothing to transmux, and a worker of blobs is one thing more to allow
  });
  let received = 0;
  hls.on(Hls.Events.BUFFER_APPENDING, (_, { data }) => void (received += data.byteLength));
  const failed = new Promise<Error>((resolve) => {
    hls.on(Hls.Events.ERROR, (_, { fatal, details, error }) => {
      if (fatal) resolve(error ?? new Error(details));
    });
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return {
    protocol: "hls",
    session,
    failed,
    bytes: async () => received,
    captured: () => hls.playingDate?.getTime(),
    stop: () => hls.destroy(),
  };
}

function withBrowser(url: string, session: string, video: HTMLVideoElement): Player {
  const failed = new Promise<Error>((resolve) => {
    video.addEventListener("error", () => resolve(new Error(video.error?.message ?? "")), { once: true });
  });
  video.src = url;
  return {
    protocol: "hls",
    session,
    failed,
    bytes: async () => 0,
    captured: () => undefined,
    stop() {
      video.removeAttribute("src");
      video.load();
    },
  };
}
