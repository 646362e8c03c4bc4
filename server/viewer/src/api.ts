// What the server tells over HTTP.

export interface Stream {
  name: string;
  since: string;
  tracks: { codec: string; width?: number; height?: number; frame_rate?: number }[];
  viewers: number;
  away?: boolean; // its publisher is gone, and may come back
  reason?: string; // why it is gone
  webrtc: { video: boolean; audio: boolean; reason?: string };
  clock?: Mapping; // absent when nobody knows when the pictures were taken
}

// A Mapping relates the RTP timestamps of the pictures to the server's time of day.
export interface Mapping {
  rtp: number;
  time_ms: number;
  captured: boolean; // it is when they were taken, not when they came
  doubt?: string;
  absent_ms?: number; // what to add to programme dates
}

export interface Recording {
  stream: string;
  id: string;
  start: string;
  duration_s: number;
  bytes: number;
  url: string;
}

export class BadName extends Error {} // no stream can be called that

export async function getStreams(): Promise<Stream[]> {
  return (await get("/api/v1/streams")).json();
}

// getStream returns null when nobody is publishing.
export async function getStream(name: string): Promise<Stream | null> {
  const response = await fetch(`/api/v1/streams/${name}`, { signal: AbortSignal.timeout(4000) });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json();
}

// getRecordings returns the newest first; none where the server keeps none.
export async function getRecordings(): Promise<Recording[]> {
  const response = await fetch("/api/v1/recordings", { signal: AbortSignal.timeout(4000) });
  if (!response.ok) return [];
  const all: Recording[] = await response.json();
  return all.sort((a, b) => b.start.localeCompare(a.start));
}

export function postLatency(name: string, told: { session: string; ms: number; player_ms?: number }): void {
  fetch(`/api/v1/streams/${name}/latency`, { method: "POST", body: JSON.stringify(told) }).catch(() => {});
}

// getTime returns the server's Unix time in milliseconds.
export async function getTime(): Promise<number> {
  return (await (await get("/api/v1/time")).json()).time_ms;
}

export function thumbnail(name: string): string {
  return `/api/v1/streams/${name}/thumbnail.jpg`;
}

async function get(path: string): Promise<Response> {
  const response = await fetch(path, { signal: AbortSignal.timeout(4000) });
  if (!response.ok) throw new Error((await response.text()).trim());
  return response;
}
