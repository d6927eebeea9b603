/** A packet that was given to the decoder. */
export interface SentPacket {
  readonly pts: bigint;
  /** Where it lies in the file; negative where that is not known. */
  readonly offsetBytes: bigint;
  /** Whether the file's own checks say that parts of it are missing. */
  readonly isCorrupt: boolean;
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

  /** @returns the packets before this picture that are lost, in the order of their time, and the picture's own */
  pictureCame(pts: bigint): { readonly lost: SentPacket[]; readonly own: SentPacket | undefined } {
    const lost = this.#pending.filter((packet) => packet.pts < pts);
    const own = this.#pending.find((packet) => packet.pts === pts);
    this.#pending = this.#pending.filter((packet) => packet.pts > pts);
    return { lost: lost.sort(byTime), own };
  }

  /** @returns all that are left, at the end of the stream */
  rest(): SentPacket[] {
    return this.#pending.splice(0).sort(byTime);
  }
}

function byTime(first: SentPacket, second: SentPacket): number {
  return first.pts < second.pts ? -1 : first.pts > second.pts ? 1 : 0;
}
