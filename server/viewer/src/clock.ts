// How far the server's clock is ahead of ours, from a few exchanges as in NTP (RFC 5905 section 8): the quickest of them
// is the least wrong, by half its round trip at most.

const KEPT = 16; // exchanges; clocks drift apart, so the old ones go
const USELESS = 200; // ms that the offset may be wrong by, beyond which it is worth nothing

interface Exchange {
  offset: number; // ms
  trip: number; // ms
}

export class Clock {
  trip: number | undefined; // of the newest exchange, in ms

  private exchanges: Exchange[] = [];

  // note takes one: t0 and t3 by our clock, t1 and t2 by the server's, in ms of Unix time.
  note(t0: number, t1: number, t2: number, t3: number): void {
    this.trip = Math.max(0, t3 - t0 - (t2 - t1));
    this.exchanges.push({ offset: (t1 - t0 + (t2 - t3)) / 2, trip: this.trip });
    if (this.exchanges.length > KEPT) this.exchanges.shift();
  }

  // offset returns how many ms the server's clock is ahead; undefined when that is not known.
  offset(): number | undefined {
    const best = this.best();
    return best && best.trip / 2 <= USELESS ? best.offset : undefined;
  }

  // wrong returns by how many ms the offset can be wrong at most; undefined before the first exchange.
  wrong(): number | undefined {
    const best = this.best();
    return best && best.trip / 2;
  }

  private best(): Exchange | undefined {
    return this.exchanges.reduce<Exchange | undefined>((a, b) => (a && a.trip <= b.trip ? a : b), undefined);
  }
}

// now returns our own Unix time in milliseconds, finely.
export function now(): number {
  return performance.timeOrigin + performance.now();
}
