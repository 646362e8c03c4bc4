// The live edge, and the minutes before it that can be gone back to.
import { find, write } from "./dom";
import type { Player } from "./player";
import { text } from "./strings";
import { clock } from "./units";

const STEP = 10; // seconds that "back" goes
const NEAR = 3; // seconds from the edge that still count as live
const SHORTEST = 8; // seconds of past that are worth a bar

export class Timeline {
  onLive = () => {}; // the viewer wants the live edge, and the player cannot go there itself
  onBack = (_: number) => {}; // the viewer wants to go back so many seconds, and the player cannot

  private player: Player | undefined;
  private seek = find<HTMLInputElement>("seek");
  private held = false; // the viewer is dragging

  constructor(private video: HTMLVideoElement) {
    this.seek.oninput = () => {
      this.held = true;
      this.show();
    };
    this.seek.onchange = () => {
      this.held = false;
      video.currentTime = this.seek.valueAsNumber;
    };
    find("live").onclick = () => this.live();
    find("back").onclick = () => this.step(-1);
    video.addEventListener("timeupdate", () => this.show());
    video.addEventListener("progress", () => this.show());
  }

  follow(player: Player | undefined): void {
    this.player = player;
    this.show();
  }

  // behind returns how many seconds lie between what is shown and the live edge.
  behind(): number {
    const edge = this.player?.edge();
    return edge === undefined ? 0 : Math.max(0, edge - this.video.currentTime);
  }

  atEdge(): boolean {
    return !this.video.paused && this.behind() < NEAR;
  }

  live(): void {
    const edge = this.player?.edge();
    if (this.behind() >= NEAR && edge !== undefined) this.video.currentTime = edge;
    void this.video.play().catch(() => {});
    this.onLive();
  }

  // step goes so many times ten seconds.
  step(times: number): void {
    const [edge, { seekable, currentTime }] = [this.player?.edge(), this.video];
    if (edge === undefined || seekable.length === 0) {
      if (times < 0) this.onBack(-times * STEP);
      return;
    }
    this.video.currentTime = Math.min(edge, Math.max(seekable.start(0) + 1, currentTime + times * STEP));
  }

  show(): void {
    const [edge, { seekable }] = [this.player?.edge(), this.video];
    const start = seekable.length > 0 ? seekable.start(0) : 0;
    this.seek.hidden = edge === undefined || edge - start < SHORTEST;
    if (!this.seek.hidden && edge !== undefined) {
      [this.seek.min, this.seek.max] = [start.toFixed(1), edge.toFixed(1)];
      if (!this.held) this.seek.valueAsNumber = Math.min(edge, this.video.currentTime);
      const at = this.seek.valueAsNumber;
      this.seek.style.setProperty("--done", `${(100 * (at - start)) / (edge - start)}%`);
      this.seek.setAttribute("aria-valuetext", edge - at < NEAR ? text.atEdge : text.behind(clock(edge - at)));
    }
    const behind = this.held && edge !== undefined ? edge - this.seek.valueAsNumber : this.behind();
    write(find("behind"), behind >= NEAR ? `-${clock(behind)}` : "");
    find("live").classList.toggle("at", this.held ? behind < NEAR : this.atEdge());
  }
}
