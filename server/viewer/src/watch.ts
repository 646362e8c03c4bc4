// The watch page: plays a stream over the best way that works, climbs back to a better one, and waits while it is away.
import { getStream, type Stream } from "./api";
import { chronicle } from "./chronicle";
import { journal } from "./journal";
import { Ladder } from "./ladder";
import { Latency } from "./latency";
import { Meter } from "./meter";
import type { Player, Protocol } from "./player";
import { probeHls, probeWhep } from "./probe";
import { Screen } from "./screen";
import { Signal } from "./signal";

const PATIENCE: Record<Protocol, number> = { webrtc: 4000, "ll-hls": 15000, hls: 15000, dash: 15000 }; // ms to the first picture
const STALLED = 4000; // ms without a new picture
const LASTING = 20000; // ms of pictures that earn a protocol another try
const SLOWEST = 5000; // ms between two attempts at most
const CLIMB = { first: 10000, slowest: 60000 }; // ms between two looks for a better way
const DETOUR = 10; // seconds behind the live edge that a viewer went back over HLS, and may return from

const name = location.pathname.split("/")[2] ?? "";
const video = document.querySelector<HTMLVideoElement>("#video")!;
const ladder = new Ladder(name, video);
const signal = new Signal(name);
const latency = new Latency(video, signal);
const meter = new Meter(video);
const screen = new Screen(video, name, ladder, signal, latency);

class Ended extends Error {} // nobody is publishing (any more)
class Again extends Error {} // the viewer asked for something else

let behind = 0; // seconds before the live edge that the next player begins at
let detour = false; // playing over HLS only because the viewer went back
let again = (_: string) => {};
let news = () => {};

signal.onState = () => news();
screen.onProtocol = (wanted) => {
  detour = false;
  ladder.choose(wanted);
  again(`asked for ${wanted}`);
};
screen.timeline.onBack = (seconds) => {
  [behind, detour] = [seconds, true];
  again("went back");
};
screen.timeline.onLive = () => {
  if (!detour) return;
  detour = false;
  again("back to live");
};
chronicle(video);
addEventListener("error", ({ message }) => journal.note(`error: ${message}`));
addEventListener("unhandledrejection", ({ reason }) => journal.note(`error: ${reason}`));
void run();

// run plays for ever, with pauses that grow while nothing works.
async function run(): Promise<never> {
  let seen = false;
  for (let pause = 500; ; pause = Math.min(pause * 1.5, SLOWEST)) {
    try {
      const stream = await getStream(name);
      signal.learn(stream);
      if (!stream) throw new Ended();
      await session(stream, () => {
        seen = true;
        pause = 500;
      });
    } catch (error) {
      if (error instanceof Again) {
        screen.away("connecting");
        continue;
      }
      slate(error, seen);
      if (!(error instanceof Ended)) journal.note(`stopped: ${words(error)}`);
    }
    await Promise.race([sleep(pause * (0.8 + 0.4 * Math.random())), new Promise<void>((resolve) => (news = resolve))]);
  }
}

// slate says why there is no picture.
function slate(error: unknown, seen: boolean): void {
  if (error instanceof Ended) {
    [detour, behind] = [false, 0];
    if (ladder.chosen === "auto") ladder.reset();
    screen.away(seen ? "ended" : "waiting", signal.reason);
  } else if (unreachable(error)) {
    screen.away("unreachable");
  } else if (video.dataset.state === "playing") {
    screen.away("connecting");
  }
}

// session plays until something is wrong; each turn is one player.
async function session(stream: Stream, began: () => void): Promise<never> {
  journal.note(`stream: ${stream.tracks.map((t) => (t.width ? `${t.codec} ${t.width} x ${t.height}` : t.codec)).join(", ")}`);
  let player = await start(stream);
  for (;;) {
    began();
    player = await play(player, stream);
  }
}

// start returns a player that shows pictures.
async function start(stream: Stream): Promise<Player> {
  const ways = detour ? ladder.toTry(stream).filter((p) => p !== "webrtc") : ladder.toTry(stream);
  if (ways.length === 0) {
    screen.away("unplayable");
    throw new Error("no way to play");
  }
  const asked = new Promise<never>((_, reject) => (again = (why) => reject(new Again(why))));
  for (const way of ways) {
    ladder.set(way, "trying");
    try {
      const player = await Promise.race([attempt(way), asked]);
      if (!detour) ladder.begin(way);
      return player;
    } catch (error) {
      if (error instanceof Again) throw error;
      ladder.set(way, "failed", words(error));
    }
  }
  if (ladder.chosen === "auto") ladder.begin("webrtc");
  if (await getStream(name) === null) throw new Ended();
  screen.away("noPicture");
  throw new Error("nothing gave a picture");
}

