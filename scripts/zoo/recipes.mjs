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

/**
 * Views into a pipe by lamp light: no right colour, no right brightness; rivets and water are rare. The cameras are fixed to
 * the vehicle, so struts and water lie at the same side of every picture: turned or mirrored across, that is lost. Those
 * of its left and right side are mirrored top to bottom, and so are the crops.
 */
const TN_PENSTOCK = [
  ["--class-weights", "1,1,3,8"],
  ["--augment", "rotationDegrees=15"],
  ["--augment", "flipHorizontal=false"],
  ["--augment", "flipVertical=true"],
  ["--augment", "gamma=2"],
  ["--augment", "brightness=2"],
  ["--augment", "tint=1.2"],
  ["--augment", "classAware=0.5"],
  ["--augment", "pasteObjects=0.5"],
  ["--augment", "pasteBackground=0.5"],
].flat();

/**
 * By the model's name. `minutes` are those of one core (`--threads 1`). `teacher` is the model whose run a net learns from as
 * well: that one comes first.
 */
export const RECIPES = {
  "tied-m-perch_drone": { data: "perch_drone", net: "tied-m", minutes: 45, seed: 4, train: PERCH_DRONE },
  "tied-m-tn_penstock": { data: "tn_penstock", net: "tied-m", minutes: 58, seed: 3, train: TN_PENSTOCK },
  "tied-s-perch_drone": {
    data: "perch_drone",
    net: "tied-s3",
    train: PERCH_DRONE,
    minutes: 38,
    seed: 1,
  },
  "tied-s-tn_penstock": {
    data: "tn_penstock",
    net: "tied-s3",
    // What 4,200 values leave room for with three input channels.
    netOptions: ["untie=decoder,down,up"],
    train: TN_PENSTOCK,
    minutes: 35,
    seed: 3,
  },
  "mavnet-perch_drone": { data: "perch_drone", net: "mavnet", minutes: 46, seed: 4, train: PERCH_DRONE },
  // Turned by any angle MAVNet scores better than upright: the reference has what suits it.
  "mavnet-tn_penstock": {
    data: "tn_penstock",
    net: "mavnet",
    minutes: 46,
    seed: 3,
    train: [...TN_PENSTOCK, "--augment", "rotationDegrees=180", "--augment", "flipHorizontal=true"],
  },
};

/**
 * @param run folder of the run by its model's name
 * @returns the arguments of `mavseg train`
 */
export function trainArguments({ net, netOptions = [], minutes, seed, train, teacher }, data, out, run) {
  return [
    ...["train", "--data", data, "--net", net, "--minutes", minutes, "--seed", seed],
    ...netOptions.flatMap((option) => ["--net-option", option]),
    ...train,
    ...(teacher === undefined ? [] : ["--teacher", run(teacher)]),
    ...["--out", out],
  ].map(String);
}

/** @returns the arguments of `mavseg export` */
export function exportArguments(name, run, out) {
  return ["export", "--run", run, "--out", out, "--name", name, "--images", "16"];
}
