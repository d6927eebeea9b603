import { Command } from "commander";
import type { Logger } from "pino";
import { z } from "zod";
import { MAX_SIDE_PX } from "../core/frame.js";
import { MavsegError } from "../errors.js";
import { DEFAULT_FRAMES_ADDRESS, parseAddress } from "../transport/address.js";
import { openFramePublisher } from "../transport/frame-publisher.js";
import { CAMERA_ENCODINGS, listImages } from "../transport/image-files.js";
import { playImages } from "../transport/image-player.js";
import { LimitedLog } from "../transport/log.js";
import { Pacer } from "../transport/pacer.js";
import {
  type PlayedPicture,
  type PlayFramesOptions,
  type PlaySummary,
  playFrames,
} from "../transport/play-frames.js";
import { ahead } from "../video/ahead.js";
import type { RecordedFrame } from "../video/playback/recorded-frames.js";
import { checkOptions } from "./option-values.js";
import { shutdownSignal } from "./shutdown.js";
import { createLog } from "./stream-log.js";
import {
  ADDRESS_HELP,
  countOption,
  FRAMES_TOPIC,
  jsonOption,
  protocolOption,
  topicOption,
} from "./transport-options.js";

const cameraOptions = z.strictObject({
  source: z.string({ error: "a folder of images, an image or an .mcap recording" }).min(1),
  publish: z.string().default(DEFAULT_FRAMES_ADDRESS),
  fps: z.number().min(0.01).max(1000).optional(),
  rate: z.number().min(0.01).max(1000).optional(),
  sourceTopic: z.string().min(1).optional(),
  loop: z.boolean().default(false),
  encoding: z.enum(CAMERA_ENCODINGS).optional(),
  protocol: protocolOption,
  topic: topicOption.default(FRAMES_TOPIC),
  count: countOption,
  frameId: z.string().min(1).max(200).optional(),
  size: z
    .string()
    .regex(/^\d{1,5}x\d{1,5}$/, "WIDTHxHEIGHT in px")
    .optional(),
  waitSubscriber: z.boolean().default(false),
  json: jsonOption,
});
type CameraOptions = z.infer<typeof cameraOptions>;

const MCAP_NAME = /\.mcap(\.part)?$/i;
const DEFAULT_FPS = 30;
const DEFAULT_ENCODING = "mono8";
const DEFAULT_FRAME_ID = "cam0";
const MS_PER_S = 1000;
/** Frames of a recording that are read before their time has come: enough to hide a slow read. */
const READ_AHEAD = 4;

const EXAMPLES = `${ADDRESS_HELP}

imageZMQ has words for mono8, bgr8 and jpeg. Its REQ/REP senders connect: --publish '>tcp://127.0.0.1:5555'.

Examples:
  $ mavseg camera --source flight/ --publish tcp://127.0.0.1:5555 --fps 30 --loop
  $ mavseg camera --source flight/ --encoding jpeg --count 300 --wait-subscriber
  $ mavseg camera --source flight/ --protocol imagezmq --encoding bgr8 --size 640x512
  $ mavseg camera --source flight.mcap --rate 2 --wait-subscriber
  $ mavseg camera --source flight.mcap --source-topic /camera/image_raw --loop`;

export function createCommand(): Command {
  return new Command("camera")
    .description(
      "Play images as a camera, in natural order and at an even pace, or a recording with its original timing.",
    )
    .option("--source <dir|file>", "a folder of jpg and png images, one image, or an .mcap recording")
    .option("--publish <address>", `where frames go (default: ${DEFAULT_FRAMES_ADDRESS})`)
    .option("--fps <n>", "of images: frames per second (default: 30)", Number)
    .option("--rate <x>", "of a recording: how much faster than it was recorded (default: 1)", Number)
    .option("--source-topic <name>", "of a recording: where its frames are (default: the only one)")
    .option("--loop", "from the beginning again, until it is stopped")
    .option(
      "--encoding <name>",
      `of the frames: ${CAMERA_ENCODINGS.join(", ")} (default: mono8; of a recording: as it was)`,
    )
    .option("--protocol <name>", "mavseg, imagezmq (PUB/SUB) or imagezmq-reqrep (default: mavseg)")
    .option("--topic <topic>", `topic of the frames (default: ${FRAMES_TOPIC})`)
    .option("--count <n>", "end after so many frames", Number)
    .option("--frame-id <name>", "name of the camera (default: cam0; of a recording: as it was)")
    .option("--size <WxH>", "stretch the images to this size")
    .option("--wait-subscriber", "begin when somebody has subscribed, so that no frame is lost at the start")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: object) => play(checkOptions(cameraOptions, flags)));
}

