/**
 * The library: segment pictures, speak the wire format, build, describe and write nets. What is not exported here is
 * free to change. Training is not here: it is a command, `mavseg train`, and needs what a drone does not install.
 */
export { type BenchReport, benchReportSchema } from "./benchmark/report.js";
export { type StreamReport, streamReportSchema } from "./benchmark/stream/stream-report.js";
export type { ClassInfo } from "./core/classes.js";
export type { Frame, PixelEncoding } from "./core/frame.js";
export type { ClassObject, Mask, StageTimings } from "./core/mask.js";
export type { Stamp } from "./core/stamp.js";
export { type DoctorReport, doctorReportSchema } from "./doctor/report.js";
export type { EngineOptions } from "./engine/create-engine.js";
export { type ErrorCode, MavsegError } from "./errors.js";
export type { LoadModelOptions } from "./model/load-model.js";
export type { ModelManifest } from "./model/manifest.js";
export { encodeModel } from "./model/onnx-proto.js";
export { createNet } from "./nets/create-net.js";
export { measureNet, type NetMeasures } from "./nets/measure.js";
export type { Net } from "./nets/net.js";
export { writeNet } from "./onnx/write-net.js";
export { Pipeline, type PipelineSummary } from "./pipeline/pipeline.js";
export { type DisposableMask, Segmenter, type SegmenterInput } from "./segmenter.js";
export { type Address, parseAddress } from "./transport/address.js";
export { type FramePublisher, openFramePublisher } from "./transport/frame-publisher.js";
export { type FrameSource, openFrameSource, type ReceivedFrame } from "./transport/frame-source.js";
export { decodeMaskPixels } from "./transport/mask-pixels.js";
export { openMaskPublisher } from "./transport/mask-publisher.js";
export { openMaskSubscriber, type ReceivedMask } from "./transport/mask-subscriber.js";
export {
  decodeFrameMessage,
  decodeMaskMessage,
  encodeFrameMessage,
  encodeMaskMessage,
} from "./transport/message-codec.js";
