// What the watch page needs of a way to play.
export interface Player {
  readonly protocol: "webrtc" | "hls";
  // session is the name the server knows this viewer by.
  readonly session: string;
  // failed resolves when playing cannot go on.
  readonly failed: Promise<Error>;
  // bytes returns how many bytes of media have come so far.
  bytes(): Promise<number>;
  // captured returns when the picture now on show was taken, in the server's Unix milliseconds, where the player
  // itself knows it.
  captured(): number | undefined;
  stop(): void;
}
