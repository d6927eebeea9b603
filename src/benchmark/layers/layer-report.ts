import { z } from "zod";

export const rooflineSchema = z.object({
  /** Multiply-accumulates of float32 per second, the most that a matrix product of this runtime reached. */
  macsPerSecond: z.number(),
  /** Read and written by an element-wise operator, for working sets of growing size: caches first, then memory. */
  bandwidths: z.array(z.object({ workingSetBytes: z.number(), bytesPerSecond: z.number() })),
});
/** What the machine can do at most, measured with the same runtime and threads as the net. */
export type Roofline = z.infer<typeof rooflineSchema>;

export const layerSchema = z.object({
  /** As in the graph that onnxruntime made of the model; fused nodes carry the name of one of their parts. */
  name: z.string(),
  opType: z.string(),
  medianMs: z.number(),
  /** Of the sum of all layers, 0..1. */
  timeShare: z.number(),
  /** Multiply-accumulates that the net asks for; 0 for operators that have none. */
  macs: z.number(),
  /** Inputs, parameters and outputs, each moved once, with the channels that onnxruntime adds to fill its vectors. */
  bytes: z.number(),
  /** Least time that the roofline allows. */
  rooflineMs: z.number(),
  /** `rooflineMs` of `medianMs`: 1 is as fast as this machine can. */
  rooflineShare: z.number(),
});
export type Layer = z.infer<typeof layerSchema>;

export const layersSchema = z.object({
  runs: z.int(),
  threads: z.int(),
  /** The nodes are timed in onnxruntime-node's own release, whatever --ort-library the row ran with. */
  ortRelease: z.string(),
  roofline: rooflineSchema,
  /** In the order in which they run. */
  layers: z.array(layerSchema),
  /** Sum of the layers' medians; the profiler's own work is in it. */
  sumMs: z.number(),
  macs: z.number(),
  bytes: z.number(),
});
export type Layers = z.infer<typeof layersSchema>;
