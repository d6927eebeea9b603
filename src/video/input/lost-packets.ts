/** A packet that was given to the decoder. */
export interface SentPacket {
  readonly pts: bigint;
  /** Where it lies in the file; negative where that is not known. */
  readonly offsetBytes: bigint;
}

/**
 * Finds the packets of which no picture came. Decoders give pictures in the order of their time, so a packet with an
 * earlier time than the picture at hand will not be seen any more. It holds for any number of decoder threads, where an
 * error code would come some packets too late to say which one was meant.
 */
export class LostPackets {
  #pending: SentPacket[] = [];

  sent(packet: SentPacket): void {
    this.#pending.push(packet);
  }

  /** @returns the packets before this picture that are lost, in the order of their time */
  pictureCame(pts: bigint): SentPacket[] {
    const lost = this.#pending.filter((packet) => packet.pts < pts);
    this.#pending = this.#pending.filter((packet) => packet.pts > pts);
    return lost.sort(byTime);
  }

  /** @returns all that are left, at the end of the stream */
  rest(): SentPacket[] {
    return this.#pending.splice(0).sort(byTime);
  }
}

function byTime(first: SentPacket, second: SentPacket): number {
  return first.pts < second.pts ? -1 : first.pts > second.pts ? 1 : 0;
}