async function play(options: CameraOptions): Promise<void> {
  const signal = shutdownSignal();
  const log = createLog("mavseg-camera");
  const { encoding, protocol, topic, frameId = DEFAULT_FRAME_ID } = options;
  if (encoding === "rgb8" && protocol !== "mavseg") {
    throw new MavsegError("USAGE", {
      expected: "mono8, bgr8 or jpeg for imageZMQ",
      actual: "--encoding rgb8",
    });
  }
  const reel = MCAP_NAME.test(options.source) ? await openRecording(options, log) : await openImages(options);
  const address = parseAddress(options.publish, "bind");
  const publisher = await openFramePublisher({ address, protocol, topic, log });
  try {
    log.info({ ...reel.about, publish: publisher.endpoint }, "camera is ready");
    if (options.waitSubscriber) await Promise.race([publisher.subscribed(), aborted(signal)]);
    const count = options.count ?? Number.POSITIVE_INFINITY;
    printSummary(await reel.play({ publisher, count, frameId, signal, log }), options.json);
  } finally {
    await publisher.close();
  }
}

type Playing = Omit<PlayFramesOptions<PlayedPicture>, "pictures" | "pace">;

/** What is played. */
interface Reel {
  /** For the log. */
  readonly about: object;
  play(playing: Playing): Promise<PlaySummary>;
}

async function openImages(options: CameraOptions): Promise<Reel> {
  refuse(options, ["rate", "sourceTopic"], "for .mcap recordings");
  const { fps = DEFAULT_FPS, encoding = DEFAULT_ENCODING, loop } = options;
  const size = options.size === undefined ? undefined : parseSize(options.size);
  const files = await listImages(options.source);
  return {
    about: { images: files.length, fps, encoding },
    play: (playing) => {
      const pictures = playImages(files, { encoding, size, loop });
      return playFrames({ ...playing, pictures, pace: new Pacer(MS_PER_S / fps) });
    },
  };
}

async function openRecording(options: CameraOptions, log: Logger): Promise<Reel> {
  refuse(options, ["fps"], "for images; --rate plays a recording faster or slower");
  const { source, sourceTopic, rate = 1, encoding, frameId, loop } = options;
  const size = options.size === undefined ? undefined : parseSize(options.size);
  const faults = new LimitedLog(log);
  const onDamage = (detail: string) => faults.warn("damage", { detail }, "skipped what cannot be read");
  // Loaded where it is wanted: it brings MCAP and protobuf with it.
  const { RecordedFrames } = await import("../video/playback/recorded-frames.js");
  const { RecordedPace } = await import("../video/playback/recorded-pace.js");
  const playback = { topic: sourceTopic, encoding, size, frameId, loop, onDamage };
  const recording = await RecordedFrames.open(source, playback);
  return {
    about: { recording: source, sourceTopic: recording.topic ?? null, rate },
    play: (playing) => {
      const pictures = ahead(recording.frames(), READ_AHEAD);
      return playFrames<RecordedFrame>({ ...playing, pictures, pace: new RecordedPace(rate) });
    },
  };
}

/** @throws MavsegError `USAGE` where an option was given that means nothing here */
function refuse(options: CameraOptions, names: readonly (keyof CameraOptions)[], purpose: string): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  const flag = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new MavsegError("USAGE", { expected: `--${flag} only ${purpose}`, actual: options.source });
}

function printSummary(summary: PlaySummary, asJson: boolean): void {
  const { frames, late, seconds } = summary;
  process.stdout.write(
    asJson
      ? `${JSON.stringify(summary)}\n`
      : `sent ${frames} frames in ${seconds.toFixed(1)} s, ${late} of them late\n`,
  );
}

function parseSize(text: string): { width: number; height: number } {
  const [width = 0, height = 0] = text.split("x").map(Number);
  if (width >= 1 && height >= 1 && width <= MAX_SIDE_PX && height <= MAX_SIDE_PX) return { width, height };
  throw new MavsegError("USAGE", { expected: `--size of 1..${MAX_SIDE_PX} px a side`, actual: text });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
