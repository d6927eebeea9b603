// How the models in models/ are trained anew: what `mavseg train` and `mavseg export` are given. The reasons for what
// differs from the defaults are beside it. A model that was trained otherwise says so: its card has the recipe that it had.

/**
 * Few flights in one hall: drones and pieces of background are pasted, so that the hall is not learnt by heart. The
 * camera's own propellers are blacked out and ignored in training but show in flight: they are trained as background.
 * Low class weights: of a drone that fills one px of 300, high ones make a net see drones everywhere.
 */
const PERCH_DRONE = [
  ["--ignored-as", "0"],
  ["--augment", "classAware=0.4"],
  ["--augment", "pasteObjects=0.8"],
  ["--augment", "pasteBackground=3"],
  ["--class-weights", "1,5"],
].flat();

/** Views into a pipe by lamp light: no up, no right colour, no right brightness; rivets and water are rare. */
const TN_PENSTOCK = [
  ["--class-weights", "1,1,3,8"],
  ["--augment", "rotationDegrees=180"],
  ["--augment", "flipVertical=true"],
  ["--augment", "gamma=2"],
  ["--augment", "brightness=2"],
  ["--augment", "tint=1.2"],
  ["--augment", "classAware=0.5"],
  ["--augment", "pasteObjects=0.5"],
  ["--augment", "pasteBackground=0.5"],
].flat();

/**
 * By the model's name. `minutes` are those of one core (`--threads 1`). The learning rate is the default, three times that
 * with which `tied-s-perch_drone` was trained: its card has the rate that it had.
 */
export const RECIPES = {
  "tied-m-perch_drone": { data: "perch_drone", net: "tied-m", minutes: 45, seed: 4, train: PERCH_DRONE },
  "tied-m-tn_penstock": { data: "tn_penstock", net: "tied-m", minutes: 95, seed: 3, train: TN_PENSTOCK },
  "tied-s-perch_drone": { data: "perch_drone", net: "tied-s", minutes: 50, seed: 2, train: PERCH_DRONE },
  "tied-s-tn_penstock": { data: "tn_penstock", net: "tied-s", minutes: 50, seed: 3, train: TN_PENSTOCK },
  "mavnet-perch_drone": { data: "perch_drone", net: "mavnet", minutes: 40, seed: 1, train: PERCH_DRONE },
  "mavnet-tn_penstock": { data: "tn_penstock", net: "mavnet", minutes: 40, seed: 1, train: TN_PENSTOCK },
};

/** @returns the arguments of `mavseg train` */
export function trainArguments({ net, minutes, seed, train }, data, out) {
  return [
    "train",
    "--data",
    data,
    "--net",
    net,
    "--minutes",
    minutes,
    "--seed",
    seed,
    ...train,
    "--out",
    out,
  ].map(String);
}

/** @returns the arguments of `mavseg export` */
export function exportArguments(name, run, out) {
  return ["export", "--run", run, "--out", out, "--name", name, "--images", "16"];
}
