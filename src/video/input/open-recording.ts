import type { Recording, RecordingOptions } from "../recording.js";
import type { Input } from "./find-inputs.js";
import { ImageSequence } from "./image-sequence.js";

/** @throws MavsegError `INPUT_UNREADABLE`, and for videos `FFMPEG_MISSING` */
export async function openRecording(input: Input, options: RecordingOptions): Promise<Recording> {
  if (input.kind === "images") return new ImageSequence(input.files, options);
  if (input.kind === "mcap") {
    const { McapRecording } = await import("./mcap-recording.js");
    return McapRecording.open(input.files[0], options);
  }
  const { VideoFile } = await import("./video-file.js");
  return VideoFile.open(input.files[0], options);
}
