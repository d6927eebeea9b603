/**
 * The one table of errors. Every failure that a user can meet has a code here, with a sentence that says what is
 * wrong and a hint that says what to do; the place that throws adds what was expected and what came.
 * docs/errors.md explains each code, and a test holds the two against each other.
 */
export const ERRORS = {
  USAGE: {
    summary: "The command line is not usable as it is.",
    hint: "See `mavseg --help` or `mavseg <command> --help`.",
    exitCode: 2,
  },
  MODEL_NOT_FOUND: {
    summary: "There is no such model.",
    hint: "Give the path of an .onnx file, a folder with model.onnx, or the name of a folder in models/.",
    exitCode: 2,
  },
  MODEL_CORRUPT: {
    summary: "The model file is not a readable ONNX file.",
    hint: "Export or copy the file again and compare its sha256.",
    exitCode: 1,
  },
  MODEL_NOT_SEGMENTATION: {
    summary: "The model's inputs and outputs are not those of a segmentation net.",
    hint: "Expected is one image input [N,C,H,W] or [N,H,W,C] and one output of logits or class ids.",
    exitCode: 1,
  },
  MANIFEST_INVALID: {
    summary: "The model's manifest is not valid.",
    hint: "docs/models.md lists every key of the manifest.",
    exitCode: 2,
  },
  MANIFEST_INCOMPLETE: {
    summary: "The model does not say everything that is needed to run it.",
    hint: "Give the missing keys with --manifest file.json; docs/models.md has an example.",
    exitCode: 2,
  },
  DATASET_INVALID: {
    summary: "The labelled data has faults.",
    hint: "Mend or remove the files that are named; docs/training.md describes the layout.",
    exitCode: 2,
  },
  DATASET_EMPTY: {
    summary: "The data set holds no labelled frames.",
    hint: "Expected is <dir>/<split>/images/*.jpg|png with <dir>/<split>/labels/*.png of the same name.",
    exitCode: 2,
  },
  FRAME_INVALID: {
    summary: "The frame's data does not fit its description.",
    hint: "docs/wire-format.md says how width, height, step, encoding and payload hang together.",
    exitCode: 1,
  },
  FRAME_UNDECODABLE: {
    summary: "The compressed frame cannot be decoded.",
    hint: "Check the camera's encoder and that messages arrive whole.",
    exitCode: 1,
  },
  OUTPUT_UNWRITABLE: {
    summary: "The output cannot be written.",
    hint: "Check that the folder exists, is writable and has space left.",
    exitCode: 1,
  },
  OUTPUT_EXISTS: {
    summary: "The output is there already.",
    hint: "Give another folder, or --force where the command takes it to replace its own earlier output.",
    exitCode: 2,
  },
  STAGE_DIED: {
    summary: "A process of the demo ended before its work was done.",
    hint: "The last lines of its log, above, say why.",
    exitCode: 1,
  },
  STREAM_BROKEN: {
    summary: "A process of the measured stream ended before its time.",
    hint: "Its last words, above, say why; run the command by hand to see its whole log.",
    exitCode: 1,
  },
  INPUT_UNREADABLE: {
    summary: "The input cannot be read.",
    hint: "Check the path and its permissions.",
    exitCode: 2,
  },
  EXPORT_MISMATCH: {
    summary: "The exported model does not compute what the trained net computes.",
    hint: "Nothing was written. Please report this with the run's folder.",
    exitCode: 1,
  },
  TRAINING_NOT_INSTALLED: {
    summary: "Training needs TensorFlow's library, which is not set up.",
    hint: "Run `npm run setup:training` once; the run side does not need it.",
    exitCode: 1,
  },
  REPORT_INVALID: {
    summary: "The file is not a report that can be compared.",
    hint: "Give two files that `mavseg bench --json FILE` wrote; docs/benchmark.md describes them.",
    exitCode: 2,
  },
  RUN_INVALID: {
    summary: "The folder is not a usable training run.",
    hint: "Give the folder that `mavseg train --out` wrote.",
    exitCode: 2,
  },
  TRAINING_DIVERGED: {
    summary: "The loss is no longer a number.",
    hint: "Lower --learning-rate; the last good checkpoint is kept and `--resume` goes on from it.",
    exitCode: 1,
  },
  MESSAGE_INVALID: {
    summary: "The message is not one of the wire format.",
    hint: "docs/wire-format.md describes every part of a message.",
    exitCode: 1,
  },
  MESSAGE_VERSION_UNKNOWN: {
    summary: "The message is of a version of the wire format that this program does not know.",
    hint: "Bring both sides to the same release; docs/wire-format.md says which version means what.",
    exitCode: 1,
  },
  MESSAGE_TOO_LARGE: {
    summary: "A part of the message is larger than the wire format allows.",
    hint: "docs/wire-format.md lists the limits; check that the sender speaks this format.",
    exitCode: 1,
  },
  ADDRESS_INVALID: {
    summary: "The ZeroMQ address is not usable as it is written.",
    hint: "Write tcp://host:port, ipc://path or inproc://name, with @ before it to bind or > to connect.",
    exitCode: 2,
  },
  ADDRESS_IN_USE: {
    summary: "Another program holds the address already.",
    hint: "Stop the other program (`ss -ltnp` shows it) or choose another port.",
    exitCode: 1,
  },
  ADDRESS_UNUSABLE: {
    summary: "The address cannot be opened on this machine.",
    hint: "Check that the host, the interface or the folder exists here and may be used.",
    exitCode: 1,
  },
  INFERENCE_FAILED: {
    summary: "The net failed on a frame.",
    hint: "Check that the net takes frames of this size: input.multipleOf and input.resize in docs/models.md.",
    exitCode: 1,
  },
  ENGINE_STOPPED: {
    summary: "The engine no longer runs.",
    hint: "Create a new engine; if it was not closed by the program, check the machine's memory.",
    exitCode: 1,
  },
  ENGINE_UNAVAILABLE: {
    summary: "The native engine cannot be loaded.",
    hint: "Build it with `npm run build:native`, or run with --engine reference.",
    exitCode: 1,
  },
  ORT_LIBRARY_UNUSABLE: {
    summary: "This library of onnxruntime cannot be used.",
    hint: "Give --ort-library the path of libonnxruntime.so, release 1.22 or newer, for this processor.",
    exitCode: 1,
  },
  PROVIDER_LIBRARY_UNUSABLE: {
    summary: "This execution-provider plugin cannot be used.",
    hint: "Check the path of --ep-library, that the plugin is for this processor, and that its libraries are installed.",
    exitCode: 1,
  },
  PROVIDER_UNAVAILABLE: {
    summary: "The execution provider cannot be had here.",
    hint: "docs/providers.md says what each provider needs; --ep auto takes what works.",
    exitCode: 1,
  },
  ONNX_OPTION_INVALID: {
    summary: "An option for onnxruntime's backend is not usable.",
    hint: "docs/onnx-backend.md lists the options of sessions and runs.",
    exitCode: 2,
  },
  ONNX_RUN_FAILED: {
    summary: "onnxruntime failed to run the model.",
    hint: "Compare the tensors with the session's inputMetadata and outputMetadata.",
    exitCode: 1,
  },
  ONNX_SESSION_RELEASED: {
    summary: "The session was released.",
    hint: "Create a new session.",
    exitCode: 1,
  },
  ONNX_TENSOR_INVALID: {
    summary: "A tensor is not one that this input or output of the model can have.",
    hint: "Compare it with the session's inputMetadata and outputMetadata; docs/onnx-backend.md lists the types.",
    exitCode: 1,
  },
  FFMPEG_MISSING: {
    summary: "FFmpeg, which reads and writes video, is not installed.",
    hint: "Run `npm install node-av` once; image folders do without it.",
    exitCode: 1,
  },
  FLEET_MISMATCH: {
    summary: "This worker would not write what the batch asks for.",
    hint: "Give all workers the batch's release, model and engine, and the same shared storage; see docs/fleet.md.",
    exitCode: 1,
  },
  QUEUE_CLIENT_MISSING: {
    summary: "The queue's client, which a fleet of workers needs, is not installed.",
    hint: "Run `npm install bullmq ioredis` once; nothing else needs it.",
    exitCode: 1,
  },
  QUEUE_UNREACHABLE: {
    summary: "The queue's server does not answer.",
    hint: "Check that Redis or Valkey runs, that its address is right, and that this machine may use it.",
    exitCode: 1,
  },
  S3_CLIENT_MISSING: {
    summary: "The client for s3:// addresses is not installed.",
    hint: "Run `npm install @aws-sdk/client-s3` once; paths on shared storage do without it.",
    exitCode: 1,
  },
  S3_FAILED: {
    summary: "S3 did not do what was asked.",
    hint: "Check the bucket, the region, the keys and the endpoint: docs/fleet.md says where each comes from.",
    exitCode: 1,
  },
  RESUME_MISMATCH: {
    summary: "The unfinished run in this folder was of something else.",
    hint: "Give the options, model and input of that run, or --force to begin again.",
    exitCode: 2,
  },
  OVERLAY_FAILED: {
    summary: "The overlay cannot be encoded as a video.",
    hint: "Bring the pictures to one size with --size WxH, or write them with --overlay png.",
    exitCode: 1,
  },
  CLASSES_MISMATCH: {
    summary: "The model and the data set do not have the same classes.",
    hint: "Score the model on the data set that it was made for, or give its classes with --manifest file.json.",
    exitCode: 2,
  },
} as const satisfies Record<string, ErrorEntry>;

interface ErrorEntry {
  readonly summary: string;
  readonly hint: string;
  /** 1: failed while running, 2: wrong use or wrong input. */
  readonly exitCode: 1 | 2;
}

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetail {
  /** What would have been right. */
  readonly expected?: string;
  /** What came instead. */
  readonly actual?: string;
  /** What to do, where something more exact than the table's hint is known. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error of the table above. `message` holds the summary, what was expected and what came. */
export class MavsegError extends Error {
  readonly code: ErrorCode;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
  readonly hint: string;
  readonly exitCode: 1 | 2;

  constructor(code: ErrorCode, detail: ErrorDetail = {}) {
    const entry = ERRORS[code];
    const parts: string[] = [entry.summary];
    if (detail.expected !== undefined) parts.push(`Expected ${detail.expected}.`);
    if (detail.actual !== undefined) parts.push(`Got ${detail.actual}.`);
    super(parts.join(" "), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = "MavsegError";
    this.code = code;
    this.expected = detail.expected;
    this.actual = detail.actual;
    this.hint = detail.hint ?? entry.hint;
    this.exitCode = entry.exitCode;
  }
}
