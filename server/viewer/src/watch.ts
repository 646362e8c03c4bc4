// The watch page: plays a stream over WebRTC, over LL-HLS when that gives no picture, and waits when it is away.
import { getStream, postLatency, type Stream } from "./api";
import { hlsSupported, playHls } from "./hls";
import { Latency } from "./latency";
import type { Player } from "./player";
import { label, translate } from "./strings";
import { Screen } from "./screen";
import { playWhep } from "./whep";

const FIRST_PICTURE = 4000; // ms that WebRTC has to give one
const FIRST_SEGMENT = 15000; // ms that HLS has: the first segment must be whole
const STALLED = 4000; // ms without a new picture
const SLOWEST = 5000; // ms between two attempts at most

const name = location.pathname.split("/")[2] ?? "";
const video = document.querySelector<HTMLVideoElement>("#video")!;
const screen = new Screen(video);
const latency = new Latency();
let wanted: "any" | "hls" = "any"; // hls: WebRTC gave no picture, or the viewer asked for sound

class Ended extends Error {} // nobody is publishing (any more)

translate();
document.title = `${name} · Golive`;
document.querySelector("#name")!.textContent = name;
label(video, name);
screen.onHls = () => {
  wanted = "hls";
  restart();
};
let restart = () => {};
void run();

// run plays for ever, with pauses that grow while nothing works.
async function run(): Promise<never> {
  let seen = false;
  for (let pause = 500; ; pause = Math.min(pause * 1.5, SLOWEST)) {
    try {
      const stream = await getStream(name);
      if (!stream) throw new Ended();
      screen.connecting();
      await play(stream, () => {
        seen = true;
        pause = 500;
      });
    } catch (error) {
      if (error instanceof Ended) {
        wanted = "any";
        screen.away(seen);
      } else if (unreachable(error)) {
        screen.unreachable();
      }
      console.info(error);
    }
    await sleep(pause * (0.8 + 0.4 * Math.random()));
  }
}

// play plays until something is wrong.
async function play(stream: Stream, began: () => void): Promise<never> {
  const player = await start(stream);
  let on = true;
  try {
    latency.forget();
    screen.playing(player.protocol, stream);
    began();
    latency.watch(video, player, () => on);
    const asked = new Promise<never>((_, reject) => (restart = () => reject(new Error("another way was asked for"))));
    return await Promise.race([lost(player), follow(player), asked]);
  } finally {
    on = false;
    player.stop();
  }
}

// start returns a player that shows pictures.
async function start(stream: Stream): Promise<Player> {
  if (wanted === "any" && stream.webrtc.video && typeof RTCPeerConnection === "function") {
    try {
      return await attempt(await playWhep(name, video), FIRST_PICTURE);
    } catch (error) {
      console.info("WebRTC:", error);
    }
  }
  if (!hlsSupported(video)) {
    screen.unplayable();
    throw new Error("no way to play");
  }
  const player = await attempt(playHls(name, video), FIRST_SEGMENT);
  wanted = "hls";
  return player;
}

// attempt waits for the first picture.
async function attempt(player: Player, patience: number): Promise<Player> {
  try {
    await Promise.race([picture(), lost(player), late(patience)]);
    return player;
  } catch (error) {
    player.stop();
    throw error;
  }
}

async function picture(): Promise<void> {
  const shown = new Promise((resolve) => video.addEventListener("playing", resolve, { once: true }));
  await screen.play();
  await shown;
}

async function lost(player: Player): Promise<never> {
  throw await player.failed;
}

async function late(patience: number): Promise<never> {
  await sleep(patience);
  throw new Error(`no picture within ${patience} ms`);
}

// follow shows once a second how it goes; it ends when the stream does, or no picture comes any more.
async function follow(player: Player): Promise<never> {
  let bytes = await player.bytes();
  let frames = decoded();
  let at = performance.now();
  let moved = at;
  for (;;) {
    await sleep(1000);
    const stream = await getStream(name);
    if (!stream) throw new Ended();
    await latency.learn(stream);
    const ms = latency.median();
    if (ms !== undefined) postLatency(name, player.session, Math.max(0, ms));
    const [t, b, f] = [performance.now(), await player.bytes(), decoded()];
    screen.stats({ viewers: stream.viewers, ms, fps: ((f - frames) * 1000) / (t - at), kbps: ((b - bytes) * 8) / (t - at) });
    if (f !== frames || b !== bytes || video.paused) moved = t;
    if (t - moved > STALLED) throw new Error("no picture comes any more");
    [at, bytes, frames] = [t, b, f];
  }
}

// unreachable says whether fetch failed for want of a server.
function unreachable(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
}

function decoded(): number {
  return video.getVideoPlaybackQuality().totalVideoFrames;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

