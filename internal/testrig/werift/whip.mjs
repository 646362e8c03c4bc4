// A WHIP endpoint (RFC 9725) that takes H.264 and Opus on werift, a WebRTC in TypeScript, and tells what it receives:
// one JSON object a line on stdout, the first of which has its address.
import http from "node:http";
import { randomUUID } from "node:crypto";
import {
  RTCPeerConnection, RTCRtpCodecParameters, usePLI, useNACK, useTWCC, useSdesMid,
} from "werift";

const tell = (event) => process.stdout.write(JSON.stringify(event) + "\n");
const sessions = new Map();

function connect() {
  const feedback = [useNACK(), usePLI(), useTWCC()];
  return new RTCPeerConnection({
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ["127.0.0.1"],
    headerExtensions: { video: [useSdesMid()], audio: [useSdesMid()] },
    codecs: {
      video: [new RTCRtpCodecParameters({
        mimeType: "video/H264", clockRate: 90000, rtcpFeedback: feedback,
        parameters: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
      })],
      audio: [new RTCRtpCodecParameters({ mimeType: "audio/OPUS", clockRate: 48000, channels: 2, rtcpFeedback: [useTWCC()] })],
    },
  });
}

function receive(track) {
  track.onReceiveRtp.subscribe((p) => tell({
    kind: track.kind, sequence: p.header.sequenceNumber, timestamp: p.header.timestamp, marker: p.header.marker,
    size: p.serializeSize, payload: p.payload.toString("base64"),
  }));
  track.onReceiveRtcp.subscribe((p) => {
    if (p.senderInfo) tell({ kind: track.kind, report: true, ntp: p.senderInfo.ntpTimestamp.toString(), timestamp: p.senderInfo.rtpTimestamp });
  });
}

async function publish(req, res) {
  let offer = "";
  for await (const piece of req) offer += piece;
  const pc = connect(), id = randomUUID();
  sessions.set(id, pc);
  pc.onTrack.subscribe(receive);
  pc.connectionStateChange.subscribe((state) => tell({ state }));
  await pc.setRemoteDescription({ type: "offer", sdp: offer });
  await pc.setLocalDescription(await pc.createAnswer());
  res.writeHead(201, { "Content-Type": "application/sdp", Location: "session/" + id });
  res.end(pc.localDescription.sdp);
}

const server = http.createServer((req, res) => {
  tell({ method: req.method, path: req.url, authorization: req.headers.authorization ?? "" });
  if (req.method === "POST") {
    publish(req, res).catch((e) => { res.writeHead(400); res.end(String(e)); });
    return;
  }
  const pc = sessions.get(req.url.split("/").pop());
  if (req.method === "DELETE" && pc) pc.close();
  res.writeHead(req.method === "DELETE" && pc ? 200 : 404);
  res.end();
});
server.listen(0, "127.0.0.1", () => tell({ address: `127.0.0.1:${server.address().port}` }));
