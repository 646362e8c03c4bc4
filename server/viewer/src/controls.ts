// The buttons over the picture.
import { find, setIcon, write } from "./dom";
import { remember, remembered } from "./memory";
import { label, text } from "./strings";

const STEP = 0.1; // of the volume
const DOUBLE = 220; // ms between the halves of a double click
const QUIET = 2500; // ms without a move of the mouse, after which the controls go

export class Controls {
  private stage = find("stage");
  private unmute = find<HTMLButtonElement>("unmute");
  private volume = find<HTMLInputElement>("volume");
  private idle = 0;
  private clicked = 0;

  constructor(private video: HTMLVideoElement) {
    video.volume = Number(remembered("volume") ?? 1);
    this.unmute.onclick = () => this.sound(true);
    this.volume.oninput = () => this.loud(this.volume.valueAsNumber);
    find("mute").onclick = () => this.sound(video.muted);
    find("play").onclick = find("begin").onclick = () => this.toggle();
    find("full").onclick = () => this.full();
    find("pip").onclick = () => this.pip();
    find("pip").hidden = !document.pictureInPictureEnabled;
    video.onclick = (event) => this.click(event as PointerEvent);
    video.ondblclick = () => {
      clearTimeout(this.clicked);
      this.full();
    };
    video.onvolumechange = video.onplay = video.onpause = () => this.translate();
    document.onfullscreenchange = () => this.translate();
    for (const move of ["pointermove", "pointerdown", "focusin"]) this.stage.addEventListener(move, () => this.wake());
    this.translate();
  }

  translate(): void {
    const { muted, volume, paused } = this.video;
    if (!muted) this.unmute.hidden = true;
    this.volume.valueAsNumber = muted ? 0 : volume;
    this.volume.style.setProperty("--done", `${(muted ? 0 : volume) * 100}%`);
    face("play", paused ? "play" : "pause", paused ? text.play : text.pause);
    face("mute", muted || volume === 0 ? "muted" : "sound", muted ? text.sound : text.mute);
    face("full", document.fullscreenElement ? "window" : "full", document.fullscreenElement ? text.window : text.full);
    this.stage.classList.toggle("paused", paused);
  }

  // play starts the video, muted if the browser insists, and on a click if it insists on that too.
  async play(): Promise<void> {
    try {
      await this.video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      this.video.muted = true;
      this.unmute.hidden = false;
      await this.video.play().catch(() => void (find("begin").hidden = false));
    }
  }

  toggle(): void {
    find("begin").hidden = true;
    if (this.video.paused) void this.play();
    else this.video.pause();
    this.notice(this.video.paused ? text.pause : text.play);
  }

  sound(on: boolean): void {
    if (on && this.video.volume === 0) this.video.volume = 1;
    this.video.muted = !on;
    void this.play();
    this.notice(on ? text.sound : text.mute);
  }

  louder(steps: number): void {
    this.loud(Math.min(1, Math.max(0, (this.video.muted ? 0 : this.video.volume) + steps * STEP)));
    this.notice(`${text.volume} ${Math.round(this.video.volume * 100)} %`);
  }

  full(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.stage.requestFullscreen?.().catch(() => {});
  }

  pip(): void {
    if (document.pictureInPictureElement) void document.exitPictureInPicture();
    else void this.video.requestPictureInPicture?.().catch(() => {});
  }

  // notice shows what a key did, for a moment.
  notice(words: string): void {
    this.wake();
    const e = find("notice");
    write(e, words);
    e.getAnimations().forEach((a) => a.cancel());
    e.animate([{ opacity: 1 }, { opacity: 1, offset: 0.7 }, { opacity: 0 }], 1100);
  }

  // click plays or pauses, unless it is the first half of a double click; a finger only brings the controls.
  private click({ pointerType }: PointerEvent): void {
    clearTimeout(this.clicked);
    if (pointerType !== "touch") this.clicked = setTimeout(() => this.toggle(), DOUBLE);
  }

  private loud(volume: number): void {
    this.video.volume = volume;
    this.video.muted = volume === 0;
    remember("volume", String(volume));
  }

  // wake shows the controls until nothing moves any more.
  private wake(): void {
    this.stage.classList.add("awake");
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.stage.classList.remove("awake"), QUIET);
  }
}

function face(id: string, picture: string, words: string): void {
  setIcon(find(id), picture);
  label(find(id), words);
}