// attempt opens a player and waits for its first picture.
async function attempt(way: Protocol): Promise<Player> {
  const player = await ladder.open(way);
  try {
    await shown(player);
    return player;
  } catch (error) {
    player.stop();
    throw error;
  }
}

// shown lets a player have the video, and waits for its first picture.
async function shown(player: Player): Promise<void> {
  const first = new Promise((resolve) => video.addEventListener("playing", resolve, { once: true }));
  player.show(video, behind);
  behind = 0;
  void screen.controls.play();
  await Promise.race([first, lost(player), late(PATIENCE[player.protocol])]);
}

// play plays until something is wrong, or returns a better player.
async function play(player: Player, stream: Stream): Promise<Player> {
  let on = true;
  const active = () => on;
  const begun = performance.now();
  let better: Player | undefined;
  try {
    await meter.begin(player);
    ladder.set(player.protocol, "playing");
    screen.playing(player, stream);
    latency.watch(player, active);
    const asked = new Promise<never>((_, reject) => (again = (why) => reject(new Again(why))));
    better = await Promise.race([lost(player), follow(player, stream, active), climb(player, stream, active), asked]);
  } catch (error) {
    if (signal.state === "ended") throw new Ended();
    if (!(error instanceof Again)) fell(player.protocol, words(error), performance.now() - begun);
    throw error;
  } finally {
    on = false;
    player.stop();
  }
  await shown(better).catch((error) => {
    better.stop();
    throw error;
  });
  ladder.begin(better.protocol);
  return better;
}

// fell notes that a protocol could not go on.
function fell(protocol: Protocol, why: string, lasted: number): void {
  ladder.set(protocol, "failed", why);
  if (ladder.chosen === "auto" && lasted < LASTING) ladder.beginBelow(protocol);
}

async function lost(player: Player): Promise<never> {
  throw await player.failed;
}

async function late(patience: number): Promise<never> {
  await sleep(patience);
  throw new Error(`no picture within ${patience / 1000} s`);
}

// follow shows once a second how it goes; it ends when the stream does, or no picture comes any more.
async function follow(player: Player, first: Stream, active: () => boolean): Promise<never> {
  let stream = first;
  let moved = performance.now();
  for (let turn = 0; ; turn++) {
    await sleep(1000);
    if (!active()) throw new Error("stopped");
    const sample = await meter.sample(player);
    if (sample.moved || video.paused) moved = performance.now();
    if (!signal.open || turn % 10 === 9) stream = (await refresh(stream)) ?? stream;
    if (signal.state === "ended" && !sample.moved) throw new Ended();
    away(player, stream, sample.moved);
    const measured = latency.median();
    if (measured) signal.report(player.session, measured);
    screen.show({
      sample, stream, viewers: signal.viewers ?? stream.viewers, latency: measured?.total, doubt: latency.doubt(), trip: signal.clock.trip,
    });
    if (performance.now() - moved > STALLED && signal.state !== "away") throw new Error("no picture comes any more");
  }
}

// away puts the slate over a stream whose publisher is gone for a moment, and takes it off when pictures come again.
function away(player: Player, stream: Stream, moved: boolean): void {
  const slated = video.dataset.state === "away";
  if (signal.state === "away" && !moved && !slated) screen.away("away", signal.reason);
  if (slated && moved) screen.playing(player, stream);
}

// refresh asks what the stream is like now; a server that does not answer changes nothing as long as pictures come.
async function refresh(stream: Stream): Promise<Stream> {
  const fresh = await getStream(name).catch(() => stream);
  signal.learn(fresh);
  return fresh ?? stream;
}

// climb returns a better player when there is one, or throws Again when there is to be one.
async function climb(player: Player, stream: Stream, active: () => boolean): Promise<Player> {
  for (let pause = CLIMB.first; ; pause = Math.min(pause * 1.5, CLIMB.slowest)) {
    await sleep(pause);
    if (!active()) throw new Error("stopped");
    if (detour || video.paused || screen.timeline.behind() > DETOUR || document.hidden) continue;
    for (const way of ladder.better(player.protocol, stream)) {
      const found = await probe(way);
      if (found === true) ladder.begin(way);
      if (found && active()) journal.note(`${way} works again`);
      if (found === true) throw new Again("a better way works");
      if (found && active()) return found;
      if (found) found.stop();
    }
  }
}

function probe(way: Protocol): Promise<Player | boolean | undefined> {
  return way === "webrtc" ? probeWhep(name) : probeHls(name, way);
}

// unreachable says whether fetch failed for want of a server.
function unreachable(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
