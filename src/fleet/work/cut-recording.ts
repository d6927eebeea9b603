import type { Damage, Recording } from "../../video/recording.js";
import type { Cut } from "../task.js";

/** Pictures are brought to it while a recording is cut: only which ones come matters, not what they show. */
export const CUTTING_SIZE_PX = { width: 16, height: 16 } as const;

/**
 * Finds where one machine would end its chunks, by decoding the recording once. Each place is given when it is found, so
 * that others can begin with the chunk.
 * @throws MavsegError `INPUT_UNREADABLE`
 */
export async function* cutRecording(recording: Recording, chunkFrames: number): AsyncGenerator<Cut> {
  let index = 0;
  let after = null as Cut["after"];
  let last: Cut["last"] = null;
  let frames = 0;
  let damage: Damage[] = [];
  for await (const item of recording.items()) {
    if (item.kind === "damage") {
      damage.push(item);
      continue;
    }
    item.release();
    last = { seq: item.frame.seq, ticks: item.ticks.toString() };
    if (++frames < chunkFrames) continue;
    yield { index: index++, after, frames, last, damage, isLast: false };
    after = { ...last, hasDamage: after?.hasDamage === true || damage.length > 0 };
    frames = 0;
    damage = [];
  }
  yield { index, after, frames, last, damage, isLast: true };
}
