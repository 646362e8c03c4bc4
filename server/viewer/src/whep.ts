// A WHEP client: one POST with an offer, one answer, one DELETE at the end (draft-ietf-wish-whep).
import type { Player } from "./player";

const TIMEOUT = 4000; // ms, for the answer

// playWhep begins to play a stream; the promise is kept when the server has answered.
export async function playWhep(stream: string, video: HTMLVideoElement): Promise<Player> {
  const pc = new RTCPeerConnection();
  try {
    pc.addTransceiver("video", { direction: "recvonly" });
    pc.addTransceiver("audio", { direction: "recvonly" });
    // One media stream keeps sound and picture together; no jitter buffer, since every wait is delay.
    const media = new MediaStream();
    pc.ontrack = ({ track, receiver }) => {
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
      media.addTrack(track);
    };
    const failed = failure(pc);
    const offer = await pc.createOffer();
    offer.sdp = stereo(offer.sdp ?? "");
    await pc.setLocalDescription(offer);
    const response = await fetch(`/whep/${stream}`, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: pc.localDescription?.sdp,
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (response.status !== 201) throw new Error(await response.text());
    const location = new URL(response.headers.get("Location") ?? "", response.url);
    await pc.setRemoteDescription({ type: "answer", sdp: await response.text() });
    video.srcObject = media;
    return player(pc, location, video, failed);
  } catch (error) {
    pc.close();
    throw error;
  }
}

function player(pc: RTCPeerConnection, location: URL, video: HTMLVideoElement, failed: Promise<Error>): Player {
  const leave = () => void fetch(location, { method: "DELETE", keepalive: true }).catch(() => {});
  addEventListener("pagehide", leave);
  return {
    protocol: "webrtc",
    session: location.pathname.split("/").pop() ?? "",
    failed,
    captured: () => undefined,
    async bytes() {
      let sum = 0;
      (await pc.getStats()).forEach((s) => {
        if (s.type === "inbound-rtp") sum += s.bytesReceived ?? 0;
      });
      return sum;
    },
    stop() {
      removeEventListener("pagehide", leave);
      leave();
      pc.close();
      video.srcObject = null;
    },
  };
}

// failure resolves when the connection is lost.
function failure(pc: RTCPeerConnection): Promise<Error> {
  return new Promise((resolve) => {
    pc.onconnectionstatechange = () => {
      if (["failed", "closed", "disconnected"].includes(pc.connectionState)) {
        resolve(new Error(`connection ${pc.connectionState}`));
      }
    };
  });
}

// stereo asks for two channels of Opus, which browsers do not by themselves (RFC 7587 section 6.1).
function stereo(sdp: string): string {
  return sdp.replace("useinbandfec=1", "useinbandfec=1;stereo=1");
}
