// Who may import whom (docs/architecture.md has the picture). Read a rule as: files of `from` reach nothing but `to`.
const rooms = {
  core: [],
  model: ["core"],
  nets: ["core"],
  onnx: ["core", "model", "nets"],
  dataset: ["core"],
  training: ["core", "dataset", "engine", "evaluation", "model", "nets", "onnx"],
  engine: ["core", "machine", "model"],
  "onnx-backend": ["core", "engine"],
  machine: ["core"],
  doctor: ["core", "engine", "machine", "model"],
  transport: ["core"],
  synth: ["core", "dataset"],
  overlay: ["core"],
  evaluation: ["core", "dataset", "engine", "model", "overlay"],
  pipeline: ["core", "model", "engine", "transport"],
  benchmark: ["core", "dataset", "engine", "evaluation", "machine", "model", "pipeline", "transport"],
  video: ["core", "engine", "model", "overlay", "transport"],
  fleet: ["core", "engine", "model", "video"],
  demo: ["core", "dataset", "evaluation", "overlay", "synth", "transport"],
};
const own = (room) => `^src/${room}/`;

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room}-reaches-only-${["itself", ...allowed].join("-")}`,
      severity: "error",
      from: { path: own(room) },
      to: { path: "^src/", pathNot: [own(room), "^src/errors\\.ts$", ...allowed.map(own)] },
    })),
    {
      name: "core-has-no-dependencies",
      comment: "core is plain data and arithmetic",
      severity: "error",
      from: { path: "^src/core/" },
      to: { dependencyTypes: ["npm"], pathNot: "node_modules/(zod)/" },
    },
    {
      name: "tfjs-only-in-training",
      comment: "what a drone installs is free of tfjs",
      severity: "error",
      from: { pathNot: "^src/training/" },
      to: { path: "@tensorflow" },
    },
    {
      name: "training-is-reached-only-lazily",
      comment: "the commands train, export and setup load it on demand; the run side never does",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/training/", "^src/cli/(train|export)\\.ts$"] },
      to: { path: "^src/training/", dependencyTypesNot: ["type-only"] },
    },
    { name: "nothing-imports-cli", severity: "error", from: { pathNot: "^src/cli/" }, to: { path: "^src/cli/" } },
    { name: "not-to-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    { name: "no-dev-dependencies-in-src", severity: "error", from: { path: "^src/", pathNot: "^src/training/" }, to: { dependencyTypes: ["npm-dev"], pathNot: "node_modules/(node-av|bullmq|ioredis|@aws-sdk/client-s3)/" } },
    {
      name: "ffmpeg-only-in-video",
      comment: "an optional peer, loaded when a video is read",
      severity: "error",
      from: { pathNot: "^src/video/" },
      to: { path: "node_modules/node-av/" },
    },
    {
      name: "queues-and-s3-only-in-fleet",
      comment: "optional peers, loaded when a fleet works; a drone has neither",
      severity: "error",
      from: { pathNot: "^src/fleet/" },
      to: { path: "node_modules/(bullmq|ioredis|@aws-sdk/client-s3)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
  },
};
