/** How much of a picture a class covers, 0..1, and where its middle lies, 0..1 of width and height. */
export interface ClassShare {
  readonly class: number;
  readonly share: number;
  readonly x: number;
  readonly y: number;
}

/** Pictures that follow each other, taken together. */
export interface CurvePoint {
  readonly timeS: number;
  readonly meanShare: number;
  readonly maxShare: number;
  /** Mean place of the pictures that show the class; undefined where none does. */
  readonly place: readonly [x: number, y: number] | undefined;
}

/** More points than px on the page only make the file large. */
const MOST_POINTS = 600;

class Bin {
  pictures = 0;
  timeS = 0;
  readonly sums: Float64Array;
  readonly most: Float64Array;
  readonly seen: Float64Array;
  readonly sumX: Float64Array;
  readonly sumY: Float64Array;

  constructor(classCount: number) {
    this.sums = new Float64Array(classCount);
    this.most = new Float64Array(classCount);
    this.seen = new Float64Array(classCount);
    this.sumX = new Float64Array(classCount);
    this.sumY = new Float64Array(classCount);
  }

  add(timeS: number, shares: readonly ClassShare[]): void {
    this.pictures++;
    this.timeS += timeS;
    for (const { class: id, share, x, y } of shares) {
      this.sums[id]! += share;
      this.most[id] = Math.max(this.most[id] as number, share);
      this.seen[id]!++;
      this.sumX[id]! += x;
      this.sumY[id]! += y;
    }
  }

  merge(other: Bin): void {
    this.pictures += other.pictures;
    this.timeS += other.timeS;
    for (let id = 0; id < this.sums.length; id++) {
      this.sums[id]! += other.sums[id] as number;
      this.most[id] = Math.max(this.most[id] as number, other.most[id] as number);
      this.seen[id]! += other.seen[id] as number;
      this.sumX[id]! += other.sumX[id] as number;
      this.sumY[id]! += other.sumY[id] as number;
    }
  }
}

/** What each class does over a flight of any length, in memory of a fixed size: neighbours are merged as it grows. */
export class FlightCurves {
  readonly #classCount: number;
  #bins: Bin[] = [];
  #picturesPerBin = 1;
  pictures = 0;
  /** Time of the last picture. */
  seconds = 0;

  constructor(classCount: number) {
    this.#classCount = classCount;
  }

  /** @param shares of the classes that the picture shows */
  add(timeS: number, shares: readonly ClassShare[]): void {
    let bin = this.#bins.at(-1);
    if (bin === undefined || bin.pictures >= this.#picturesPerBin) {
      if (this.#bins.length === MOST_POINTS) this.#halve();
      bin = new Bin(this.#classCount);
      this.#bins.push(bin);
    }
    bin.add(timeS, shares);
    this.pictures++;
    this.seconds = timeS;
  }

  of(id: number): CurvePoint[] {
    return this.#bins.map(({ pictures, timeS, sums, most, seen, sumX, sumY }) => {
      const count = seen[id] as number;
      const place = count === 0 ? undefined : ([sumX[id]! / count, sumY[id]! / count] as const);
      return {
        timeS: timeS / pictures,
        meanShare: sums[id]! / pictures,
        maxShare: most[id] as number,
        place,
      };
    });
  }

  /** Share of the pictures that show the class, and of the flight's pixels that are of it. */
  total(id: number): { readonly seenIn: number; readonly meanShare: number } {
    const sum = (values: (bin: Bin) => number) => this.#bins.reduce((total, bin) => total + values(bin), 0);
    const pictures = Math.max(1, this.pictures);
    return {
      seenIn: sum(({ seen }) => seen[id] as number) / pictures,
      meanShare: sum(({ sums }) => sums[id] as number) / pictures,
    };
  }

  #halve(): void {
    this.#picturesPerBin *= 2;
    this.#bins = this.#bins.flatMap((bin, index) => {
      if (index % 2 === 1) return [];
      const next = this.#bins[index + 1];
      if (next !== undefined) bin.merge(next);
      return [bin];
    });
  }
}
