import { MavsegError } from "../../errors.js";
import { IMAGE_SCHEMAS } from "./image-message.js";
import type { McapTopic } from "./mcap-messages.js";
import { RESULT_PICTURES } from "./result-topics.js";

/** Which topic of a recording is wanted, as far as that can be known before it is read. */
export class TopicChoice {
  /** Undefined where the file has no index to look at, and nobody named one. */
  readonly known: McapTopic | undefined;
  #topic: string | undefined;

  /**
   * @param topics of the file; undefined where it has no index
   * @param wanted by name; undefined takes the only one with a camera's pictures
   * @param flag of the command line that names it, for the error
   * @throws MavsegError `USAGE` where the topic is not there or more than one could be meant
   */
  constructor(topics: readonly McapTopic[] | undefined, wanted: string | undefined, flag = "--topic") {
    this.known = topics && choose(topics, wanted, flag);
    this.#topic = this.known?.topic ?? wanted;
  }

  /** The topic's name; undefined as long as it is not known. */
  get topic(): string | undefined {
    return this.#topic;
  }

  /** Without an index and a name, the first topic with a camera's pictures is the one. */
  wants({ topic, schema }: { readonly topic: string; readonly schema: string }): boolean {
    if (this.#topic === undefined && IMAGE_SCHEMAS.includes(schema) && !RESULT_PICTURES.includes(topic)) {
      this.#topic = topic;
    }
    return topic === this.#topic;
  }
}

function choose(topics: readonly McapTopic[], wanted: string | undefined, flag: string): McapTopic {
  const withImages = topics.filter(({ schema }) => IMAGE_SCHEMAS.includes(schema));
  const list = (some: readonly McapTopic[]) =>
    some.map(({ topic, schema }) => `${topic} (${schema})`).join(", ");
  if (wanted === undefined) {
    const ofCameras = withImages.filter(({ topic }) => !RESULT_PICTURES.includes(topic));
    const [only, ...others] = ofCameras.length > 0 ? ofCameras : withImages;
    if (only !== undefined && others.length === 0) return only;
    const actual =
      withImages.length === 0 ? `none among ${list(topics) || "no topics"}` : list([...withImages]);
    throw new MavsegError("USAGE", {
      expected: `${flag}, or a recording with one topic of pictures`,
      actual,
    });
  }
  const found = withImages.find(({ topic }) => topic === wanted);
  if (found !== undefined) return found;
  throw new MavsegError("USAGE", {
    expected: `${flag} to be one of ${list(withImages) || "none"}`,
    actual: wanted,
  });
}
