import { z } from "zod";

/**
 * Everything that decides what a training computes; saved with the run, so that `--resume` and the model's card know it.
 * The reasons for the defaults are in docs/training.md.
 */
export const trainingOptionsSchema = z.strictObject({
  data: z.string().min(1),
  net: z.string().min(1),
  netOptions: z.record(z.string(), z.unknown()),
  seed: z.int().min(0),
  /** Exactly one of minutes and epochs is set. */
  minutes: z.number().positive().nullable(),
  epochs: z.int().positive().nullable(),
  batch: z.int().min(1).max(64),
  /** Size of a training crop in px. */
  crop: z.strictObject({ width: z.int().positive(), height: z.int().positive() }),
  colour: z.enum(["auto", "grey", "rgb"]),
  learningRate: z.number().positive(),
  /** Learning rate at the end, as a share of the highest: 1 keeps it, and leaves settling to the weights' average. */
  finalRate: z.number().min(0.001).max(1).default(0.01),
  /** Share of the training in which the learning rate rises from 0. */
  warmUp: z.number().min(0).max(0.5),
  /** Share of the training, at its end, in which the norms' statistics stay as they are. */
  frozenNorms: z.number().min(0).max(0.95),
  /** Weight of each class in the focal loss, background first. */
  classWeights: z.array(z.number().positive()),
  /**
   * The class that px with the ignore label are trained as, or null to leave them out. Where what is ignored in
   * training shows in flight (the camera's own propellers, say), a net that never saw it answers anything there.
   */
  ignoredAs: z.int().min(0).nullable().default(null),
  focalGamma: z.number().min(0).max(5),
  diceWeight: z.number().min(0),
  /** Decay of the moving average of the weights, which is what is validated and exported. */
  averageDecay: z.number().min(0).max(0.99999),
  /** A trained run whose answers the net learns from beside the labels, or null. */
  teacher: z
    .strictObject({
      /** Its folder. */
      run: z.string().min(1),
      /** Of the distillation loss beside the focal loss. */
      weight: z.number().positive().max(100),
    })
    .nullable()
    .default(null),
  augmentation: z.strictObject({
    rotationDegrees: z.number().min(0).max(180),
    /** Scale is drawn between 1/zoom and zoom. */
    zoom: z.number().min(1).max(4),
    flipHorizontal: z.boolean(),
    flipVertical: z.boolean(),
    /** Gamma is drawn between 1/gamma and gamma. */
    gamma: z.number().min(1).max(4),
    /** Brightness factor is drawn between 1/brightness and brightness. */
    brightness: z.number().min(1).max(4),
    /** Factor per colour channel, likewise. */
    tint: z.number().min(1).max(2),
    /** Largest standard deviation of added noise, of 255. */
    noise: z.number().min(0).max(64),
    /** Share of crops centred on a pixel of a class other than background. */
    classAware: z.number().min(0).max(1),
    /** How many objects of other frames are pasted into a crop on average. */
    pasteObjects: z.number().min(0).max(8).default(0),
    /** How many pieces of other frames' background, likewise. */
    pasteBackground: z.number().min(0).max(8).default(0),
    /** How many times brighter the brightest place of a crop's light is than the darkest, at most. */
    shade: z.number().min(1).max(8).default(1),
    /** Largest sigma in px by which a crop is blurred; half of the crops are not. */
    blur: z.number().min(0).max(4).default(0),
  }),
});

export type TrainingOptions = z.infer<typeof trainingOptionsSchema>;
export type Augmentation = TrainingOptions["augmentation"];

export const DEFAULT_AUGMENTATION: Augmentation = {
  rotationDegrees: 15,
  zoom: 1.5,
  flipHorizontal: true,
  flipVertical: false,
  gamma: 1.5,
  brightness: 1.5,
  tint: 1.1,
  noise: 8,
  classAware: 0.5,
  pasteObjects: 0,
  pasteBackground: 0,
  shade: 1,
  blur: 0,
};
