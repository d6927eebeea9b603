import type { InferenceSession, InferenceSessionHandler, OnnxValue, Tensor } from "onnxruntime-common";
import { toMavsegError } from "../engine/native/addon-error.js";
import { optionInvalid, tensorInvalid } from "./backend-errors.js";
import { elementByCode, viewElements } from "./element-types.js";
import type { NativeSession, ProducedTensor, RunSettings, TensorPlace, ValueInfo } from "./native-session.js";
import { readRunOptions } from "./session-options.js";
import { ShapeMemory } from "./shape-memory.js";
import { placeFor, placeOf } from "./tensor-places.js";

interface Fetch {
  readonly name: string;
  readonly index: number;
  /** The tensor that is to be written; null for a new one. */
  readonly given: OnnxValue | null;
  /** Undefined where onnxruntime is to make the tensor. */
  readonly place: TensorPlace | undefined;
}

/** A session behind onnxruntime-common's `InferenceSession`. */
export class SessionHandler implements InferenceSessionHandler {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly InferenceSession.ValueMetadata[];
  readonly outputMetadata: readonly InferenceSession.ValueMetadata[];
  readonly #session: NativeSession;
  readonly #inputs: readonly ValueInfo[];
  readonly #outputs: readonly ValueInfo[];
  readonly #shapes = new ShapeMemory();

  constructor(session: NativeSession, inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]) {
    this.#session = session;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.inputNames = inputs.map(({ name }) => name);
    this.outputNames = outputs.map(({ name }) => name);
    this.inputMetadata = inputs.map(metadataOf);
    this.outputMetadata = outputs.map(metadataOf);
  }

  /**
   * Runs behind the runs that were asked for before. Tensors are read and written in place: they must stay unchanged, and
   * their buffers untransferred, until the promise settles.
   * @throws MavsegError `ONNX_TENSOR_INVALID`, `ONNX_OPTION_INVALID`, `ONNX_RUN_FAILED`, `ONNX_SESSION_RELEASED`
   */
  async run(
    feeds: Readonly<Record<string, OnnxValue>>,
    fetches: Readonly<Record<string, OnnxValue | null>>,
    options: InferenceSession.RunOptions,
  ): Promise<Record<string, OnnxValue>> {
    const settings = readRunOptions(options);
    const placed = this.#inputs.map((info, index) => placeOf(feeds[info.name]!, info, index));
    const planned = this.#planFetches(placed, fetches);
    try {
      return await this.#runPlanned(placed, planned, settings);
    } catch (cause) {
      const error = toMavsegError(cause, {});
      const isGuessed = planned.some(({ given, place }) => given === null && place !== undefined);
      if (!isGuessed || error.code !== "ONNX_RUN_FAILED" || settings.isTerminated) throw error;
    }
    // It may have been the guess of the outputs' dims that was wrong.
    return this.#runUnguessed(placed, planned, settings);
  }

  async dispose(): Promise<void> {
    await this.#session.close();
  }

  startProfiling(): void {
    throw optionInvalid("a backend with profiling", "startProfiling() on mavseg");
  }

  endProfiling(): void {
    throw optionInvalid("a backend with profiling", "endProfiling() on mavseg");
  }

  #planFetches(
    feeds: readonly TensorPlace[],
    fetches: Readonly<Record<string, OnnxValue | null>>,
  ): readonly Fetch[] {
    return Object.entries(fetches).map(([name, given]) => {
      const index = this.outputNames.indexOf(name);
      const info = this.#outputs[index]!;
      const type = elementByCode(info.element);
      if (type === undefined) throw tensorInvalid(`${name} to be a tensor`, `element type ${info.element}`);
      if (given !== null) {
        const place = placeOf(given, info, index);
        return { name, index, given, place: this.#isWrittenInPlace(info) ? place : undefined };
      }
      const dims = this.#shapes.recall(feeds, index);
      return { name, index, given, place: dims && placeFor(index, type, dims) };
    });
  }

  /** onnxruntime hands an input that is an output as well through, without writing into the memory given for it. */
  #isWrittenInPlace({ name, element }: ValueInfo): boolean {
    return elementByCode(element)?.name !== "string" && !this.inputNames.includes(name);
  }

  async #runUnguessed(
    feeds: readonly TensorPlace[],
    planned: readonly Fetch[],
    settings: RunSettings,
  ): Promise<Record<string, OnnxValue>> {
    const unguessed = planned.map((fetch) => (fetch.given === null ? { ...fetch, place: undefined } : fetch));
    try {
      const results = await this.#runPlanned(feeds, unguessed, settings);
      this.#shapes.distrust();
      return results;
    } catch (cause) {
      throw toMavsegError(cause, {});
    }
  }

  async #runPlanned(
    feeds: readonly TensorPlace[],
    fetches: readonly Fetch[],
    settings: RunSettings,
  ): Promise<Record<string, OnnxValue>> {
    const places = fetches.map(({ index, place }) => place ?? { index });
    const produced = await this.#session.run(feeds, places, settings);
    const results: Record<string, OnnxValue> = {};
    let next = 0;
    for (const { name, index, given, place } of fetches) {
      const tensor = place === undefined ? produced[next++]! : place;
      if (given !== null) {
        if (place === undefined) copyInto(given, tensor, name);
        results[name] = given;
        continue;
      }
      if (place === undefined && this.#isWrittenInPlace(this.#outputs[index]!)) {
        this.#shapes.keep(feeds, index, tensor.dims);
      }
      results[name] = tensorFrom(tensor);
    }
    return results;
  }
}

/** `InferenceSession` makes a `Tensor` of its own copy of onnxruntime-common out of it. */
const bareTensor = (type: Tensor.Type, data: Tensor.DataType, dims: readonly number[]) =>
  ({ type, data, dims: [...dims] }) as unknown as OnnxValue;

function tensorFrom({ element, data, dims }: TensorPlace | ProducedTensor): OnnxValue {
  // The addon refuses types that are not in the table.
  const type = elementByCode(element)!;
  return bareTensor(type.name, Array.isArray(data) ? data : viewElements(type, bufferOf(data)), dims);
}

/** Ours always fill their buffers. */
const bufferOf = (data: ArrayBuffer | TensorPlace["data"]) =>
  (ArrayBuffer.isView(data) ? data.buffer : data) as ArrayBuffer;

/** Elements that could not be written where they were wanted. */
function copyInto(given: OnnxValue, made: TensorPlace | ProducedTensor, name: string): void {
  const target = given as Tensor;
  if (target.dims.join() !== made.dims.join()) {
    throw tensorInvalid(`dims [${made.dims}] for ${name}`, `[${target.dims}]`);
  }
  const source = (tensorFrom(made) as Tensor).data;
  if (Array.isArray(target.data)) target.data.splice(0, target.data.length, ...(source as string[]));
  else (target.data as Uint8Array).set(source as Uint8Array);
}

/** A free size is its name; one without a name is "". */
function metadataOf({ name, element, dims, symbols }: ValueInfo): InferenceSession.ValueMetadata {
  const type = elementByCode(element);
  if (type === undefined) return { name, isTensor: false };
  const shape = dims.map((size, axis) => (size < 0 ? symbols[axis]! : size));
  return { name, isTensor: true, type: type.name, shape };
}
