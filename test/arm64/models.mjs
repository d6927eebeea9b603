// Models and frames whose masks are compared between processors. All numbers are multiples of powers of two that add up
// without rounding in any order: onnxruntime's kernels sum in another order on each processor, and here the masks are to
// be equal to the last px, so that a difference is a fault of ours.
const CLASSES = ["dark", "red", "green", "blue"].map((name, id) => ({ id, name, color: "#336699" }));
const STRIDE = 4;
/** ONNX's TensorProto.DataType. */
const DATA_TYPE = { float32: 1, uint8: 2, float16: 10 };
/** Of the net of fixed size: smaller than the frames, so that they are resized. */
const FIXED_SIZE = { width: 96, height: 64 };

/** Means of 4x4 px: class 0 where it is dark, else one class per colour where that is stronger than the others. */
function kernel() {
  const rows = [
    [-0.5, -0.5, -0.5],
    [1, -0.5, -0.5],
    [-0.5, 1, -0.5],
    [-0.5, -0.5, 1],
  ];
  return rows.flat().flatMap((weight) => new Array(STRIDE * STRIDE).fill(weight / (STRIDE * STRIDE)));
}

function node(opType, input, output, attribute) {
  return { opType, name: output, input, output: [output], attribute };
}

function nodesFor(dtype) {
  const strides = { name: "strides", kind: "ints", value: [STRIDE, STRIDE] };
  const conv = (input) => node("Conv", [input, "kernel", "bias"], "logits", [strides]);
  if (dtype === "float32") return [conv("image")];
  const to = { name: "to", kind: "int", value: DATA_TYPE.float32 };
  return [node("Cast", ["image"], "floats", [to]), conv("floats")];
}

/** A model with its manifest, as `encodeModel` takes it. */
export function createModel({ dtype = "float32", resize = "none" } = {}) {
  const isByte = dtype === "uint8";
  const size = resize === "none" ? null : FIXED_SIZE;
  const [height, width] = size === null ? ["h", "w"] : [size.height, size.width];
  const [outHeight, outWidth] = size === null ? ["oh", "ow"] : [size.height / STRIDE, size.width / STRIDE];
  const manifest = {
    version: 1,
    name: "colours",
    classes: CLASSES,
    input: {
      name: "image",
      layout: "NCHW",
      dtype,
      colour: "rgb",
      scale: isByte ? 1 : 1 / 256,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      resize,
      size,
      multipleOf: size === null ? STRIDE : 1,
    },
    output: { name: "logits", kind: "logits", stride: STRIDE },
  };
  return {
    irVersion: 8,
    producerName: "test",
    producerVersion: "1",
    opsetImport: [{ domain: "", version: 17 }],
    graph: {
      name: "colours",
      node: nodesFor(dtype),
      initializer: [
        { name: "kernel", dims: [4, 3, STRIDE, STRIDE], dataType: DATA_TYPE.float32, floatData: kernel() },
        {
          name: "bias",
          dims: [4],
          dataType: DATA_TYPE.float32,
          floatData: [isByte ? 128 : 1 / 2, 0, 0, 0],
        },
      ],
      input: [{ name: "image", elemType: DATA_TYPE[dtype], shape: ["n", 3, height, width] }],
      output: [{ name: "logits", elemType: DATA_TYPE.float32, shape: ["n", 4, outHeight, outWidth] }],
    },
    metadataProps: [{ key: "mavseg", value: JSON.stringify(manifest) }],
  };
}
