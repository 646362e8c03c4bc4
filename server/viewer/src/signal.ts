// The signalling WebSocket (docs/SIGNALLING.md): what happens to the stream, its clock, and the way back for latency.
// Where it does not get through, the same is asked over HTTP, less often.
import { getTime, type Mapping, postLatency, type Stream } from "./api";
import { Clock, now } from "./clock";
import { journal } from "./journal";
import type { Measure } from "./latency";

const PING = 1000; // ms between exchanges
const FIRST_PINGS = 5; // at once, so that latency is told from the first second
const SLOWEST = 10000; // ms between attempts at most

type Message =
  | { type: "started" | "back" }
  | { type: "away" | "ended"; reason?: string }
  | { type: "viewers"; viewers: number }
  | ({ type: "clock" } & Mapping)
  | { type: "pong"; t0: number; t1: number; t2: number }
  | { type: "error"; message: string };

export type State = "started" | "away" | "ended";

export class Signal {
  readonly clock = new Clock();
  open = false;
  state: State | undefined; // undefined before it is known, and where only HTTP tells
  reason = ""; // why the stream is away or over
  viewers: number | undefined;
  mapping: Mapping | undefined;
  onState = () => {};

  private socket: WebSocket | undefined;
  private pause = 500;
  private complaint = ""; // what the server said last, to be written down once

  constructor(private stream: string) {
    this.connect();
    setInterval(() => void this.ping(), PING);
  }

  report(session: string, measured: Measure): void {
    const told = { session, ms: measured.total, player_ms: measured.player };
    if (this.open) this.send({ type: "latency", ...told });
    else postLatency(this.stream, told);
  }

  // learn takes what HTTP tells, where the WebSocket does not get through.
  learn(stream: Stream | null): void {
    if (this.open) return;
    this.turn(stream ? (stream.away ? "away" : "started") : "ended", stream?.reason ?? "");
    this.viewers = stream?.viewers;
    this.mapping = stream ? (stream.clock ?? { rtp: 0, time_ms: 0, captured: false }) : undefined;
  }

  private connect(): void {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/signal/${this.stream}`);
    this.socket = socket;
    socket.onopen = () => {
      this.open = true;
      this.pause = 500;
      journal.note("signalling: open");
      for (let i = 0; i < FIRST_PINGS; i++) setTimeout(() => void this.ping(), i * 40);
    };
    socket.onmessage = (event) => this.take(JSON.parse(event.data) as Message);
    socket.onclose = () => {
      if (this.open) journal.note("signalling: closed");
      this.open = false;
      this.state = this.viewers = undefined;
      setTimeout(() => this.connect(), this.pause * (0.8 + 0.4 * Math.random()));
      this.pause = Math.min(this.pause * 1.5, SLOWEST);
    };
  }

  private take(m: Message): void {
    switch (m.type) {
      case "pong":
        return this.clock.note(m.t0, m.t1, m.t2, now());
      case "clock":
        this.mapping = m;
        return;
      case "viewers":
        this.viewers = m.viewers;
        return;
      case "error":
        if (m.message !== this.complaint) journal.note(`signalling: ${m.message}`);
        this.complaint = m.message;
        return;
      case "back":
        return this.turn("started", "");
      case "started":
        return this.turn("started", "");
      case "away":
      case "ended":
        return this.turn(m.type, m.reason ?? "");
    }
  }

  private turn(state: State, reason: string): void {
    if (state === this.state && reason === this.reason) return;
    journal.note(`stream: ${state}${reason && `: ${reason}`}`);
    if (state === "ended") this.mapping = undefined;
    [this.state, this.reason] = [state, reason];
    this.onState();
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private async ping(): Promise<void> {
    if (this.open) return this.send({ type: "ping", t0: now() });
    const t0 = now();
    const time = await getTime().catch(() => undefined);
    if (time !== undefined) this.clock.note(t0, time, time, now());
  }
}
