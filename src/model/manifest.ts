import { z } from "zod";
import { defaultColor, IGNORE_INDEX } from "../core/classes.js";
import { MavsegError } from "../errors.js";

const classInfo = z.strictObject({
  id: z.int().min(0).max(254),
  name: z.string().min(1).max(100),
  color: z.string().regex(/^#[0-9a-f]{6}$/i, "a colour like #1f3f8f"),
});

/**
 * The manifest of a model: everything that is needed to get from a camera frame to class ids and that the ONNX
 * graph itself does not say. It lies in the file's `metadata_props` under the key `mavseg`, as JSON.
 */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).max(200),
  /** Class ids 0..n-1 in order; the n-th channel of the logits is class n. */
  classes: z.array(classInfo).min(2).max(255),
  ignoreIndex: z.int().min(0).max(255).default(IGNORE_INDEX),
  input: z.strictObject({
    /** Name of the graph's input. */
    name: z.string().min(1),
    layout: z.enum(["NCHW", "NHWC"]),
    dtype: z.enum(["float32", "float16", "uint8"]),
    /** Order of the channels; `grey` is one channel of luma (ITU-R BT.601, full range). */
    colour: z.enum(["rgb", "bgr", "grey"]),
    /** input = (pixel 0..255 * scale - mean) / std, per channel. */
    scale: z.number().positive(),
    mean: z.array(z.number()),
    std: z.array(z.number().positive()),
    /** How a frame comes to the net's size. `none`: the net takes the frame's own size. */
    resize: z.enum(["none", "stretch", "letterbox", "crop"]),
    /** The net's size in px; null where it is free. */
    size: z.strictObject({ width: z.int().positive(), height: z.int().positive() }).nullable(),
    /** Width and height must be multiples of it; a frame that is not is padded at the right and at the bottom by repeating its last column and row. */
    multipleOf: z.int().min(1).max(256).default(1),
  }),
  output: z.strictObject({
    /** Name of the graph's output. */
    name: z.string().min(1),
    /** `logits`: [N,classes,h,w]; `binary-logit`: [N,1,h,w], class 1 where positive; `class-ids`: [N,h,w] or [N,1,h,w]. */
    kind: z.enum(["logits", "binary-logit", "class-ids"]),
    layout: z.enum(["NCHW", "NHWC"]).default("NCHW"),
    /** Input px per output px. Logits are brought to full size by bilinear interpolation with half-pixel centres. */
    stride: z.int().min(1).max(64),
    /**
     * Per class, background first: a connected region of the class counts only where its logit leads the background's by
     * at least that much somewhere in it (hysteresis thresholding); 0 keeps all. Left out, all regions of all classes are
     * kept. Not for class ids.
     */
    confirmAt: z.array(z.number().min(0).max(100)).optional(),
  }),
  /** Where the weights come from; free text and numbers for people, nothing reads it. */
  training: z.record(z.string(), z.unknown()).optional(),
  /** What the model scored where; free for people, nothing reads it. */
  metrics: z.record(z.string(), z.unknown()).optional(),
});

export type ModelManifest = z.infer<typeof manifestSchema>;

/** Key under which the manifest lies in an ONNX file's `metadata_props`. */
export const MANIFEST_KEY = "mavseg";

/**
 * Checks a manifest that came from a file.
 * @param from named in the error: a path
 * @throws MavsegError `MANIFEST_INVALID` with the first wrong keys
 */
export function parseManifest(value: unknown, from: string): ModelManifest {
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues
      .slice(0, 5)
      .map((issue) => `${issue.path.join(".") || "(top level)"}: ${issue.message}`)
      .join("; ");
    throw new MavsegError("MANIFEST_INVALID", {
      expected: "the keys of docs/models.md",
      actual: `${from}: ${issues}`,
    });
  }
  const manifest = parsed.data;
  const channels = manifest.input.colour === "grey" ? 1 : 3;
  for (const key of ["mean", "std"] as const) {
    if (manifest.input[key].length !== channels) {
      throw new MavsegError("MANIFEST_INVALID", {
        expected: `input.${key} to have ${channels} entries for colour ${manifest.input.colour}`,
        actual: `${from}: ${manifest.input[key].length} entries`,
      });
    }
  }
  manifest.classes.forEach((entry, index) => {
    if (entry.id !== index) {
      throw new MavsegError("MANIFEST_INVALID", {
        expected: "classes in order with ids 0, 1, 2, ...",
        actual: `${from}: id ${entry.id} at place ${index}`,
      });
    }
  });
  checkConfirmAt(manifest, from);
  if (manifest.input.resize !== "none" && manifest.input.size === null) {
    throw new MavsegError("MANIFEST_INVALID", {
      expected: `input.size for input.resize ${manifest.input.resize}`,
      actual: `${from}: input.size is null`,
    });
  }
  return manifest;
}

function checkConfirmAt({ output, classes }: ModelManifest, from: string): void {
  const { confirmAt, kind } = output;
  if (confirmAt === undefined) return;
  if (kind === "class-ids") {
    throw new MavsegError("MANIFEST_INVALID", {
      expected: "output.confirmAt only for outputs with scores",
      actual: `${from}: output.kind is class-ids`,
    });
  }
  if (confirmAt.length !== classes.length) {
    throw new MavsegError("MANIFEST_INVALID", {
      expected: `output.confirmAt to have ${classes.length} entries, one per class`,
      actual: `${from}: ${confirmAt.length} entries`,
    });
  }
}

/** Names and colours for a model that says nothing of its classes. */
export function placeholderClasses(count: number): ModelManifest["classes"] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    name: id === 0 ? "background" : `class${id}`,
    color: defaultColor(id),
  }));
}
