import { INPUT, type Net, type Node, type Pair, type Parameter } from "./net.js";

export interface ConvOptions {
  /** Name of the parameters; nodes that give the same name share them. */
  readonly weights: string;
  readonly kernel: Pair;
  readonly out?: number;
  readonly stride?: Pair;
  readonly dilation?: Pair;
  /** Adds a bias; a convolution with a norm behind it needs none. */
  readonly bias?: boolean;
}

/** Collects nodes and parameters; a node's name is made from its place, a parameter's name is the builder's choice. */
export class NetBuilder {
  readonly #parameters = new Map<string, Parameter>();
  readonly #nodes: Node[] = [];
  readonly #channels = new Map<string, number>();

  constructor(inputChannels: number) {
    this.#channels.set(INPUT, inputChannels);
  }

  conv(input: string, options: ConvOptions): string {
    const channels = this.channelsOf(input);
    const out = options.out ?? channels;
    const [kh, kw] = options.kernel;
    const fanIn = kh * kw * channels;
    this.#declare(`${options.weights}.kernel`, { shape: [kh, kw, channels, out], role: "kernel", fanIn });
    return this.#addConv("conv", input, out, options);
  }

  depthwiseConv(input: string, options: Omit<ConvOptions, "out">): string {
    const channels = this.channelsOf(input);
    const [kh, kw] = options.kernel;
    this.#declare(`${options.weights}.kernel`, {
      shape: [kh, kw, channels, 1],
      role: "kernel",
      fanIn: kh * kw,
    });
    return this.#addConv("depthwise-conv", input, channels, options);
  }

  /** @param gamma start value: 0 makes a residual branch start as nothing, so deep stacks start as the identity */
  norm(input: string, norm: string, gamma = 1): string {
    const shape = [this.channelsOf(input)];
    this.#declare(`${norm}.gamma`, { shape, role: "gamma", fanIn: 1, init: gamma });
    this.#declare(`${norm}.beta`, { shape, role: "beta", fanIn: 1, init: 0 });
    this.#declare(`${norm}.mean`, { shape, role: "mean", fanIn: 1, init: 0 });
    this.#declare(`${norm}.variance`, { shape, role: "variance", fanIn: 1, init: 1 });
    return this.#add({ op: "batch-norm", name: this.#nextName("norm"), inputs: [input], norm }, shape[0]!);
  }

  relu(input: string): string {
    return this.#unary("relu", input);
  }

  maxPool(input: string): string {
    return this.#unary("max-pool", input);
  }

  resize(input: string): string {
    return this.#unary("resize", input);
  }

  add(a: string, b: string): string {
    return this.#add({ op: "add", name: this.#nextName("add"), inputs: [a, b] }, this.channelsOf(a));
  }

  concat(...inputs: string[]): string {
    const channels = inputs.reduce((sum, input) => sum + this.channelsOf(input), 0);
    return this.#add({ op: "concat", name: this.#nextName("concat"), inputs }, channels);
  }

  channelsOf(name: string): number {
    const channels = this.#channels.get(name);
    if (channels === undefined) throw new Error(`no node ${name}`);
    return channels;
  }

  build(net: Omit<Net, "parameters" | "nodes" | "inputChannels" | "classCount">): Net {
    this.#checkNorms(net.output);
    return {
      ...net,
      inputChannels: this.channelsOf(INPUT),
      classCount: this.channelsOf(net.output),
      parameters: this.#parameters,
      nodes: this.#nodes,
    };
  }

  #addConv(op: "conv" | "depthwise-conv", input: string, out: number, options: ConvOptions): string {
    const bias = `${options.weights}.bias`;
    if (options.bias) this.#declare(bias, { shape: [out], role: "bias", fanIn: 1, init: 0 });
    const node = {
      op,
      name: this.#nextName(op),
      inputs: [input] as const,
      kernel: `${options.weights}.kernel`,
      ...(options.bias ? { bias } : {}),
      stride: options.stride ?? ([1, 1] as const),
      dilation: options.dilation ?? ([1, 1] as const),
    };
    return this.#add(node, out);
  }

  #unary(op: "relu" | "max-pool" | "resize", input: string): string {
    return this.#add({ op, name: this.#nextName(op), inputs: [input] }, this.channelsOf(input));
  }

  #add(node: Node, channels: number): string {
    this.#nodes.push(node);
    this.#channels.set(node.name, channels);
    return node.name;
  }

  #nextName(op: string): string {
    return `${op}_${this.#nodes.length}`;
  }

  /** A norm is folded into the convolution before it, so nothing else may read what that convolution gives. */
  #checkNorms(output: string): void {
    const convs = new Set<string>();
    for (const node of this.#nodes)
      if (node.op === "conv" || node.op === "depthwise-conv") convs.add(node.name);
    for (const norm of this.#nodes) {
      if (norm.op !== "batch-norm") continue;
      const [source] = norm.inputs;
      const readers = this.#nodes.filter((node) => (node.inputs as readonly string[]).includes(source));
      if (!convs.has(source) || readers.length > 1 || source === output) {
        throw new Error(`norm ${norm.norm} needs a convolution of its own before it, not ${source}`);
      }
    }
  }

  /** A name that is there already is a tied use: its shape must be the same. */
  #declare(name: string, parameter: Parameter): void {
    const present = this.#parameters.get(name);
    if (present === undefined) {
      this.#parameters.set(name, parameter);
    } else if (present.shape.join() !== parameter.shape.join()) {
      throw new Error(`tied parameter ${name} has shape [${present.shape}], not [${parameter.shape}]`);
    }
  }
}
