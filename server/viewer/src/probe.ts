// Finds out, beside what plays, whether a better way would work now.
import { journal } from "./journal";
import { type Player, type Protocol, protocolName } from "./player";
import { openWhep, type Whep } from "./whep";

const PATIENCE = 4000; // ms

// probeWhep returns a connection that pictures come over, ready to be shown; undefined when there is none.
export async function probeWhep(stream: string): Promise<Player | undefined> {
  let whep: Whep | undefined;
  try {
    whep = await openWhep(stream);
    for (const end = performance.now() + PATIENCE; performance.now() < end; ) {
      if (await whep.flows()) return whep;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    journal.note("WebRTC: no picture yet");
  } catch (error) {
    journal.note(`WebRTC: not yet: ${error instanceof Error ? error.message : error}`);
  }
  whep?.stop();
  return undefined;
}

// probeHls says whether the server's answers come through: for LL-HLS, one that waits for the next part.
export async function probeHls(stream: string, protocol: Protocol): Promise<boolean> {
  try {
    const master = new URL(`/hls/${stream}/index.m3u8`, location.href);
    const media = new URL(uris(await read(master))[0] ?? "", master);
    if (protocol === "hls") return uris(await read(media)).length > 0;
    const list = await read(media);
    const sequence = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(list)?.[1]);
    media.searchParams.set("_HLS_msn", String(sequence + uris(list).length));
    media.searchParams.set("_HLS_part", "0");
    return (await read(media)).includes("#EXT-X-PART:");
  } catch (error) {
    journal.note(`${protocolName[protocol]}: not yet: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

// uris returns the lines of a playlist that are no tags.
function uris(playlist: string): string[] {
  return playlist.split("\n").filter((line) => line && !line.startsWith("#"));
}

async function read(url: URL): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.text();
}
