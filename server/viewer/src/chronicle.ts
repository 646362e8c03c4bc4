// Writes down what happens to the video.
import { journal } from "./journal";

const told: Record<string, (video: HTMLVideoElement) => string> = {
  pause: () => "paused",
  play: () => "asked to play",
  seeking: (v) => `seeks to ${v.currentTime.toFixed(1)} s`,
  resize: (v) => `is ${v.videoWidth} x ${v.videoHeight}`,
  volumechange: (v) => (v.muted ? "muted" : `volume ${Math.round(v.volume * 100)} %`),
  error: (v) => `error ${v.error?.code ?? ""} ${v.error?.message ?? ""}`,
};

export function chronicle(video: HTMLVideoElement): void {
  for (const [event, words] of Object.entries(told)) {
    video.addEventListener(event, () => journal.note(`video: ${words(video)}`));
  }
  document.addEventListener("visibilitychange", () => journal.note(`page: ${document.visibilityState}`));
}
