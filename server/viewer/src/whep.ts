// A WHEP client: one POST with an offer, one answer, one DELETE at the end (draft-ietf-wish-whep).
import { journal } from "./journal";
import { codecName, type Figures, type Player } from "./player";

const TIMEOUT = 4000; // ms, for the answer

// openWhep asks for a stream; the promise is kept when the server has answered.
export async function openWhep(stream: string): Promise<Whep> {
  const pc = new RTCPeerConnection();
  try {
    pc.addTransceiver("video", { direction: "recvonly" });
    pc.addTransceiver("audio", { direction: "recvonly" });
    const player = new Whep(pc);
    const offer = await pc.createOffer();
    offer.sdp = stereo(offer.sdp ?? "");
    await pc.setLocalDescription(offer);
    const response = await fetch(`/whep/${stream}`, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: pc.localDescription?.sdp,
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (response.status !== 201) throw new Error((await response.text()).trim());
    player.at(new URL(response.headers.get("Location") ?? "", response.url));
    await pc.setRemoteDescription({ type: "answer", sdp: await response.text() });
    return player;
  } catch (error) {
    pc.close();
    throw error;
  }
}

// stereo asks for two channels of Opus, which browsers do not by themselves (RFC 7587 section 6.1).
function stereo(sdp: string): string {
  return sdp.replace("useinbandfec=1", "useinbandfec=1;stereo=1");
}

export class Whep implements Player {
  readonly protocol = "webrtc";
  readonly failed: Promise<Error>;
  session = "";

  private location: URL | undefined;
  private media = new MediaStream(); // one, which keeps sound and picture together
  private video: HTMLVideoElement | undefined;
  private path: string | undefined;
  private waited = { delay: 0, emitted: 0 };
  private leave = () => {
    if (this.location) void fetch(this.location, { method: "DELETE", keepalive: true }).catch(() => {});
  };

  constructor(private pc: RTCPeerConnection) {
    pc.ontrack = ({ track, receiver }) => {
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0; // every wait is delay
      this.media.addTrack(track);
    };
    this.failed = new Promise((resolve) => {
      pc.onconnectionstatechange = () => {
        journal.note(`WebRTC: connection ${pc.connectionState}`);
        if (["failed", "closed"].includes(pc.connectionState)) { // "disconnected" may pass
          resolve(new Error(`connection ${pc.connectionState}`));
        }
      };
    });
  }

  // at tells where the server keeps the session.
  at(location: URL): void {
    this.location = location;
    this.session = location.pathname.split("/").pop() ?? "";
    addEventListener("pagehide", this.leave);
  }

  show(video: HTMLVideoElement): void {
    this.video = video;
    video.srcObject = this.media;
  }

  // flows says whether pictures arrive whole, on show or not.
  async flows(): Promise<boolean> {
    let decoded = 0;
    (await this.pc.getStats()).forEach((s) => {
      if (s.type === "inbound-rtp" && s.kind === "video") decoded += s.framesDecoded ?? 0;
    });
    return decoded > 0;
  }

  async figures(): Promise<Figures> {
    const f: Figures = { bytes: 0, codecs: {}, transport: "", ice: this.pc.connectionState };
    const all = await this.pc.getStats();
    all.forEach((s) => {
      if (s.type === "inbound-rtp") this.received(s, all, f);
      if (s.type === "transport" && s.selectedCandidatePairId) route(all.get(s.selectedCandidatePairId), all, f);
    });
    if (f.path !== this.path) journal.note(`WebRTC: ${f.transport} from ${f.path}`);
    this.path = f.path;
    return f;
  }

  captured(): undefined {}

  edge(): undefined {}

  qualities(): string[] {
    return [];
  }

  choose(): void {}

  stop(): void {
    removeEventListener("pagehide", this.leave);
    this.leave();
    this.location = undefined;
    this.pc.onconnectionstatechange = null;
    this.pc.close();
    if (this.video?.srcObject === this.media) this.video.srcObject = null;
  }

  // received adds what is known of one track.
  private received(s: RTCInboundRtpStreamStats, all: RTCStatsReport, f: Figures): void {
    f.bytes += s.bytesReceived ?? 0;
    f.packets = (f.packets ?? 0) + (s.packetsReceived ?? 0);
    f.lost = (f.lost ?? 0) + Math.max(0, s.packetsLost ?? 0);
    f.nacks = (f.nacks ?? 0) + (s.nackCount ?? 0);
    const codec = codecName(s.codecId && all.get(s.codecId)?.mimeType);
    if (s.kind === "audio") {
      f.codecs.audio = (s.packetsReceived ?? 0) > 0 ? codec : undefined;
      return;
    }
    f.codecs.video = codec;
    f.plis = s.pliCount;
    f.freezes = s.freezeCount;
    f.frozen = (s.totalFreezesDuration ?? 0) * 1000;
    const now = { delay: s.jitterBufferDelay ?? 0, emitted: s.jitterBufferEmittedCount ?? 0 };
    const emitted = now.emitted - this.waited.emitted;
    if (emitted > 0) f.buffer = ((now.delay - this.waited.delay) / emitted) * 1000;
    this.waited = now;
  }
}

// route tells how packets come.
function route(pair: RTCIceCandidatePairStats | undefined, all: RTCStatsReport, f: Figures): void {
  if (!pair) return;
  if (pair.currentRoundTripTime !== undefined) f.rtt = pair.currentRoundTripTime * 1000;
  const [local, remote] = [all.get(pair.localCandidateId), all.get(pair.remoteCandidateId)];
  const relayed = local?.candidateType === "relay" || remote?.candidateType === "relay";
  f.transport = `${(local?.protocol ?? "udp").toUpperCase()}${relayed ? " (relay)" : ""}`;
  if (remote?.address) f.path = `${remote.address}:${remote.port} (${remote.candidateType})`;
}
