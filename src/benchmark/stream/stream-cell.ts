import { MavsegError } from "../../errors.js";
import { CAMERA_ENCODINGS, type CameraEncoding } from "../../transport/image-files.js";
import { type Cell, cellId, MAX_CELLS } from "../cell.js";

/** Between processes; ZeroMQ's inproc joins sockets of one. */
export const TRANSPORTS = ["tcp", "ipc"] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** One combination of what is swept: a row of the report. */
export interface StreamCell extends Cell {
  readonly encoding: CameraEncoding;
  readonly transport: Transport;
  /** How many send to one `mavseg run`, each at the rate of the step. */
  readonly cameras: number;
}

/**
 * Every combination, the last list changing fastest.
 * @throws MavsegError `USAGE` for encodings that no played camera sends, and for too many combinations
 */
export function listStreamCells(
  cells: readonly Cell[],
  transports: readonly Transport[],
  cameras: readonly number[],
): StreamCell[] {
  const list = cells.flatMap((cell) =>
    [...new Set(transports)].flatMap((transport) =>
      [...new Set(cameras)].map((count) => ({
        ...cell,
        encoding: cameraEncoding(cell.encoding),
        transport,
        cameras: count,
      })),
    ),
  );
  if (list.length > MAX_CELLS) {
    throw new MavsegError("USAGE", {
      expected: `at most ${MAX_CELLS} combinations in one run`,
      actual: `${list.length}`,
    });
  }
  return list;
}

/** The same for the same combination in every report. */
export function streamCellId(cell: StreamCell): string {
  return `${cellId(cell)} ${cell.transport} cameras=${cell.cameras}`;
}

/**
 * Checks one name of `--transport`.
 * @throws MavsegError `USAGE`
 */
export function parseTransport(text: string): Transport {
  const transport = TRANSPORTS.find((name) => name === text);
  if (transport !== undefined) return transport;
  const why =
    text === "inproc"
      ? "inproc, which joins sockets of one process: camera, run and subscriber are processes of their own here; without --stream frames are timed within one process"
      : text;
  throw new MavsegError("USAGE", { expected: `--transport ${TRANSPORTS.join(" or ")}`, actual: why });
}

function cameraEncoding(name: string): CameraEncoding {
  const encoding = CAMERA_ENCODINGS.find((one) => one === name);
  if (encoding !== undefined) return encoding;
  throw new MavsegError("USAGE", {
    expected: `an encoding that a played camera sends: ${CAMERA_ENCODINGS.join(", ")}`,
    actual: name,
  });
}
