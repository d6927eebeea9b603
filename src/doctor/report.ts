import { z } from "zod";
import { loadSchema } from "../machine/load.js";
import { machineSchema } from "../machine/machine.js";
import { powerSchema } from "../machine/power-rails.js";
import { temperaturesSchema } from "../machine/temperatures.js";
import { throttlingSchema } from "../machine/throttling.js";
import { checkSchema } from "./check.js";
import { selfTestSchema } from "./self-test.js";

const onnxruntimeSchema = z.object({
  file: z.string(),
  release: z.string(),
  /** By onnxruntime's names; those of CUDA and TensorRT also need files beside the library. */
  providers: z.array(z.string()).readonly(),
  devices: z
    .array(
      z.object({
        provider: z.string(),
        providerVendor: z.string(),
        type: z.enum(["cpu", "gpu", "npu"]),
        vendor: z.string(),
        vendorId: z.number(),
        deviceId: z.number(),
      }),
    )
    .readonly(),
});

/** What `mavseg doctor --json` prints. Keys are added only; a change of meaning gets another version. */
export const doctorReportSchema = z.object({
  version: z.literal(1),
  /** ISO 8601. */
  at: z.string(),
  machine: machineSchema,
  temperatures: temperaturesSchema,
  throttling: throttlingSchema,
  power: powerSchema,
  load: loadSchema,
  /** Null where it cannot be used. */
  onnxruntime: onnxruntimeSchema.nullable(),
  /** The model of the self-tests; null where it cannot be loaded. */
  model: z.object({ name: z.string(), path: z.string(), sha256: z.string() }).nullable(),
  /** Those that came to an end, in the order in which they ran. */
  selfTests: z.array(selfTestSchema),
  checks: z.array(checkSchema),
  /** How many checks are wrong. */
  wrong: z.int(),
});
export type DoctorReport = z.infer<typeof doctorReportSchema>;
