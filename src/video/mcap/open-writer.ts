import { McapWriter } from "@mcap/core";
import type { DiskFile } from "../output/disk-file.js";

/** Begins an MCAP file in chunks of 1 MiB with an index at its end. Chunks are not packed: what is large in them is already. */
export async function openMcapWriter(file: DiskFile): Promise<McapWriter> {
  let position = 0n;
  const writer = new McapWriter({
    writable: {
      position: () => position,
      write: (buffer) => {
        position += BigInt(buffer.byteLength);
        // The writer uses its buffer again at once.
        return file.writeThrough(buffer);
      },
    },
  });
  await writer.start({ profile: "", library: "mavseg" });
  return writer;
}
