// A WHEP viewer (draft-ietf-wish-whep) of the stream at the address in its argument; SIGTERM ends the session.
import { connect, receive, tell } from "./peer.mjs";

const address = process.argv[2];
const pc = connect();
pc.onTrack.subscribe(receive);
pc.connectionStateChange.subscribe((state) => tell({ state }));
pc.addTransceiver("video", { direction: "recvonly" });
pc.addTransceiver("audio", { direction: "recvonly" });
await pc.setLocalDescription(await pc.createOffer());
const response = await fetch(address, {
  method: "POST", headers: { "Content-Type": "application/sdp" }, body: pc.localDescription.sdp,
});
if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
const session = new URL(response.headers.get("Location"), address);
process.on("SIGTERM", async () => {
  const ended = await fetch(session, { method: "DELETE" });
  pc.close();
  process.exit(ended.ok ? 0 : 1);
});
await pc.setRemoteDescription({ type: "answer", sdp: await response.text() });
