// The process of one cell: answers one question after the other, until it is closed or whoever asked is gone.
import { MavsegError } from "../../errors.js";
import { CellSession } from "./cell-session.js";
import type { FromCell, OpenInput, QuestionKind, Questions } from "./questions.js";

let session: CellSession | undefined;

const send = (message: FromCell) => process.send?.(message);

async function answer(kind: QuestionKind, input: unknown): Promise<unknown> {
  if (kind !== "open") {
    return (session![kind] as (input: unknown) => Promise<Questions[typeof kind]["answer"]>)(input);
  }
  const opening = await CellSession.open(input as OpenInput, {
    note: (text) => send({ type: "note", text }),
    progress: (share) => send({ type: "progress", share }),
  });
  session = opening.session;
  return opening.opened;
}

process.on("message", async ({ kind, input }: { kind: QuestionKind; input: unknown }) => {
  try {
    send({ type: "answer", value: await answer(kind, input) });
  } catch (error) {
    const code = error instanceof MavsegError ? error.code : null;
    send({ type: "failure", code, reason: error instanceof Error ? error.message : String(error) });
  }
});
// Nothing that is left to do matters to anybody.
process.once("disconnect", () => process.exit());
// Whoever asked may have gone while this file was loading: that event has passed.
if (process.connected === false) process.exit();
