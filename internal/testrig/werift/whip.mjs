// A WHIP endpoint (RFC 9725), whose first line on stdout has its address.
import http from "node:http";
import { randomUUID } from "node:crypto";
import { connect, receive, tell } from "./peer.mjs";

const sessions = new Map();

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
