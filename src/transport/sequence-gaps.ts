/** Cameras that are followed at a time. A bound, so that senders with ever new names cannot fill the memory. */
const MAX_CAMERAS = 256;

/** Finds messages that were lost on the way by the gaps in each camera's running number. */
export class SequenceGaps {
  readonly #last = new Map<string, number>();

  /**
   * @returns how many messages are missing between the camera's last one and this one; 0 for the first one, and when
   *   the number goes back or stays: then the sender was restarted
   */
  track(frameId: string, seq: number): number {
    const last = this.#last.get(frameId);
    if (last === undefined && this.#last.size >= MAX_CAMERAS) {
      // Maps keep the order of insertion: the first key is the camera that was met first.
      this.#last.delete(this.#last.keys().next().value as string);
    }
    this.#last.set(frameId, seq);
    return last === undefined || seq <= last ? 0 : seq - last - 1;
  }
}
