import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs-node";
import { MavsegError } from "../../errors.js";
import type { Net } from "../../nets/net.js";
import { loadCheckpoint } from "../checkpoint.js";
import type { Batch } from "../data/batch-messages.js";
import { RunFolder, type RunInfo } from "../run-folder.js";
import type { Tf } from "../tensorflow/load.js";
import type { Ops } from "../tensorflow/ops.js";
import { type ParameterTensors, runNet } from "./run-net.js";
import { parameterTensors } from "./trainer-step.js";

/** A trained net whose answers another one learns from. */
export class Teacher {
  readonly #tensors: ReadonlyMap<string, Tensor4D | Tensor1D>;

  private constructor(
    private readonly tf: Tf,
    private readonly ops: Ops,
    private readonly net: Net,
    tensors: ReadonlyMap<string, Tensor4D | Tensor1D>,
  ) {
    this.#tensors = tensors;
  }

  /**
   * Opens a run's best checkpoint as a teacher.
   * @param student run that learns from it
   * @param outputStride of the student's net
   * @throws MavsegError `RUN_INVALID`; `USAGE` for a teacher of other classes, other input or another output size
   */
  static async open(tf: Tf, ops: Ops, dir: string, student: RunInfo, outputStride: number): Promise<Teacher> {
    const folder = new RunFolder(dir);
    const info = await folder.readInfo();
    const { net, layout, checkpoint } = await loadCheckpoint(folder.bestCheckpoint);
    checkFits("the classes", classesOf(student), classesOf(info));
    checkFits("the normalisation", JSON.stringify(student.normalisation), JSON.stringify(info.normalisation));
    checkFits("the output stride", String(outputStride), String(net.outputStride));
    return new Teacher(tf, ops, net, parameterTensors(tf, layout, checkpoint.average));
  }

  /** @returns logits `[cells, classes]` of a batch's crops */
  logits(batch: Batch): Float32Array {
    const { tf, ops, net } = this;
    const logits = tf.tidy(() => {
      const images = tf.tensor4d(batch.images, [batch.size, batch.height, batch.width, net.inputChannels]);
      return runNet(tf, ops, net, this.#tensors as ParameterTensors, images);
    });
    // Read outside of tidy, which walks every element of an array that is returned from it.
    const values = logits.dataSync() as Float32Array;
    logits.dispose();
    return values;
  }

  dispose(): void {
    this.tf.dispose([...this.#tensors.values()]);
  }
}

function classesOf({ dataset }: RunInfo): string {
  return dataset.classes.map(({ name }) => name).join(", ");
}

function checkFits(what: string, expected: string, actual: string): void {
  if (expected === actual) return;
  throw new MavsegError("USAGE", {
    expected: `a teacher with ${what} of the net that learns from it: ${expected}`,
    actual,
    hint: "Train the teacher on the same data, with the same --colour.",
  });
}
