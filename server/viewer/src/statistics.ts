// The statistics tab: four charts of the last minute, and the rest in figures.
import type { Stream } from "./api";
import { find, make, write } from "./dom";
import { type Rows, showRows } from "./figures";
import type { Doubt } from "./latency";
import type { Sample } from "./meter";
import { codecName } from "./player";
import { Spark } from "./spark";
import { text } from "./strings";
import { clock, duration, rate } from "./units";

// What is known at one moment.
export interface Moment {
  sample: Sample;
  stream: Stream;
  viewers: number;
  latency?: number; // ms
  doubt?: Doubt;
  trip?: number; // ms there and back, to the server
}

type Name = "latency" | "bitrate" | "fps" | "buffer";

export class Statistics {
  private charts = new Map<Name, { spark: Spark; name: HTMLElement; value: HTMLElement; top: HTMLElement }>();

  constructor() {
    const floors: Record<Name, number> = { latency: 50, bitrate: 500, fps: 30, buffer: 50 };
    for (const [name, floor] of Object.entries(floors) as [Name, number][]) {
      const chart = { spark: new Spark(floor), name: make("dt"), value: make("dd"), top: make("small") };
      this.charts.set(name, chart);
      find("charts").append(make("dl", { className: "chart", id: `chart-${name}` }, chart.name, chart.value, chart.spark.canvas, chart.top));
    }
    addEventListener("resize", () => this.draw());
  }

  draw(): void {
    for (const { spark } of this.charts.values()) spark.draw();
  }

  show({ sample: s, stream, viewers, latency, doubt, trip }: Moment): void {
    const delay = latency === undefined ? (doubt ? text.doubt : "") : duration(latency);
    this.chart("latency", text.latency, latency, delay, duration);
    this.chart("bitrate", text.bitrate, s.kbps, s.kbps > 0 ? rate(s.kbps) : "", rate);
    this.chart("fps", text.fps, s.fps, `${Math.round(s.fps)} fps`, (v) => `${Math.round(v)} fps`);
    const waits = s.packets === undefined ? text.buffer : text.jitterBuffer;
    this.chart("buffer", waits, s.buffer, s.buffer === undefined ? "" : duration(s.buffer), duration);
    find("chart-latency").title = doubt ? text.doubts[doubt]! : "";
    showRows(find("figures"), rows(s, stream, viewers, trip));
  }

  private chart(name: Name, words: string, value: number | undefined, shown: string, unit: (v: number) => string): void {
    const chart = this.charts.get(name)!;
    chart.spark.push(value);
    write(chart.name, words);
    write(chart.value, shown || text.unknown);
    write(chart.top, unit(chart.spark.top()));
  }
}

function rows(s: Sample, stream: Stream, viewers: number, trip: number | undefined): Rows {
  const codec = (of: "width" | "") => codecName(stream.tracks.find((t) => (of ? t.width : !t.width))?.codec);
  return [
    [text.resolution, s.width ? `${s.width} x ${s.height}` : ""],
    [text.videoCodec, s.codecs.video ?? codec("width") ?? ""],
    [text.audioCodec, s.codecs.audio ?? (s.packets === undefined ? codec("") : undefined) ?? text.nothing],
    [text.dropped, text.pictures(s.dropped)],
    [text.frozen, s.freezes ? `${text.times(s.freezes)}, ${duration(s.frozen ?? 0)}` : text.nothing],
    [text.loss, s.packets === undefined ? "" : loss(s)],
    [text.resent, s.packets === undefined ? "" : `${s.nacks ?? 0} (NACK), ${s.plis ?? 0} (PLI)`],
    [text.rtt, roundTrip(s.rtt ?? trip)],
    [text.transport, s.transport],
    [text.watching, String(viewers)],
    [text.uptime, clock((Date.now() - Date.parse(stream.since)) / 1000)],
  ];
}

function loss(s: Sample): string {
  const now = s.lossNow === undefined ? "" : `${(s.lossNow * 100).toFixed(1)} % `;
  return `${now}(${s.lost ?? 0} / ${(s.lost ?? 0) + (s.packets ?? 0)})`;
}

function roundTrip(ms: number | undefined): string {
  return ms === undefined ? "" : ms < 10 ? `${ms.toFixed(1)} ms` : duration(ms);
}
