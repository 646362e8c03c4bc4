// Every word that the pages show.

const en = {
  all: "All streams",
  streams: "On air",
  none: "Nobody is broadcasting right now. This page updates by itself.",
  live: "LIVE",
  offline: "OFFLINE",
  connecting: "Connecting",
  waiting: "The broadcast has not started yet",
  waitingDetail: "It will play here as soon as it does.",
  away: "The broadcast is away",
  awayDetail: "It will go on here when it is back.",
  unreachable: "The server cannot be reached",
  unreachableDetail: "Trying again.",
  unplayable: "This browser cannot play the stream",
  unplayableDetail: "It has neither WebRTC nor Media Source Extensions with H.264.",
  play: "Click to play",
  unmute: "Click for sound",
  mute: "Mute",
  sound: "Sound on",
  volume: "Volume",
  full: "Full screen",
  latency: "Delay",
  picture: "Picture",
  bitrate: "Bitrate",
  protocol: "Over",
  bFrames: "This stream has B-frames, which WebRTC cannot carry: it plays over HLS, a few seconds behind.",
  noSound: "WebRTC carries only the picture of this stream. Sound needs HLS, which is a few seconds behind:",
  useHls: "play with sound",
  viewers: (n: number) => (n === 1 ? "1 watching" : `${n} watching`),
};

const zh: typeof en = {
  all: "全部直播",
  streams: "正在直播",
  none: "现在没有人在直播。本页会自动更新。",
  live: "直播",
  offline: "未开播",
  connecting: "正在连接",
  waiting: "直播还没有开始",
  waitingDetail: "开始后会在这里自动播放。",
  away: "直播暂时中断",
  awayDetail: "恢复后会在这里继续播放。",
  unreachable: "无法连接服务器",
  unreachableDetail: "正在重试。",
  unplayable: "此浏览器无法播放该直播",
  unplayableDetail: "它既不支持 WebRTC，也不支持 H.264 的媒体源扩展。",
  play: "点击播放",
  unmute: "点击打开声音",
  mute: "静音",
  sound: "打开声音",
  volume: "音量",
  full: "全屏",
  latency: "延迟",
  picture: "画面",
  bitrate: "码率",
  protocol: "方式",
  bFrames: "该直播含有 B 帧，WebRTC 无法传输，现通过 HLS 播放，会有几秒延迟。",
  noSound: "WebRTC 只能播放该直播的画面。听声音需要使用 HLS，会有几秒延迟：",
  useHls: "带声音播放",
  viewers: (n: number) => `${n} 人在看`,
};

const chinese = navigator.language.toLowerCase().startsWith("zh");

export const text = chinese ? zh : en;

// translate fills in the words of the page itself.
export function translate(): void {
  document.documentElement.lang = chinese ? "zh-CN" : "en";
  for (const e of document.querySelectorAll<HTMLElement>("[data-text]")) {
    e.textContent = text[e.dataset.text as keyof typeof en] as string;
  }
  for (const e of document.querySelectorAll<HTMLElement>("[data-label]")) {
    label(e, text[e.dataset.label as keyof typeof en] as string);
  }
}

// label names an element for the eye that hovers and for screen readers.
export function label(e: HTMLElement, words: string): void {
  e.title = words;
  e.setAttribute("aria-label", words);
}
