import { Command } from "commander";
import { z } from "zod";
import { MAX_SIDE_PX } from "../core/frame.js";
import { MavsegError } from "../errors.js";
import { DEFAULT_FRAMES_ADDRESS, parseAddress } from "../transport/address.js";
import { openFramePublisher } from "../transport/frame-publisher.js";
import { CAMERA_ENCODINGS, listImages } from "../transport/image-files.js";
import { playImages } from "../transport/image-player.js";
import { type PlaySummary, playFrames } from "../transport/play-frames.js";
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
  source: z.string({ error: "a folder of images or an image" }).min(1),
  publish: z.string().default(DEFAULT_FRAMES_ADDRESS),
  fps: z.number().min(0.01).max(1000).default(30),
  loop: z.boolean().default(false),
  encoding: z.enum(CAMERA_ENCODINGS).default("mono8"),
  protocol: protocolOption,
  topic: topicOption.default(FRAMES_TOPIC),
  count: countOption,
  frameId: z.string().min(1).max(200).default("cam0"),
  size: z
    .string()
    .regex(/^\d{1,5}x\d{1,5}$/, "WIDTHxHEIGHT in px")
    .optional(),
  waitSubscriber: z.boolean().default(false),
  json: jsonOption,
});
type CameraOptions = z.infer<typeof cameraOptions>;

const EXAMPLES = `${ADDRESS_HELP}

imageZMQ has words for mono8, bgr8 and jpeg. Its REQ/REP senders connect: --publish '>tcp://127.0.0.1:5555'.

Examples:
  $ mavseg camera --source flight/ --publish tcp://127.0.0.1:5555 --fps 30 --loop
  $ mavseg camera --source flight/ --encoding jpeg --count 300 --wait-subscriber
  $ mavseg camera --source flight/ --protocol imagezmq --encoding bgr8 --size 640x512`;

export function createCommand(): Command {
  return new Command("camera")
    .description("Play a folder of images as a camera, in natural order and at an even pace.")
    .option("--source <dir|file>", "a folder of jpg and png images, or one image")
    .option("--publish <address>", `where frames go (default: ${DEFAULT_FRAMES_ADDRESS})`)
    .option("--fps <n>", "frames per second (default: 30)", Number)
    .option("--loop", "from the beginning again, until it is stopped")
    .option("--encoding <name>", `of the frames: ${CAMERA_ENCODINGS.join(", ")} (default: mono8)`)
    .option("--protocol <name>", "mavseg, imagezmq (PUB/SUB) or imagezmq-reqrep (default: mavseg)")
    .option("--topic <topic>", `topic of the frames (default: ${FRAMES_TOPIC})`)
    .option("--count <n>", "end after so many frames", Number)
    .option("--frame-id <name>", "name of the camera (default: cam0)")
    .option("--size <WxH>", "stretch the images to this size")
    .option("--wait-subscriber", "begin when somebody has subscribed, so that no frame is lost at the start")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: object) => play(checkOptions(cameraOptions, flags)));
}

async function play(options: CameraOptions): Promise<void> {
  const signal = shutdownSignal();
  const log = createLog("mavseg-camera");
  const { encoding, protocol, topic, loop, fps, frameId } = options;
  if (encoding === "rgb8" && protocol !== "mavseg") {
    throw new MavsegError("USAGE", {
      expected: "mono8, bgr8 or jpeg for imageZMQ",
      actual: "--encoding rgb8",
    });
  }
  const size = options.size === undefined ? undefined : parseSize(options.size);
  const files = await listImages(options.source);
  const address = parseAddress(options.publish, "bind");
  const publisher = await openFramePublisher({ address, protocol, topic, log });
  try {
    log.info({ images: files.length, publish: publisher.endpoint, fps, encoding }, "camera is ready");
    if (options.waitSubscriber) await Promise.race([publisher.subscribed(), aborted(signal)]);
    const pictures = playImages(files, { encoding, size, loop });
    const count = options.count ?? Number.POSITIVE_INFINITY;
    printSummary(await playFrames({ pictures, publisher, fps, count, frameId, signal, log }), options.json);
  } finally {
    publisher.close();
  }
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
