/**
 * Counts turns of the event loop until something has ended. Turns rather than time: a blocked loop makes two or three,
 * a free one hundreds, however loaded the machine is.
 */
export async function turnsWhile(running: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const turn = () => {
    turns++;
    if (!isDone) setTimeout(turn, 1);
  };
  turn();
  await running.finally(() => {
    isDone = true;
  });
  return turns;
}
