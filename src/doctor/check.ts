import { z } from "zod";

/** `ok`: as it should be. `note`: good to know, nothing is broken. `wrong`: something needed does not work. */
export const CHECK_STATES = ["ok", "note", "wrong"] as const;

export const checkSchema = z.object({
  /** Stays the same over releases: `addon`, `self-test-webgpu`. */
  id: z.string(),
  /** For people, a few words. */
  name: z.string(),
  state: z.enum(CHECK_STATES),
  /** What was found, in one line. */
  found: z.string(),
  /** The command that mends it, or that brings more where nothing is broken; null where there is nothing to do. */
  mend: z.string().nullable(),
});
export type Check = z.infer<typeof checkSchema>;

type Finding = (id: string, name: string, found: string, mend?: string | null) => Check;

export const ok: Finding = (id, name, found, mend = null) => ({ id, name, state: "ok", found, mend });
export const note: Finding = (id, name, found, mend = null) => ({ id, name, state: "note", found, mend });
export const wrong: Finding = (id, name, found, mend = null) => ({ id, name, state: "wrong", found, mend });
