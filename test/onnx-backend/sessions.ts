// onnxruntime-node comes first: so it keeps the name "cpu" in its own copy of onnxruntime-common and can be compared with.
import * as node from "onnxruntime-node";
import "../../src/onnx-backend/index.js";
import { InferenceSession, Tensor } from "onnxruntime-common";
import type { OnnxModel } from "../../src/model/onnx-model.js";
import { encodeModel } from "../../src/model/onnx-proto.js";

/** Opens sessions on this backend and on onnxruntime-node, and releases them all at the end. */
export class Sessions {
  readonly #open: { release(): Promise<void> }[] = [];

  async start(
    model: OnnxModel | Uint8Array,
    options: InferenceSession.SessionOptions = {},
  ): Promise<InferenceSession> {
    const session = await InferenceSession.create(bytesOf(model), {
      executionProviders: ["mavseg"],
      intraOpNumThreads: 1,
      ...options,
    });
    this.#open.push(session);
    return session;
  }

  async startReference(model: OnnxModel | Uint8Array): Promise<node.InferenceSession> {
    const options = { executionProviders: ["cpu"], intraOpNumThreads: 1 };
    const session = await node.InferenceSession.create(bytesOf(model), options);
    const { handler } = session as unknown as { handler: object };
    if (handler.constructor.name !== "OnnxruntimeSessionHandler") {
      throw new Error(`the reference runs on ${handler.constructor.name}`);
    }
    this.#open.push(session);
    return session;
  }

  async releaseAll(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((session) => session.release()));
  }
}

const bytesOf = (model: OnnxModel | Uint8Array) => (model instanceof Uint8Array ? model : encodeModel(model));

/** The same tensor for onnxruntime-node, whose `Tensor` is another class. */
export const referenceTensor = ({ type, data, dims }: Tensor) =>
  new node.Tensor(type, data as Float32Array, dims) as unknown as node.Tensor;

export const floats = (values: readonly number[], dims: readonly number[] = [values.length]) =>
  new Tensor("float32", Float32Array.from(values), dims);
