import { type Logger, pino } from "pino";
import pretty from "pino-pretty";

const STDERR = 2;

/** The log of the streaming commands, on stderr: lines for people on a terminal, JSON for machines otherwise. */
export function createLog(name: string): Logger {
  // Synchronous: the lines are few, and the last ones before a failure must not be lost.
  const stream = process.stderr.isTTY
    ? pretty({
        destination: STDERR,
        sync: true,
        singleLine: true,
        ignore: "pid,hostname,name",
        translateTime: "HH:MM:ss.l",
      })
    : pino.destination({ dest: STDERR, sync: true });
  return pino({ name, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}
