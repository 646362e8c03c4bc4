// A line of the last minute, drawn small.

const SECONDS = 60;

export class Spark {
  readonly canvas = document.createElement("canvas");

  private values: (number | undefined)[] = [];

  // floor is the least that the top of the chart stands for, so that noise does not look like mountains.
  constructor(private floor: number) {
    this.canvas.setAttribute("aria-hidden", "true"); // the figure beside it says the same
  }

  push(value: number | undefined): void {
    if (this.values.push(value) > SECONDS) this.values.shift();
    this.draw();
  }

  // top returns what the upper edge of the chart stands for.
  top(): number {
    return Math.max(this.floor, ...this.values.map((v) => v ?? 0)) * 1.1;
  }

  draw(): void {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    const pen = this.canvas.getContext("2d");
    if (!pen || w === 0) return; // not on show
    [this.canvas.width, this.canvas.height] = [w * devicePixelRatio, h * devicePixelRatio];
    pen.scale(devicePixelRatio, devicePixelRatio);
    const style = getComputedStyle(this.canvas);
    this.grid(pen, w, h, style.getPropertyValue("border-bottom-color"));
    for (const run of this.runs(w, h)) stroke(pen, run, h, style.color);
  }

  private grid(pen: CanvasRenderingContext2D, w: number, h: number, colour: string): void {
    pen.fillStyle = colour;
    for (let i = 1; i < 4; i++) pen.fillRect(Math.round((w * i) / 4), 0, 1, h);
  }

  // runs returns the points of each stretch without a gap; the newest is at the right edge.
  private runs(w: number, h: number): [number, number][][] {
    const top = this.top();
    const runs: [number, number][][] = [[]];
    this.values.forEach((v, i) => {
      if (v === undefined) return void runs.push([]);
      const x = w - ((this.values.length - 1 - i) * w) / (SECONDS - 1);
      runs.at(-1)!.push([x, h - 1 - (Math.max(0, v) / top) * (h - 2)]);
    });
    return runs.filter((run) => run.length > 0);
  }
}

function stroke(pen: CanvasRenderingContext2D, run: [number, number][], h: number, colour: string): void {
  pen.beginPath();
  for (const [x, y] of run) pen.lineTo(x, y);
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = 1.5;
  pen.lineJoin = "round";
  pen.stroke();
  pen.lineTo(run.at(-1)![0], h);
  pen.lineTo(run[0]![0], h);
  pen.globalAlpha = 0.14;
  pen.fill();
  pen.globalAlpha = 1;
}
