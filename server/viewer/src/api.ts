// What the server tells and is told.

export interface Stream {
  name: string;
  tracks: { codec: string; width?: number; height?: number }[];
  viewers: number;
  webrtc: { video: boolean; audio: boolean; reason?: string };
  clock?: { rtp: number; time_ms: number }; // absent when nobody knows when the pictures were taken
}

export async function getStreams(): Promise<Stream[]> {
  return (await get("/api/v1/streams")).json();
}

// getStream returns null when nobody is publishing.
export async function getStream(name: string): Promise<Stream | null> {
  const response = await fetch(`/api/v1/streams/${name}`, { signal: AbortSignal.timeout(4000) });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

export function postLatency(name: string, session: string, ms: number): void {
  const body = JSON.stringify({ session, ms });
  fetch(`/api/v1/streams/${name}/latency`, { method: "POST", body }).catch(() => {});
}

// clockOffset returns how many milliseconds the server's clock is ahead of ours: the quickest of a few answers is the
// least wrong, by half its round trip at most.
export async function clockOffset(): Promise<number> {
  let best = { trip: Infinity, offset: 0 };
  for (let i = 0; i < 5; i++) {
    const sent = now();
    const { time_ms } = await (await get("/api/v1/time")).json();
    const trip = now() - sent;
    if (trip < best.trip) best = { trip, offset: time_ms - (sent + trip / 2) };
  }
  return best.offset;
}

// now returns our own Unix time in milliseconds, finely.
export function now(): number {
  return performance.timeOrigin + performance.now();
}

async function get(path: string): Promise<Response> {
  const response = await fetch(path, { signal: AbortSignal.timeout(4000) });
  if (!response.ok) throw new Error(await response.text());
  return response;
}
