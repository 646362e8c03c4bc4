// What the peers on werift, a WebRTC in TypeScript, have in common: connections for H.264 and Opus, and one JSON object a
// line on stdout for each thing that happens.
import {
  RTCPeerConnection, RTCRtpCodecParameters, usePLI, useNACK, useTWCC, useSdesMid,
} from "werift";

export const tell = (event) => process.stdout.write(JSON.stringify(event) + "\n");

export function connect() {
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

export function receive(track) {
  track.onReceiveRtp.subscribe((p) => tell({
    kind: track.kind, sequence: p.header.sequenceNumber, timestamp: p.header.timestamp, marker: p.header.marker,
    size: p.serializeSize, payload: p.payload.toString("base64"),
  }));
  track.onReceiveRtcp.subscribe((p) => {
    if (p.senderInfo) tell({ kind: track.kind, report: true, ntp: p.senderInfo.ntpTimestamp.toString(), timestamp: p.senderInfo.rtpTimestamp });
  });
}
