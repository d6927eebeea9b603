import { openTurbojpeg, turbojpegLibrary } from "../../src/engine/native/turbojpeg.js";
import { hasNative } from "./engines.js";

/** The file of libjpeg-turbo that the native engine decodes JPEG files with; null where it leaves that to sharp. */
export const turbojpegFile: string | null = hasNative ? openTurbojpeg(turbojpegLibrary()).file : null;

if (turbojpegFile === null) {
  process.stderr.write(`tests of JPEG files through libjpeg-turbo are skipped: no ${turbojpegLibrary()}\n`);
}
