import type { Command } from "commander";
import { z } from "zod";
import { DEFAULT_QUEUE } from "../fleet/queue/job-names.js";

/** The queue's address may hold a password, which every user of the machine could read in a list of processes. */
const QUEUE_VARIABLE = "MAVSEG_QUEUE";

export const queueOptions = {
  queue: z.string({ error: `redis://host:port, here or in ${QUEUE_VARIABLE}` }).min(1),
  queueName: z
    .string()
    .regex(/^[\w.-]+$/, "letters, digits, . _ -")
    .default(DEFAULT_QUEUE),
};

export function addQueueOptions(command: Command): Command {
  return command
    .option("--queue <url>", `redis:// or rediss:// address of Redis or Valkey (default: ${QUEUE_VARIABLE})`)
    .option("--queue-name <name>", `to keep fleets on one server apart (default: ${DEFAULT_QUEUE})`);
}

/** @param flags what the command line said */
export function withQueueVariable(flags: object): object {
  const fromEnvironment = process.env[QUEUE_VARIABLE];
  return fromEnvironment === undefined ? flags : { queue: fromEnvironment, ...flags };
}
