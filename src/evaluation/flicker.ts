/**
 * Share of px whose class changes from a frame to the next one although their label stays the same. Px with the ignore
 * value in the label count neither way.
 */
export class Flicker {
  #same = 0;
  #changed = 0;

  constructor(readonly ignoreIndex: number) {}

  /**
   * Adds a pair of neighbours, of one size.
   * @param label class ids per px, as are the others
   */
  add(label: Uint8Array, labelBefore: Uint8Array, mask: Uint8Array, maskBefore: Uint8Array): void {
    const { ignoreIndex } = this;
    let same = 0;
    let changed = 0;
    for (let px = 0; px < label.length; px++) {
      if (label[px] !== labelBefore[px] || label[px] === ignoreIndex) continue;
      same++;
      if (mask[px] !== maskBefore[px]) changed++;
    }
    this.#same += same;
    this.#changed += changed;
  }

  /** Adds what another one counted. */
  merge(other: Flicker): void {
    this.#same += other.#same;
    this.#changed += other.#changed;
  }

  /** 0..1; null where no two frames were compared. */
  share(): number | null {
    return this.#same === 0 ? null : this.#changed / this.#same;
  }
}
