import { z } from "zod";
import { PROTOCOLS } from "../transport/frame-source.js";
import { MAX_TOPIC_BYTES } from "../transport/message-header.js";

/** Options that several commands share, as zod checks them. */
export const topicOption = z
  .string()
  .refine((topic) => Buffer.byteLength(topic) <= MAX_TOPIC_BYTES, `at most ${MAX_TOPIC_BYTES} bytes`);
export const protocolOption = z.enum(PROTOCOLS).default("mavseg");
export const countOption = z.int().min(1).optional();
export const jsonOption = z.boolean().default(false);

/** Topic of camera frames and of masks, when nothing is said. */
export const FRAMES_TOPIC = "frames";
export const MASKS_TOPIC = "masks";

export const ADDRESS_HELP = `
Addresses are tcp://host:port, ipc://path or inproc://name. --source connects and --publish binds, unless @ (bind)
or > (connect, to be quoted in a shell) stands before the address.`;
